package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// SavedView is how somebody looks at a list: a system view or none, with a search,
// a filter, an order and columns. It is its owner's alone, or shared with those who
// see its business unit.
type SavedView struct{ ent.Schema }

// Mixin of SavedView.
func (SavedView) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of SavedView.
func (SavedView) Fields() []ent.Field {
	return []ent.Field{
		field.String("owner_issuer").Immutable(),
		field.String("owner_subject").Immutable(),
		field.String("owner_name").Immutable(),
		field.String("list").GoType(lifecycle.List("")).Immutable(),
		field.String("name"),
		field.String("name_key").Comment("the name in lower case"),
		field.String("system_view").Default("").Comment("empty for none"),
		field.String("search").Default(""),
		field.JSON("filter", json.RawMessage{}).Comment("as the list's filter argument takes it"),
		field.JSON("order_by", json.RawMessage{}).Comment("as the list's orderBy argument takes it; {} for the view's own"),
		field.JSON("columns", []string{}),
		field.Bool("shared").Default(false),
		ref("business_unit_id"),
		maybe("deleted_at"),
	}
}

// Indexes of SavedView.
func (SavedView) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("owner_subject", "owner_issuer", "list", "name_key").Unique().Annotations(entsql.IndexWhere("deleted_at IS NULL")).StorageKey("saved_views_name"),
		index.Fields("owner_subject", "owner_issuer", "name_key", "id").Annotations(entsql.IndexWhere("deleted_at IS NULL")).StorageKey("saved_views_own"),
		index.Fields("business_unit_id", "name_key", "id").Annotations(entsql.IndexWhere("shared AND deleted_at IS NULL")).StorageKey("saved_views_shared"),
		index.Fields("name_key", "id").Annotations(entsql.IndexWhere("shared AND deleted_at IS NULL")).StorageKey("saved_views_of_all"), // for business units "*"
	}
}

// Annotations of SavedView.
func (SavedView) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"saved_views_list": oneOf("list", lifecycle.Lists),
		"saved_views_unit": "shared OR business_unit_id IS NULL",
	})}
}
