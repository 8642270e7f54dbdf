package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"

	"database/sql"
	"database/sql/driver"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/audit"
)

// Row is one row's values by column.
type Row map[string]any

// tables finds the table of an audited thing.
var tables = map[audit.Resource]*schema.Table{
	audit.BusinessUnit: migrate.BusinessUnitsTable,
	audit.License:      migrate.SeatLicensesTable,
	audit.Allocation:   migrate.SeatAllocationsTable,
	audit.Profile:      migrate.CertificateProfilesTable,
	audit.Seat:         migrate.SeatsTable,
	audit.Enrollment:   migrate.EnrollmentsTable,
	audit.Certificate:  migrate.CertificatesTable,
	audit.View:         migrate.SavedViewsTable,
	audit.Job:          migrate.BulkJobsTable,
	audit.Webhook:      migrate.WebhooksTable,
	audit.Export:       migrate.ExportsTable,
}

// sqlType is the PostgreSQL type that a column's text form is cast to.
func sqlType(table *schema.Table, column string) (string, error) {
	for _, c := range table.Columns {
		if c.Name != column {
			continue
		}
		switch c.Type {
		case field.TypeString:
			return "text", nil
		case field.TypeUUID:
			return "uuid", nil
		case field.TypeTime:
			return "timestamptz", nil
		case field.TypeBool:
			return "boolean", nil
		case field.TypeInt, field.TypeInt64:
			return "bigint", nil
		case field.TypeJSON:
			return "jsonb", nil
		case field.TypeBytes:
			return "bytea", nil
		}
		return "", fmt.Errorf("store: column %s.%s has a type that cannot be written in bulk", table.Name, column)
	}
	return "", fmt.Errorf("store: there is no column %s.%s", table.Name, column)
}

// text is a value in the form that PostgreSQL casts from text.
func text(v any) (sql.NullString, error) {
	if s, ok := v.(string); ok { // most are
		return sql.NullString{String: s, Valid: true}, nil
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return sql.NullString{}, nil
		}
		return text(r.Elem().Interface())
	}
	if valuer, ok := v.(driver.Valuer); ok {
		inner, err := valuer.Value()
		if err != nil {
			return sql.NullString{}, err
		}
		v = inner
	}
	switch x := v.(type) {
	case nil:
		return sql.NullString{}, nil
	case string: // a Valuer's
		return sql.NullString{String: x, Valid: true}, nil
	case []byte:
		return sql.NullString{String: fmt.Sprintf(`\x%x`, x), Valid: true}, nil
	case time.Time:
		return sql.NullString{String: x.UTC().Format(time.RFC3339Nano), Valid: true}, nil
	case int, int64, bool:
		return sql.NullString{String: fmt.Sprint(x), Valid: true}, nil
	}
	if told := asString(v); told != nil {
		return sql.NullString{String: *told, Valid: true}, nil
	}
	b, err := json.Marshal(v)
	return sql.NullString{String: string(b), Valid: err == nil}, err
}

// asString is the text of a named string type; nil for anything else.
func asString(v any) *string {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.String {
		return nil
	}
	s := r.String()
	return &s
}
