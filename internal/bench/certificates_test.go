//go:build unix

package main

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/client"
	"gatehouse/internal/testdb"
)

func someCertificates(t testing.TB, rows int) certificatesFile {
	t.Helper()
	f, err := newCertificatesFile(rows, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// importerOf is the API of this process and a business unit to import into.
func importerOf(t testing.TB, db *testdb.DB) (it *api, unit string) {
	t.Helper()
	it, err := openAPI(t.Context(), db.AppURL, true, certificatesAsked{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := it.store.Close(); err != nil {
			t.Error(err)
		}
	})
	it.body = []byte(`{"query": "mutation { createBusinessUnit(input: {key: \"small\", name: \"small\"}) { businessUnit { id } } }"}`)
	answer, err := it.ask()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(answer), `"id":"`)
	unit, _, ended := strings.Cut(rest, `"`)
	if !found || !ended {
		t.Fatalf("%s", answer)
	}
	return it, unit
}

// sends sends certificates in calls of so many, and adds up what became of them.
func sends(t *testing.T, it *api, unit string, f certificatesFile, size int) map[client.Sighted]int {
	t.Helper()
	all := map[client.Sighted]int{}
	for first := 0; first < f.rows; first += size {
		call, err := f.asked(unit, first, min(first+size, f.rows))
		if err != nil {
			t.Fatal(err)
		}
		call.key += time.Now().String() // of another run
		if it.body, err = call.body(); err != nil {
			t.Fatal(err)
		}
		answer, err := it.ask()
		if err != nil {
			t.Fatal(err)
		}
		outcomes, err := readSighted(answer)
		if err != nil {
			t.Fatal(err)
		}
		for outcome, n := range outcomes {
			all[outcome] += n
		}
	}
	return all
}

// TestAnImportOfCertificatesIsProved imports a small file as the measurement does,
// without the command: in calls that part one of the pairs, and again in others.
func TestAnImportOfCertificatesIsProved(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	inside, f := db.Owner(t), someCertificates(t, 62)
	it, unit := importerOf(t, db)
	var states []certificatesState
	for _, call := range []struct {
		size    int
		outcome client.Sighted
	}{{22, client.Created}, {25, client.Unchanged}} {
		if outcomes := sends(t, it, unit, f, call.size); len(outcomes) != 1 || outcomes[call.outcome] != f.rows {
			t.Errorf("in calls of %d: %v", call.size, outcomes)
		}
		state, err := readCertificatesState(t.Context(), inside, unit)
		if err == nil {
			err = state.whole(f)
		}
		if err != nil {
			t.Error(err)
		}
		states = append(states, state)
	}
	if err := states[1].since(states[0]); err != nil {
		t.Error(err)
	}

	// A row that is written anew as it was is seen, though nothing that is counted differs.
	if _, err := inside.ExecContext(t.Context(), `UPDATE seat_allocations SET created = created`); err != nil {
		t.Fatal(err)
	}
	touched, err := readCertificatesState(t.Context(), inside, unit)
	if err != nil {
		t.Fatal(err)
	}
	if err := touched.since(states[1]); err == nil || !strings.Contains(err.Error(), "wrote into seat_allocations") {
		t.Errorf("a row that was written anew: %v", err)
	}
	if touched.seats--; touched.whole(f) == nil {
		t.Error("a seat too few is taken for whole")
	}
}

func TestTheFileOfCertificatesHasAllKinds(t *testing.T) {
	t.Parallel()
	f := someCertificates(t, 1003)
	path := filepath.Join(t.TempDir(), "many.pem")
	if err := f.write(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if whole, err := f.text(0, f.rows); err != nil || string(whole) != string(text) {
		t.Errorf("made in parts it is another one: %v", err)
	}
	ends, serials, expired, twice := map[string]time.Time{}, map[string]bool{}, 0, 0
	for range f.rows {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			t.Fatal("it ends before its end")
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		serials[c.SerialNumber.String()] = true
		if c.NotAfter.Before(f.made) {
			expired++
		}
		if _, there := ends[c.Subject.CommonName]; there {
			twice++
		}
		ends[c.Subject.CommonName] = c.NotAfter
	}
	// Of each twenty one has expired, one renews another and one has another's name;
	// of the three that are left one has expired and one renews the other.
	if len(text) != 0 || len(serials) != 1003 || expired != 51 || twice != 50+50+1 || f.seats() != 1003-51 {
		t.Errorf("%d bytes too many, %d serials, %d expired, %d names twice, %d seats", len(text), len(serials), expired, twice, f.seats())
	}
}

func TestAReportOfCertificatesThatDoesNotAddUpIsRefused(t *testing.T) {
	t.Parallel()
	const columns = "path,position,where,sha256,outcome,reason\r\n"
	for name, test := range map[string]struct{ text, says string }{
		"whole":         {columns + "many.pem,0,line 1,aa,CREATED,\r\nmany.pem,1,line 9,bb,CREATED,\r\n", ""},
		"a row missing": {columns + "many.pem,1,line 9,bb,CREATED,\r\n", "certificate 1 where certificate 0 comes next"},
		"another word":  {columns + "many.pem,0,line 1,aa,REFUSED,NO_SEAT_LEFT: none\r\n", "should be CREATED and is REFUSED: NO_SEAT_LEFT"},
		"cut off":       {columns + "many.pem,0,line", "wrong number of fields"},
		"empty":         {"", "reading a report"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := readSightings(strings.NewReader(test.text), client.Created)
			if test.says == "" && (err != nil || rows != 2) {
				t.Errorf("%d rows, %v", rows, err)
			}
			if test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("got %v", err)
			}
		})
	}
}
