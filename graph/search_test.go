package graph_test

import (
	"strings"
	"testing"
)

// TestASearchThatFindsTooMuchHasACodeOfItsOwn: a page can tell it from a defect,
// and ask for more letters.
func TestASearchThatFindsTooMuchHasACodeOfItsOwn(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	unit := c.Unit("alpaca")
	tx, err := c.DB.Admin(t).Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, statement := range []string{
		`SET LOCAL session_replication_role = replica`, // 5,001 seats without the entries of so many
		`INSERT INTO seats (id, created_at, updated_at, unused_since, business_unit_id, seat_type, seat_id, seat_key, search_text)
SELECT gen_random_uuid(), '2026-11-22', '2026-11-22', '2026-11-22', '` + unit.ID.UUID.String() + `', 'SERVER', 'host-' || n, 'host-' || n, E'\nhost-' || n || E'\n' FROM generate_series(1, 5001) n`,
	} {
		if _, err := tx.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	eve := everyRole()
	for search, code := range map[string]string{"host": "SEARCH_TOO_BROAD", "host-4999": ""} {
		a := c.ask(&eve, `{ seats(search: "`+search+`") { totalCount nodes { id } } }`, nil)
		switch {
		case code == "" && (len(a.Errors) > 0 || !strings.Contains(a.body, `"totalCount":1`)):
			t.Errorf("%s: %s", search, a.body)
		case code != "" && (len(a.Errors) != 1 || a.Errors[0].Extensions.Code != code || !strings.Contains(a.Errors[0].Message, "Write more")):
			t.Errorf("%s: %s", search, a.body)
		}
	}
}
