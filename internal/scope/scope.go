// Package scope narrows everything to the viewer's business units. It is the
// one place where that is decided: lists, single objects, edges, counts and
// mutations all ask it, and what lies outside does not exist for the viewer.
package scope

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// Scope is the business units that exist for a viewer. The zero value holds none.
type Scope struct {
	// All: every one, and what belongs to none.
	All bool
	ids map[uuid.UUID]bool
}

// Has reports whether the business unit exists for the viewer. What belongs to
// no business unit (the zero UUID) exists for those who see all.
func (s Scope) Has(unit uuid.UUID) bool { return s.All || s.ids[unit] }

// IDs are the business units when not All.
func (s Scope) IDs() []uuid.UUID {
	out := make([]uuid.UUID, 0, len(s.ids))
	for u := range s.ids {
		out = append(out, u)
	}
	return out
}

// Arg is the scope as one SQL argument for Condition: NULL for all, else an array.
func (s Scope) Arg() any {
	if s.All {
		return nil
	}
	return pq.Array(s.IDs())
}

// Condition is the SQL by which a column is narrowed to the argument $n of Arg.
func Condition(column string, n int) string {
	return fmt.Sprintf("($%d::uuid[] IS NULL OR %s = ANY($%d::uuid[]))", n, column, n)
}

// maxKeys bounds the memory of keys; there are few business units.
const maxKeys = 4096

// Resolver turns the names in a token into business units.
type Resolver struct {
	read store.Reader
	keys *lru.Cache[string, uuid.UUID]
}

// NewResolver makes a resolver. It remembers which id a key means: a key never
// changes and is never used again, so that cannot go stale.
func NewResolver(read store.Reader) (*Resolver, error) {
	keys, err := lru.New[string, uuid.UUID](maxKeys)
	if err != nil {
		return nil, fmt.Errorf("make the memory of business unit keys: %w", err)
	}
	return &Resolver{read, keys}, nil
}

// Of is the scope of who is asking; of nobody, none. Unknown names are ignored.
func (r *Resolver) Of(ctx context.Context) (Scope, error) {
	v, ok := viewer.From(ctx)
	if !ok {
		return Scope{}, nil
	}
	if v.Units.All {
		return Scope{All: true}, nil
	}
	s := Scope{ids: make(map[uuid.UUID]bool, len(v.Units.Names))}
	var unknown []string
	for _, name := range v.Units.Names {
		if parsed, err := id.Parse(name); err == nil && parsed.Kind == id.BusinessUnit {
			s.ids[parsed.UUID] = true
		} else if u, ok := r.keys.Get(name); ok {
			s.ids[u] = true
		} else {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return s, nil
	}
	rows, err := r.read.Query(ctx, `SELECT key, id FROM business_units WHERE key = ANY($1)`, pq.Array(unknown))
	if err != nil {
		return Scope{}, fmt.Errorf("find the viewer's business units: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var key string
		var u uuid.UUID
		if err := rows.Scan(&key, &u); err != nil {
			return Scope{}, fmt.Errorf("find the viewer's business units: %w", err)
		}
		r.keys.Add(key, u)
		s.ids[u] = true
	}
	return s, rows.Err()
}
