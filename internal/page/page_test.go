package page_test

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// keys are the places of a list, in its order.
func keys(n int) []page.Key {
	all := make([]page.Key, n)
	for i := range all {
		all[i] = page.Key{Value: string(rune('a' + i)), ID: uuid.New()}
	}
	return all
}

// read is what a reader gives for a window: in the reading direction, one more
// than its limit at most.
func read(list []page.Key, w page.Window) []page.Key {
	rows := slices.Clone(list)
	if w.Backward {
		slices.Reverse(rows)
	}
	if w.From != nil {
		rows = rows[slices.Index(rows, *w.From)+1:]
	}
	if w.To != nil {
		rows = rows[:max(0, slices.Index(rows, *w.To))]
	}
	return rows[:min(len(rows), w.Limit+1)]
}

func same(k page.Key) page.Key { return k }

func TestPagesOfAList(t *testing.T) {
	t.Parallel()
	list := keys(5)
	open, err := page.Args{}.Open("list")
	if err != nil {
		t.Fatal(err)
	}
	at := func(i int) *string { c := open.Cursor(list[i]); return &c }
	for _, c := range []struct {
		name           string
		args           page.Args
		want           string
		next, previous bool
	}{
		{"all", page.Args{}, "abcde", false, false},
		{"the first two", page.Args{First: ptr(2)}, "ab", true, false},
		{"the next two", page.Args{First: ptr(2), After: at(1)}, "cd", true, true},
		{"the rest", page.Args{First: ptr(2), After: at(3)}, "e", false, true},
		{"behind the end", page.Args{First: ptr(2), After: at(4)}, "", false, true},
		{"exactly all", page.Args{First: ptr(5)}, "abcde", false, false},
		{"the last two", page.Args{Last: ptr(2)}, "de", false, true},
		{"the two before", page.Args{Last: ptr(2), Before: at(3)}, "bc", true, true},
		{"the first ones, backwards", page.Args{Last: ptr(3), Before: at(2)}, "ab", true, false},
		{"before, without a number", page.Args{Before: at(2)}, "ab", true, false},
		{"between, forwards", page.Args{First: ptr(5), After: at(0), Before: at(4)}, "bcd", false, true},
		{"between, backwards", page.Args{Last: ptr(2), After: at(0), Before: at(4)}, "cd", true, true},
	} {
		w, err := c.args.Open("list")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		p := page.NewConnection(w, read(list, w), same, nil)
		got := ""
		for _, k := range p.Nodes() {
			got += k.Value
		}
		if got != c.want || p.PageInfo.HasNextPage != c.next || p.PageInfo.HasPreviousPage != c.previous {
			t.Errorf("%s: %q, next %v, previous %v; want %q, %v, %v", c.name, got, p.PageInfo.HasNextPage, p.PageInfo.HasPreviousPage, c.want, c.next, c.previous)
		}
		if got != "" && (*p.PageInfo.StartCursor != p.Edges[0].Cursor || *p.PageInfo.EndCursor != p.Edges[len(p.Edges)-1].Cursor) {
			t.Errorf("%s: the ends are not those of the edges", c.name)
		}
		if got == "" && (p.PageInfo.StartCursor != nil || p.PageInfo.EndCursor != nil) {
			t.Errorf("%s: an empty page has ends", c.name)
		}
	}
}

func TestArgumentsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	open, _ := page.Args{}.Open("list", "filter")
	cursor := open.Cursor(page.Key{Value: "2026-01-01T00:00:00Z", ID: uuid.New()})
	changed := []byte(cursor)
	changed[len(changed)-3] ^= 1
	for name, args := range map[string]page.Args{
		"first and last": {First: ptr(1), Last: ptr(1)},
		"first 0":        {First: ptr(0)},
		"first -1":       {First: ptr(-1)},
		"first 101":      {First: ptr(page.Most + 1)},
		"last 101":       {Last: ptr(page.Most + 1)},
		"no base64":      {After: ptr("!!")},
		"empty":          {After: ptr("")},
		"too short":      {Before: ptr(base64.RawURLEncoding.EncodeToString(make([]byte, 23)))},
		"made up":        {After: ptr(base64.RawURLEncoding.EncodeToString(make([]byte, 40)))},
		"cut off":        {After: ptr(cursor[:len(cursor)-4])},
		"changed":        {After: ptr(string(changed))},
	} {
		_, err := args.Open("list", "filter")
		if no := refusal.Find(err); no == nil || no.Code != refusal.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (page.Args{After: &cursor}).Open("list", "filter"); err != nil {
		t.Errorf("the cursor itself: %v", err)
	}
	_, err := page.Args{After: &cursor}.Open("list", "another filter")
	if no := refusal.Find(err); no == nil || !strings.Contains(no.Message, "another list") {
		t.Errorf("the cursor of another list: %v", err)
	}
}

func TestTheCountIsAskedOnceAndCapped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		counted, want int
		capped        bool
	}{{0, 0, false}, {page.MaxCount, page.MaxCount, false}, {page.MaxCount + 1, page.MaxCount, true}} {
		asked := 0
		w, _ := page.Args{}.Open("list")
		p := page.NewConnection(w, keys(1), same, func(context.Context) (int, error) { asked++; return c.counted, nil })
		if asked != 0 {
			t.Error("it was counted without being asked for")
		}
		n, err := p.TotalCount(t.Context())
		capped, err2 := p.TotalCountCapped(t.Context())
		if err = errors.Join(err, err2); err != nil || n != c.want || capped != c.capped || asked != 1 {
			t.Errorf("%d: %d, capped %v, asked %d times, %v", c.counted, n, capped, asked, err)
		}
	}
	if n, err := page.Empty[int]().TotalCount(t.Context()); n != 0 || err != nil {
		t.Errorf("an empty list counts %d: %v", n, err)
	}
}

func ptr[T any](v T) *T { return &v }
