// Package page is the mechanics of a Relay connection over a keyset: arguments,
// cursors, and what a page knows of its neighbours
// (https://relay.dev/graphql/connections.htm).
//
// A page is found by comparing rows, (order, id) < (…, …), with both columns in
// one direction, and by reading one row more than asked for; nothing is counted
// and nothing is skipped.
package page

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"gatehouse/internal/refusal"
)

// How many rows a page has: unless said, and at most.
const (
	Usual = 25
	Most  = 100
)

// Args are a connection's arguments as the caller gave them.
type Args struct {
	First  *int
	After  *string
	Last   *int
	Before *string
}

// Window is which rows to read.
type Window struct {
	// Limit is how many rows the page may have; a reader reads one more.
	Limit int
	// Backward: the page is the last of what comes before Before.
	Backward bool
	// From is where the rows begin in the reading direction, excluded; nil at the end of the list.
	From *Key
	// To is where they end, excluded; nil unless both cursors were given.
	To *Key

	bound string
	args  Args
}

// Key is a row's place in a list: the value it is ordered by, as text, and its id.
type Key struct {
	Value string    `json:"v"`
	ID    uuid.UUID `json:"i"`
}

// Info is a page's PageInfo.
type Info struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// Open checks the arguments. A cursor belongs to the list it came from: bound is
// everything that makes the list (its name, order, filter, view, parent), and a
// cursor of another list is refused.
func (a Args) Open(bound ...any) (Window, error) {
	w := Window{Limit: Usual, bound: fingerprint(bound), args: a}
	if a.First != nil && a.Last != nil {
		return w, refusal.New(refusal.Invalid, "Give first or last, not both.")
	}
	if n := a.First; n != nil {
		w.Limit = *n
	}
	if n := a.Last; n != nil {
		w.Limit, w.Backward = *n, true
	}
	if w.Limit < 1 || w.Limit > Most {
		return w, refusal.New(refusal.Invalid, "A page has 1 to %d elements; %d were asked for. Read on with the endCursor.", Most, w.Limit)
	}
	after, err := w.parse("after", a.After)
	if err != nil {
		return w, err
	}
	before, err := w.parse("before", a.Before)
	if err != nil {
		return w, err
	}
	if a.First == nil && a.Last == nil && before != nil && after == nil {
		w.Backward = true
	}
	w.From, w.To = after, before
	if w.Backward {
		w.From, w.To = before, after
	}
	return w, nil
}

// fingerprint tells lists apart.
func fingerprint(bound []any) string {
	b, err := json.Marshal(bound)
	if err != nil {
		b = fmt.Appendf(nil, "%#v", bound)
	}
	sum := sha256.Sum256(b)
	return string(sum[:])
}

// sealSize is enough against mistakes; a forged cursor finds nothing that the
// list would not show.
const sealSize = 8

// seal ties a place to its list, and the parts of a cursor to each other: one that
// was cut off or mixed up is told here, not by the database.
func (w Window) seal(k Key) string {
	sum := sha256.Sum256([]byte(w.bound + string(k.ID[:]) + k.Value))
	return string(sum[:sealSize])
}

// Cursor is the opaque form of a row's place.
func (w Window) Cursor(k Key) string {
	return base64.RawURLEncoding.EncodeToString([]byte(string(k.ID[:]) + w.seal(k) + k.Value))
}

// longestValue is more bytes than any value has that a list is ordered by.
const longestValue = 4096

// plausible reports whether the value may go to the database. A seal can be made by
// whoever reads this file, and PostgreSQL's error about a value that it cannot read
// repeats it: lib/pq takes an error of more than 30,000 bytes for the end of the
// connection's protocol, and the connection answers nobody after that.
func (k Key) plausible() bool {
	return len(k.Value) <= longestValue && utf8.ValidString(k.Value) && !strings.ContainsRune(k.Value, 0)
}

// parse reads a cursor of this list; nil for none.
func (w Window) parse(name string, s *string) (*Key, error) {
	if s == nil {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(*s)
	if err != nil || len(b) < len(uuid.UUID{})+sealSize {
		return nil, refusal.New(refusal.Invalid, "The cursor in %s is none of ours; take it from the pageInfo or an edge of the page before.", name)
	}
	place, rest := b[:len(uuid.UUID{})], b[len(uuid.UUID{}):]
	k := Key{ID: uuid.UUID(place), Value: string(rest[sealSize:])}
	if string(rest[:sealSize]) != w.seal(k) || !k.plausible() {
		return nil, refusal.New(refusal.Invalid, "The cursor in %s belongs to another list, filter, view or order, or was changed on its way; start again without it.", name)
	}
	return &k, nil
}

// Cut makes a page of rows that were read in the window's direction, one more
// than its limit at most: it drops the surplus, puts them in the list's order
// and says what lies around them.
func Cut[T any](w Window, rows []T, key func(T) Key) ([]T, Info) {
	more := len(rows) > w.Limit
	if more {
		rows = rows[:w.Limit]
	}
	if w.Backward {
		rows = slices.Clone(rows) // two fields of one page may have been handed the same rows
		slices.Reverse(rows)
	}
	info := Info{HasNextPage: more, HasPreviousPage: w.args.After != nil}
	if w.Backward {
		info = Info{HasNextPage: w.args.Before != nil, HasPreviousPage: more}
	}
	if len(rows) > 0 {
		start, end := w.Cursor(key(rows[0])), w.Cursor(key(rows[len(rows)-1]))
		info.StartCursor, info.EndCursor = &start, &end
	}
	return rows, info
}
