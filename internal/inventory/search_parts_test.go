package inventory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/page"
	"gatehouse/internal/testdb"
)

func TestWhatTheIndexOfPartsIsAsked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, want string
		rare             []string
	}{
		{"the first part may end a longer one", "person-0001", "'0001':*", []string{"0001", "person"}},
		{"a sign ends a part", "person-0001@unit.example", "'0001'", []string{"0001"}},
		{"each rare part", "person-0001@unit.exam", "'0001' & 'unit' & 'exam':*", []string{"0001", "unit", "exam"}},
		{"a sign in front", "-0001", "'0001':*", []string{"0001"}},
		{"nothing behind the sign", "ada-", "", []string{"ada"}},
		{"too short", "person-00", "", []string{"00"}},
		{"nothing is rare", "person-0001", "", nil},
		{"no sign", "0001", "", []string{"0001"}},
		{"signs that SQL reads", `o'neil\-x_größe%`, "'neil' & 'größe'", []string{"neil", "größe"}},
		{"a sign of Unicode belongs to a part", "dr.kö–ada", "'kö–ada':*", []string{"kö–ada", "ada"}},
	} {
		if got := partQuery(c.text, called(c.rare)); got != c.want {
			t.Errorf("%s: %q with %q rare asks for %q, want %q", c.name, c.text, c.rare, got, c.want)
		}
	}
}

// called is a set of parts that are called rare.
func called(parts []string) map[string]bool {
	rare := map[string]bool{}
	for _, part := range parts {
		rare[part] = true
	}
	return rare
}

// TestPostgreSQLSplitsAsWeDo: if it did not, a search would miss what it keeps.
func TestPostgreSQLSplitsAsWeDo(t *testing.T) {
	t.Parallel()
	var every strings.Builder
	for r := rune(1); r < 0x3100; r++ { // all of ASCII, and blanks and dashes of other scripts
		fmt.Fprintf(&every, "%c%x", r, r)
	}
	all := every.String()
	db := testdb.New(t).Admin(t)
	if _, err := db.ExecContext(t.Context(), `INSERT INTO enrollment_texts (id, business_unit_id, search_text) SELECT gen_random_uuid(), gen_random_uuid(), x FROM unnest($1::text[]) x`,
		pq.Array([]string{all[:2000], all[2000:4000], "", "--", strings.Repeat("é", 255)})); err != nil {
		t.Fatal(err)
	}
	rows, err := db.QueryContext(t.Context(), `SELECT search_text, tsvector_to_array(parts) FROM enrollment_texts`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	seen := 0
	for rows.Next() {
		var text string
		var got []string
		if err := rows.Scan(&text, pq.Array(&got)); err != nil {
			t.Fatal(err)
		}
		want := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(signs, r) })
		slices.Sort(want)
		slices.Sort(got)
		if want = slices.Compact(want); !slices.Equal(got, want) {
			t.Errorf("%.60q has the parts %q, want %q", text, got, want)
		}
		seen++
	}
	if err := rows.Err(); err != nil || seen != 5 {
		t.Errorf("%d texts, %v", seen, err)
	}
}

// TestTheIndexOfPartsDecidesNothing: with whatever parts the sample calls rare, a
// search finds what holds each of its words.
func TestTheIndexOfPartsDecidesNothing(t *testing.T) {
	t.Parallel()
	db := testdb.New(t).Admin(t)
	texts := []string{
		"person-0001", "person-00012", "person-10001", "imperson-0001x", "person_0001", "0001-person", "person-0001@unit.example", "o'neil-dr\\x", `a\b-0001`, "größe-königin", "größe–königin", "host-unit.example-host",
	}
	stored := make([]string, len(texts))
	for n, text := range texts {
		stored[n] = "\n" + text + "\n" + text + "@mail.example\nsome\nname"
	}
	if _, err := db.ExecContext(t.Context(), `INSERT INTO enrollment_texts (id, business_unit_id, search_text) SELECT gen_random_uuid(), $2, x FROM unnest($1::text[]) x`,
		pq.Array(stored), uuid.New()); err != nil {
		t.Fatal(err)
	}
	for _, s := range []search{
		"person-0001", "person-0001@unit", "son-0001", "on_00", "o'neil-dr", `o'neil-dr\x`, `a\b-0001`, "größe-kön", "größe–kön", "unit.example-ho", "-0001", "0001-", "mail.example person", "0001@mail.ex", "person-0002", "-",
	} {
		words := strings.Fields(string(s))
		want := 0
		for _, text := range stored {
			if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) {
				want++
			}
		}
		if s == "-" { // is looked for at a beginning
			want = 0
		}
		var all []string
		for _, word := range words {
			for _, part := range begun(word) {
				all = append(all, part.text)
			}
			all = append(all, parts(word)...)
		}
		for subset := range 1 << len(all) {
			rare := map[string]bool{}
			for n, part := range all {
				if subset>>n&1 == 1 {
					rare[part] = true
				}
			}
			m := page.Merge{Alias: "t"}
			condition := s.condition(&m, searched{text: "t.search_text", parts: "t.parts", rare: rare})
			var got int
			if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM enrollment_texts t WHERE `+condition, m.Args...).Scan(&got); err != nil {
				t.Fatalf("%s: %v", condition, err)
			}
			if got != want {
				t.Errorf("%q with %v rare finds %d, want %d: %s", s, slices.Sorted(maps.Keys(rare)), got, want, condition)
			}
		}
	}
}
