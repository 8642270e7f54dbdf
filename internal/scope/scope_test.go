package scope_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
	"gatehouse/internal/viewer"
)

func TestTheBusinessUnitsOfAToken(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	statements := 0
	s, err := store.Open(store.Options{URL: db.AppURL, OnStatement: func(context.Context, string) { statements++ }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	scopes, err := scope.NewResolver(s.Read())
	if err != nil {
		t.Fatal(err)
	}
	var first uuid.UUID
	if err := db.Admin(t).QueryRow(`SELECT id FROM business_units WHERE key = 'default'`).Scan(&first); err != nil {
		t.Fatal(err)
	}
	elsewhere := id.New(id.BusinessUnit)
	for _, c := range []struct {
		name string
		ctx  context.Context
		all  bool
		want []uuid.UUID
	}{
		{"nobody", t.Context(), false, nil},
		{"no claim", in(t, viewer.Units{}), false, nil},
		{"an empty list", in(t, viewer.Units{Names: []string{}}), false, nil},
		{"a key", in(t, viewer.Units{Names: []string{"default"}}), false, []uuid.UUID{first}},
		{"an id", in(t, viewer.Units{Names: []string{id.Of(id.BusinessUnit, first).String()}}), false, []uuid.UUID{first}},
		{"both of them, and what nobody knows", in(t, viewer.Units{Names: []string{"default", id.Of(id.BusinessUnit, first).String(), "nowhere", "DEFAULT", ""}}), false, []uuid.UUID{first}},
		{"the id of another kind of thing", in(t, viewer.Units{Names: []string{id.Of(id.Seat, first).String()}}), false, nil},
		{"a star among keys", in(t, viewer.Units{Names: []string{"*"}}), false, nil},
		{"all", in(t, viewer.Units{All: true}), true, nil},
	} {
		sc, err := scopes.Of(c.ctx)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := sc.IDs(); sc.All != c.all || !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s: all %v, %v; want %v, %v", c.name, sc.All, got, c.all, c.want)
		}
		if sc.Has(first) != (c.all || c.want != nil) || sc.Has(elsewhere.UUID) != c.all || sc.Has(uuid.Nil) != c.all {
			t.Errorf("%s: has its own %v, another %v, what belongs to none %v", c.name, sc.Has(first), sc.Has(elsewhere.UUID), sc.Has(uuid.Nil))
		}
		rows, err := s.Read().Query(c.ctx, `SELECT count(*) FROM business_units b WHERE `+scope.Condition("b.id", 1), sc.Arg())
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		n := 0
		for rows.Next() {
			if err := rows.Scan(&n); err != nil {
				t.Error(err)
			}
		}
		if err := rows.Err(); err != nil || (n == 1) != (c.all || c.want != nil) {
			t.Errorf("%s: SQL finds %d, %v", c.name, n, err)
		}
		_ = rows.Close()
	}
	before := statements
	if _, err := scopes.Of(in(t, viewer.Units{Names: []string{"default"}})); err != nil || statements != before {
		t.Errorf("a known key took %d more statements, %v", statements-before, err)
	}
}

// in is a context in which somebody of these business units asks.
func in(t *testing.T, units viewer.Units) context.Context {
	return viewer.With(t.Context(), viewer.New("https://id", "ada", "Ada", "", nil, units))
}
