package inventory

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/page"
	"gatehouse/internal/testdb"
)

func TestThePartsThatTheIndexIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, want string
		rare       []string
	}{
		{"host-0042.unit.example", "%0042%", []string{"0042"}},
		{"anna.schmidt@unit.example", "%anna%schmidt%", []string{"schmidt", "anna"}},
		{"pc-7-königin", "%königin%", []string{"königin", "7"}}, // 7 is no trigram
		{"100%_sure", "%sure%", []string{"sure"}},
		{"host-0042", "", nil},
		{"host-0042", "", []string{"0043"}},
		{"schmidt", "", []string{"schmidt"}}, // is asked for whole
		{"-schmidt", "%schmidt%", []string{"schmidt"}},
	} {
		rare := map[string]bool{}
		for _, part := range c.rare {
			rare[part] = true
		}
		if got := rarely(c.text, rare); got != c.want {
			t.Errorf("%q with %q rare is asked for as %q, want %q", c.text, c.rare, got, c.want)
		}
	}
}

func TestWhatTheIndexKnowsATextBy(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"a": true, "ab": true, "abc": true, "7": true, "-a": true, "a-": true, "é": true, "王": true, "a@b": true, "ab@@": true, "@@b": true, "x.y.z": true,
		"": false, "-": false, "@@": false, "@@@": false, "a@@": false, "%": false, "🙂🙂🙂": false,
	} {
		if got := indexed(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// TestWhatIsRareDecidesNothing: with whatever parts the sample calls rare, a
// search finds the same.
func TestWhatIsRareDecidesNothing(t *testing.T) {
	t.Parallel()
	db := testdb.New(t).Admin(t)
	// As the superuser, whose session leaves the triggers out.
	if _, err := db.ExecContext(t.Context(), `ALTER TABLE seats DISABLE TRIGGER ALL;
INSERT INTO seats (id, created_at, updated_at, unused_since, business_unit_id, seat_type, seat_id, seat_key, search_text)
SELECT gen_random_uuid(), '2026-11-22', '2026-11-22', '2026-11-22', (SELECT id FROM business_units), 'SERVER', k, k, E'\n' || k || E'\n\nrack\n' || right(k, 4)
FROM unnest('{host-0042.unit.example,host-0043.unit.example,0042-host.unit.example,unit.host.0042,printer 0042 host-0042}'::text[]) k`); err != nil {
		t.Fatal(err)
	}
	found := func(s search, rare map[string]bool) (n int) {
		l := seatList{search: &s, rare: rare, statuses: liveStatuses, order: SeatOrder{SeatOrderCreatedAt, page.Ascending}}
		m, _ := l.merge()
		statement, args := m.Count()
		if err := db.QueryRowContext(t.Context(), statement, args...).Scan(&n); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		return n
	}
	for s, want := range map[search]int{
		"host-0042": 2, "host-0042.unit.example": 1, "0042-host": 1, "unit.example host-004": 2, "host 0042": 4, "er 0042 host-0": 1, "p 0042 host-0042": 1, "host-0044": 0,
	} {
		all := parts(string(s))
		for subset := range 1 << len(all) {
			rare := map[string]bool{}
			for n, part := range all {
				if subset>>n&1 == 1 {
					rare[part] = true
				}
			}
			if got := found(s, rare); got != want {
				t.Errorf("%q with %v rare finds %d, want %d", s, slices.Sorted(maps.Keys(rare)), got, want)
			}
		}
	}
}

// counted counts what is asked of a database, and fails on demand.
type counted struct {
	querier
	asked atomic.Int64
	fails bool
}

func (c *counted) Query(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	c.asked.Add(1)
	if c.fails {
		return nil, errors.New("the database is away")
	}
	return c.querier.Query(ctx, statement, args...)
}

// TestASampleIsReadOnceInAWhile: not by each search, not by two at once, and again
// when it is old or could not be read.
func TestASampleIsReadOnceInAWhile(t *testing.T) {
	t.Parallel()
	db := &counted{querier: opened{testdb.New(t).Open(t)}}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	hosts := make([]string, fewestSampled)
	for n := range hosts {
		hosts[n] = fmt.Sprintf("host-%04d.unit.example", n+100)
	}
	s := samples{of: map[string]sample{"seats": {hosts, now}, "certificates": {hosts[1:], now}}}
	asks := func(at time.Time, table string, want map[string]bool, reads int64) {
		t.Helper()
		before := db.asked.Load()
		got, err := s.rare(t.Context(), db, at, table, []string{"host-0042.unit"})
		if !maps.Equal(got, want) || err != nil || db.asked.Load()-before != reads {
			t.Errorf("%v, %v by %d reads; want %v by %d", got, err, db.asked.Load()-before, want, reads)
		}
	}
	asks(now, "seats", map[string]bool{"host": false, "0042": true, "unit": false}, 0)
	asks(now.Add(sampleAge-1), "seats", map[string]bool{"host": false, "0042": true, "unit": false}, 0)
	twice := append(slices.Clone(hosts), slices.Repeat([]string{"printer-0042"}, 2)...)
	for most := range 2 * rareOf / len(hosts) { // 2 of 400 are rare, of fewer they are not
		s.of["twice"] = sample{append(slices.Clone(twice), slices.Repeat(hosts, most)...), now}
		if most == 2*rareOf/len(hosts)-1 {
			asks(now, "twice", map[string]bool{"host": false, "0042": true, "unit": false}, 0)
		} else {
			asks(now, "twice", map[string]bool{"host": false, "0042": false, "unit": false}, 0)
		}
	}
	asks(now, "certificates", nil, 0)         // one too few to tell
	asks(now.Add(sampleAge), "seats", nil, 1) // there are no seats
	asks(now.Add(sampleAge+1), "seats", nil, 0)
	asks(now, "seats", nil, 1) // a clock that was set back

	db.fails = true
	if _, err := s.rare(t.Context(), db, now, "enrollment_texts", []string{"host-0042"}); err == nil {
		t.Error("a database that is away was not told")
	}
	db.fails = false
	before := db.asked.Load()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := s.rare(t.Context(), db, now, "enrollment_texts", []string{"host-0042"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if reads := db.asked.Load() - before; reads != 1 {
		t.Errorf("8 searches after a failed one read %d samples", reads)
	}
}

// opened is a database that samples are read from.
type opened struct{ *sql.DB }

func (o opened) Query(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	return o.QueryContext(ctx, statement, args...)
}
