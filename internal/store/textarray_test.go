package store

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/lib/pq"

	"gatehouse/internal/testdb"
)

// TestATextArrayArrivesAsItIs: what PostgreSQL reads is what was written, whatever
// an array's own syntax would make of it.
func TestATextArrayArrivesAsItIs(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t).Open(t)
	given := textArray{{}, {String: "not shown, since it is NULL"}}
	for _, text := range []string{
		"", "plain", "NULL", "null", `"`, `\`, `\"`, `"\`, `ends in \`, `"quoted"`, "{}", "{a,b}", ",", " space ", "tab\tand\nline\r\nbreak",
		"ünïcödé ﷽ 🗝", "\u2028", `\x00`, strings.Repeat(`\"`, 5000),
	} {
		given = append(given, sql.NullString{String: text, Valid: true})
	}
	for name, array := range map[string]textArray{"many": given, "one": given[4:5], "NULL": given[:1], "none": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []sql.NullString
			if err := db.QueryRowContext(t.Context(), `SELECT $1::text[]`, array).Scan(pq.Array(&got)); err != nil {
				t.Fatal(err)
			}
			want := make([]sql.NullString, len(array))
			for n, v := range array {
				if v.Valid {
					want[n] = v
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
