package client

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"gatehouse/internal/id"
)

// Unit is a business unit.
type Unit struct{ ID, Key, Name string }

const findUnits = `query FindUnits($ids: [ID!]!, $keys: [String!]!) {
  nodes(ids: $ids) { ... on BusinessUnit { id key name } }
  businessUnits(first: 100, filter: {keys: $keys}) { nodes { id key name } }
}`

const knownUnits = `{ viewer { businessUnits { key } } }`

// Units finds business units by key or id, in the order asked. It refuses a name
// that is none for the token's bearer, with the nearest that is one. It asks once,
// so that a wrong address is told at once.
func (c *Client) Units(ctx context.Context, names []string) ([]Unit, error) {
	ids, keys := []string{}, []string{}
	for _, name := range names {
		if known, err := id.Parse(name); err == nil && known.Kind == id.BusinessUnit {
			ids = append(ids, name)
		} else {
			keys = append(keys, name)
		}
	}
	if len(ids) > 100 || len(keys) > 100 {
		return nil, fmt.Errorf("%d business units are named; up to 100 can be named at once", len(names))
	}
	var found struct {
		Nodes         []*Unit
		BusinessUnits struct{ Nodes []Unit }
	}
	if err := c.Ask(ctx, findUnits, map[string]any{"ids": ids, "keys": keys}, &found); err != nil {
		return nil, err
	}
	all := found.BusinessUnits.Nodes
	for _, unit := range found.Nodes {
		if unit != nil {
			all = append(all, *unit)
		}
	}
	out := make([]Unit, len(names))
	for n, name := range names {
		at := slices.IndexFunc(all, func(u Unit) bool { return u.ID == name || u.Key == name })
		if at < 0 {
			return nil, c.noUnit(ctx, name)
		}
		out[n] = all[at]
	}
	return out, nil
}

// noUnit says that there is no such business unit, and which there are.
func (c *Client) noUnit(ctx context.Context, name string) error {
	var known struct {
		Viewer struct{ BusinessUnits []Unit }
	}
	if err := c.Ask(ctx, knownUnits, nil, &known); err != nil {
		return err
	}
	keys := make([]string, len(known.Viewer.BusinessUnits))
	for n, unit := range known.Viewer.BusinessUnits {
		keys[n] = unit.Key
	}
	if len(keys) == 0 {
		return fmt.Errorf("there is no business unit %q for your token, which names none; sign in with one that has it", name)
	}
	slices.SortStableFunc(keys, func(a, b string) int {
		return levenshtein.ComputeDistance(name, a) - levenshtein.ComputeDistance(name, b)
	})
	return fmt.Errorf("there is no business unit %q for your token; the nearest that it sees are %s", name, strings.Join(keys[:min(len(keys), 5)], ", "))
}
