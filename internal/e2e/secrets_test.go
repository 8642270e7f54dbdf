//go:build e2e

package e2e

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	_ "github.com/lib/pq" // the driver of sql.Open

	"gatehouse/internal/localpg"
	"gatehouse/internal/secretscan"
)

// secrets are what the stories used and nobody may find afterwards.
type secrets struct {
	lock  sync.Mutex
	names []string
	texts []string
	own   []bool // whether the secret is the person's own, of which the server never hears
	tabs  []*tab
}

// add remembers a secret that the server may be told.
func (s *secrets) add(name, text string) { s.keep(name, text, false) }

// addOwn remembers one that stays with the person.
func (s *secrets) addOwn(name, text string) { s.keep(name, text, true) }

func (s *secrets) keep(name, text string, own bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.names, s.texts, s.own = append(s.names, name), append(s.texts, text), append(s.own, own)
}

// watch has a tab's requests searched at the end.
func (s *secrets) watch(p *tab) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.tabs = append(s.tabs, p)
}

// ofThePeople are those of which the server never hears.
func (s *secrets) ofThePeople() (texts []string) {
	for n, text := range s.texts {
		if s.own[n] {
			texts = append(texts, text)
		}
	}
	return texts
}

// keptItsSecrets searches everything that is left of the stories for the codes, the
// secrets of links, the tokens, the passwords and the private keys: the server's
// log, the audit log as an auditor reads it, every column of every table, and what
// the browsers asked for. What is found is told by its place alone.
func (s *stage) keptItsSecrets(t *testing.T) {
	all, own := s.secrets.texts, s.secrets.ofThePeople()
	for n, name := range s.secrets.names {
		t.Logf("secret %d is %s", n, name)
	}
	db := database(t, s.dir)
	found, err := secretscan.Scan(t.Context(), db, all)
	if err != nil {
		t.Fatal(err)
	}
	addresses, headers, bodies := s.secrets.sent()
	for _, place := range []struct {
		name, text string
		secrets    []string
		holds      string // what shows that this is the place
	}{
		{"the server's log", s.server.output(), all, `"route":"GET /enroll"`},
		{"the audit log", s.auditLog(t), all, "WRONG_CODE"},
		{"an address that a browser asked for", addresses, all, "/enroll"},
		{"a header that a browser sent", headers, all, "Content-Type: application/json"},
		{"what a browser sent", bodies, own, "BEGIN CERTIFICATE REQUEST"},
	} {
		if !strings.Contains(place.text, place.holds) {
			t.Errorf("%s does not hold %s, so this was no search", place.name, place.holds)
		}
		found = append(found, secretscan.ScanText(place.name, place.text, place.secrets)...)
	}
	for _, where := range found {
		t.Error(where)
	}
	// The search finds what is there: a name in the tables, and codes and the secrets
	// of links in what was sent, since that is how they are used.
	if names, err := secretscan.Scan(t.Context(), db, []string{"lamp.lighthouse.example.com"}); err != nil || len(names) == 0 {
		t.Errorf("the search finds no name in the tables (%v)", err)
	}
	if len(secretscan.ScanText("what was sent", bodies, all)) == 0 {
		t.Error("the search finds nothing in what was sent")
	}
}

// sent is what the watched browsers sent: addresses, headers and bodies.
func (s *secrets) sent() (addresses, headers, bodies string) {
	var all [3]strings.Builder
	for _, p := range s.tabs {
		p.watched.lock.Lock()
		for n, texts := range [][]string{p.watched.requests, p.watched.headers, p.watched.bodies} {
			all[n].WriteString(strings.Join(texts, "\n") + "\n")
		}
		p.watched.lock.Unlock()
	}
	return all[0].String(), all[1].String(), all[2].String()
}

// database is dev's private one in a data folder, beside the server that uses it.
func database(t *testing.T, dir string) *sql.DB {
	t.Helper()
	cluster, err := localpg.Attach(t.Context(), localpg.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("postgres", cluster.OwnerURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(db.Close(), cluster.Stop(context.Background())); err != nil {
			t.Error(err)
		}
	})
	return db
}

// auditLog is every entry since the stories began, as an auditor is shown it.
func (s *stage) auditLog(t *testing.T) string {
	t.Helper()
	auditor := as(t, s.server.url, "olga-weber", "Olga Weber", "AUDITOR")
	var text strings.Builder
	variables := map[string]any{"since": s.began}
	for {
		var data struct {
			AuditEntries struct {
				Nodes    []json.RawMessage
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		auditor.ask(t, `query ($since: DateTime!, $after: String) { auditEntries(first: 100, after: $after, filter: {since: $since}) {
			nodes { action outcome code actor { kind issuer subject name } resourceType resourceId requestId clientAddress comment changes { field before after } }
			pageInfo { hasNextPage endCursor } } }`, variables, &data)
		for _, entry := range data.AuditEntries.Nodes {
			text.Write(entry)
		}
		if !data.AuditEntries.PageInfo.HasNextPage {
			break
		}
		variables["after"] = data.AuditEntries.PageInfo.EndCursor
	}
	return text.String()
}
