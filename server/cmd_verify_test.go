package main

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"gatehouse/internal/testdb"
)

func TestVerifyNamesEachDifference(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	for _, row := range []struct {
		name        string
		differences []string
		fault       error
		status      int
		stdout      string
	}{
		{"none", nil, nil, 0, "every counter equals its rows\n"},
		{"two", []string{"berlin USER: created is 4, its rows are 3", "paris USER: consumed is 0, its rows are 1"}, nil, 1, "berlin USER: created is 4, its rows are 3\nparis USER: consumed is 0, its rows are 1\n"},
		{"a fault", nil, errors.New("recounting: the connection was lost"), 1, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			build := testHouse()
			build.verify = func(context.Context, *sql.DB) ([]string, error) { return row.differences, row.fault }
			status, stdout, stderr := commandIn(t, build, []string{"DATABASE_URL=" + db.AppURL}, "verify")
			if status != row.status || stdout != row.stdout {
				t.Errorf("exit %d, printed %q and %q", status, stdout, stderr)
			}
		})
	}
}

func TestVerifyOfADatabaseWithoutTablesSaysWhatToDo(t *testing.T) {
	t.Parallel()
	build := testHouse()
	build.verify = func(context.Context, *sql.DB) ([]string, error) {
		t.Error("it was recounted")
		return nil, nil
	}
	status, stdout, stderr := commandIn(t, build, []string{"DATABASE_URL=" + testdb.Empty(t).OwnerURL}, "verify")
	if status != 1 || stdout != "" || !strings.Contains(stderr, "migrate up") || strings.Contains(stderr, "pq:") {
		t.Errorf("exit %d, printed %q and %q", status, stdout, stderr)
	}
}

func TestSeedRefusesWhatIsNotEmpty(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	build := testHouse()
	build.seed = func(context.Context, opening) (bool, error) { return false, nil }
	status, _, stderr := commandIn(t, build, []string{"DATABASE_URL=" + db.AppURL}, "seed")
	if status != 1 || !strings.Contains(stderr, "not empty") {
		t.Errorf("exit %d: %s", status, stderr)
	}
}
