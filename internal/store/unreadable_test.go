package store_test

import (
	"testing"

	"gatehouse/internal/refusal"
)

func TestAValueThatIsNeverStoredIsTheCallersMistake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, row := range []struct {
		name, statement, value string
		refused                bool
	}{
		{"a NUL in a text", `SELECT 1 WHERE 'a' = $1`, "a\x00", true},
		{"no UTF-8", `SELECT 1 WHERE 'a' = $1`, "\xff", true},
		{"no instant", `SELECT 1 WHERE now() < $1::timestamptz`, "garbage", true},
		{"an instant beyond time", `SELECT 1 WHERE now() < $1::timestamptz`, "294277-01-01", true},
		{"a fault of ours", `SELECT 1 / length($1)`, "", false},
	} {
		rows, err := w.Read().Query(w.ctx(), row.statement, row.value)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			_ = rows.Close()
		}
		if err == nil {
			t.Errorf("%s: no error", row.name)
		}
		if no := refusal.Find(err); (no != nil) != row.refused || no != nil && no.Code != refusal.Invalid {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}
