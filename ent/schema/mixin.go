// Package schema holds the entities, one file each: fields, edges, indexes and
// the CHECK constraints by which the database itself keeps the invariants of
// domain.md. Times are never defaulted here: every row's time comes from the
// clock of the request that made it.
package schema

import (
	"fmt"
	"strings"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
	"github.com/google/uuid"
)

// newID makes ids that sort by the time they were made (UUIDv7, RFC 9562 section 5.7).
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// instant keeps microseconds: what PostgreSQL stores is what Go compares.
var instant = map[string]string{dialect.Postgres: "timestamptz(6)"}

// identified gives an entity its primary key.
type identified struct{ mixin.Schema }

func (identified) Fields() []ent.Field {
	return []ent.Field{field.UUID("id", uuid.UUID{}).Default(newID).Immutable()}
}

// versioned is for what people edit: each change raises the version by one, and
// two editors meet at CONFLICT instead of overwriting each other.
type versioned struct{ mixin.Schema }

func (versioned) Fields() []ent.Field {
	return []ent.Field{field.Int("version").Default(1), once("created_at"), at("updated_at")}
}

// at is a time that every row has.
func at(name string) ent.Field { return field.Time(name).SchemaType(instant) }

// once is a time that is set when the row is made.
func once(name string) ent.Field { return field.Time(name).SchemaType(instant).Immutable() }

// maybe is a time that may be absent.
func maybe(name string) ent.Field {
	return field.Time(name).SchemaType(instant).Optional().Nillable()
}

// fixed is a foreign key that every row has and that never changes.
func fixed(name string) ent.Field { return field.UUID(name, uuid.UUID{}).Immutable() }

// ref is a foreign key that may be absent.
func ref(name string) ent.Field { return field.UUID(name, uuid.UUID{}).Optional().Nillable() }

// transaction is the number of the transaction that wrote the row, set by
// PostgreSQL: readers of a log take rows below pg_snapshot_xmin only, since
// ids and times alone would let them skip what commits late.
func transaction() ent.Field {
	return field.Int64("xid").Immutable().Optional().
		Annotations(entsql.DefaultExpr("(pg_current_xact_id()::text)::bigint"))
}

// checks makes CHECK constraints by name.
func checks(c map[string]string) schema.Annotation { return &entsql.Annotation{Checks: c} }

// oneOf is a condition that a text column holds one of an enum's values. It is
// written as PostgreSQL keeps it: IN (…) would be kept in another form each time it
// is read back, and every diff would plan the index anew.
func oneOf[T ~string](column string, values []T) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = "'" + string(v) + "'"
	}
	return fmt.Sprintf("%s = ANY (ARRAY[%s])", column, strings.Join(quoted, ", "))
}
