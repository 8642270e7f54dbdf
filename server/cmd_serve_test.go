package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"gatehouse/internal/testdb"
)

func TestServeRefusesTheDatabase(t *testing.T) {
	t.Parallel()
	migrated, empty := testdb.New(t), testdb.Empty(t)
	ahead := testHouse()
	ahead.migrations = withoutLastMigration(t)
	for _, row := range []struct {
		name, url, want string
		build           house
	}{
		{"one that does not answer", "postgres://app:hunter2@127.0.0.1:1/gatehouse?sslmode=disable", "nothing answers there", testHouse()},
		{"one without this database", strings.Replace(migrated.AppURL, migrated.Name, "nowhere", 1), "there is no such database", testHouse()},
		{"a wrong password", regexp.MustCompile(`://([^:]+):[^@]*@`).ReplaceAllString(migrated.AppURL, "://$1:hunter2@"), "the password is wrong", testHouse()},
		{"one without tables", empty.AppURL, "run gatehouse migrate up", testHouse()},
		{"one ahead of this binary", migrated.AppURL, "does not know", ahead},
		{"the owner's role", migrated.OwnerURL, "could change the audit", testHouse()},
		{"a superuser", migrated.AdminURL, "is a superuser", testHouse()},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := commandIn(t, row.build, safe(t, "DATABASE_URL="+row.url, "GATEHOUSE_ADDR=127.0.0.1:0"), "serve")
			if status != 1 || stdout != "" || !strings.Contains(stderr, row.want) {
				t.Errorf("exit %d, and %q does not say %q", status, stderr, row.want)
			}
			if strings.Count(strings.TrimSpace(stderr), "\n") > 0 {
				t.Errorf("more than one sentence:\n%s", stderr)
			}
			for _, secret := range []string{"hunter2", "SELECT", "goroutine", "pq:"} {
				if strings.Contains(stderr, secret) {
					t.Errorf("%q is shown: %s", secret, stderr)
				}
			}
		})
	}
}

func TestServeRefusesAPortInUse(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	taken, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	status, _, stderr := commandIn(t, testHouse(), safe(t, "DATABASE_URL="+db.AppURL, "GATEHOUSE_ADDR="+taken.Addr().String()), "serve")
	if status != 1 || !strings.Contains(stderr, "is in use") {
		t.Errorf("exit %d: %s", status, stderr)
	}
}

// TestServe is dev's counterpart: the same API, nobody's tokens but the provider's,
// and no way to make any.
func TestServe(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	base, end := started(t, testHouse(), safe(t, "DATABASE_URL="+db.AppURL, "GATEHOUSE_ADDR=127.0.0.1:0"), "serve")
	if status, answer := ask(t, http.MethodPost, base+"/graphql", "", askWho); status != http.StatusOK || !strings.Contains(answer, `"who":""`) {
		t.Errorf("without a token: %d %s", status, answer)
	}
	dev, err := openDevKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := dev.mint(devGrant{Subject: "ada", TTL: longestDevToken}, noon())
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := ask(t, http.MethodPost, base+"/graphql", token, askWho); status != http.StatusUnauthorized {
		t.Errorf("with a development token: %d", status)
	}
	if status, _ := ask(t, http.MethodPost, base+"/dev/token", "", `{"subject":"grace"}`); status != http.StatusNotFound {
		t.Errorf("/dev/token answers %d", status)
	}
	if _, answer := ask(t, http.MethodGet, base+"/", "", ""); strings.Contains(answer, "<html") {
		t.Error("GraphiQL is served though it was not switched on")
	}
	if status := end(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
}
