package store

import (
	"slices"
	"strings"
	"testing"

	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
)

func TestEveryEntityIsAuditedOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	for entity, why := range unaudited {
		if _, twice := audited[entity]; twice || len(why) < 10 {
			t.Errorf("%s is audited and unaudited, or does not say why: %q", entity, why)
		}
	}
	if len(audited)+len(unaudited) != len(migrate.Tables) {
		t.Errorf("%d entities are audited, %d are not, and there are %d tables: a new entity must be added to one of the lists in watch.go",
			len(audited), len(unaudited), len(migrate.Tables))
	}
	known := map[*schema.Table]bool{}
	for _, resource := range audited {
		known[tables[resource]] = true
	}
	for resource, table := range tables {
		if !known[table] || !slices.Contains(audit.Resources, resource) {
			t.Errorf("the table of %s is not that of an audited entity", resource)
		}
	}
}

func TestNoSecretIsEverTold(t *testing.T) {
	t.Parallel()
	secrets := 0
	for resource, table := range tables {
		for _, c := range table.Columns {
			if c.Type != field.TypeBytes && !strings.HasSuffix(c.Name, "_cipher") && !strings.HasSuffix(c.Name, "_hash") {
				continue
			}
			secrets++
			if !slices.Contains(untold, c.Name) {
				t.Errorf("an entry about %s would tell %s", resource, c.Name)
			}
		}
	}
	if secrets < 5 {
		t.Errorf("%d columns of secrets were found; those of enrollments are five", secrets)
	}
}

func TestEveryColumnCanBeWrittenInBulk(t *testing.T) {
	t.Parallel()
	for resource, table := range tables {
		for _, c := range table.Columns {
			if _, err := sqlType(table, c.Name); err != nil {
				t.Errorf("%s: %v", resource, err)
			}
		}
	}
}

func TestNothingIsToldAsNull(t *testing.T) {
	t.Parallel()
	requested := lifecycle.IssuanceRequested
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"no value":              {nil, ""},
		"no text":               {(*string)(nil), ""},
		"no word of a table":    {(*lifecycle.IssuanceState)(nil), ""},
		"a word of a table":     {&requested, "REQUESTED"},
		"a word without detour": {requested, "REQUESTED"},
	} {
		got := told(c.value)
		if c.want == "" && got != nil {
			t.Errorf("%s is told as %q", name, *got)
		}
		if c.want != "" && (got == nil || *got != c.want) {
			t.Errorf("%s is told as %v; it is %q", name, got, c.want)
		}
	}
}
