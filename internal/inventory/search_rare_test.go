package inventory

import (
	"maps"
	"slices"
	"testing"

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
