package accounting

import (
	"database/sql"
	"testing"

	"gatehouse/internal/sealed"
	"gatehouse/internal/testdb"
)

// stage is one database with two server processes on it. It serves many checks,
// each in business units of its own, until one fails: what is wrong there would be
// found again by every later one.
type stage struct {
	house *site
	other *other
	// admin reads past the product and its roles.
	admin *sql.DB
	// played is how many checks were played on it.
	played int
}

// newStage makes the database and starts both processes.
func newStage(t *testing.T) *stage {
	t.Helper()
	db := testdb.New(t)
	keys, err := sealed.New()
	if err != nil {
		t.Fatal(err)
	}
	keyset, err := keys.JSON()
	if err != nil {
		t.Fatal(err)
	}
	s := server{URL: db.AppURL, Keyset: keyset, Authority: newSeed()}
	if s.Holder, err = newHolder(); err != nil {
		t.Fatal(err)
	}
	h, err := s.open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return &stage{house: h, other: startOther(t, s), admin: db.Admin(t)}
}
