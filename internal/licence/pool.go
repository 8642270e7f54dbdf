package licence

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// Pool is where seats come from: a business unit's licences of one type.
type Pool struct {
	Unit uuid.UUID
	Type lifecycle.SeatType
}

// Figures are the three figures of a pool, or a sum of them.
type Figures struct {
	// Allocated is the licences given to the business unit.
	Allocated int
	// Created is the live seats made from them.
	Created int
	// Consumed is the seats with a certificate that counts.
	Consumed int
}

// Available is how many seats can still be created.
func (f Figures) Available() int { return f.Allocated - f.Created }

// plus is the sum of two.
func (f Figures) plus(g Figures) Figures {
	return Figures{f.Allocated + g.Allocated, f.Created + g.Created, f.Consumed + g.Consumed}
}

// Want is a number of seats of one pool. A pool that stands several times in a
// call counts with the sum.
type Want struct {
	Pool
	N int
}

// Grant is what a pool gave: as much as was wanted, or all that was left.
type Grant struct {
	Pool
	// Got is how many licences were taken.
	Got int
	// Figures are those after taking; all zero where nothing was ever allocated.
	Figures
	// AllocationID is the allocation's row; the zero UUID where there is none.
	AllocationID uuid.UUID
}

// wanted is wants with one entry per pool, in a fixed order.
func wanted(wants []Want) []Want {
	sums := make(map[Pool]int, len(wants))
	for _, w := range wants {
		sums[w.Pool] += w.N
	}
	out := make([]Want, 0, len(sums))
	for _, p := range slices.SortedFunc(maps.Keys(sums), func(a, b Pool) int {
		return cmp.Or(bytes.Compare(a.Unit[:], b.Unit[:]), cmp.Compare(a.Type, b.Type))
	}) {
		out = append(out, Want{p, sums[p]})
	}
	return out
}

// arrays are wants as the arguments of unnest($1::uuid[], $2::text[], $3::bigint[]).
func arrays(wants []Want) []any {
	units, types, ns := make([]string, len(wants)), make([]string, len(wants)), make([]int64, len(wants))
	for i, w := range wants {
		units[i], types[i], ns[i] = w.Unit.String(), string(w.Type), int64(w.N)
	}
	return []any{pq.Array(units), pq.Array(types), pq.Array(ns)}
}

// locked is the common table expression that locks the allocations of the wants
// in arguments 1 to 3, in the order of their ids. What it selects is what the
// rows hold once their locks are had.
const locked = `locked AS (
  SELECT a.id, a.business_unit_id, a.seat_type, a.allocated, a.created, a.consumed, w.n
  FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS w(unit, type, n)
  JOIN seat_allocations a ON a.business_unit_id = w.unit AND a.seat_type = w.type
  ORDER BY a.id
  FOR UPDATE OF a)`

// Take takes licences for seats about to be created, as many as are left in
// each pool, by one statement however many pools there are. The answer has a
// grant for every pool asked for; Got less than wanted is the no, and the rows
// stay locked until the transaction ends, so that it stays true.
//
// All three figures are written as the lock has shown them. PostgreSQL checks
// the constraints first on the row as it was when the statement began, and only
// then sees that it has another one by now: beside an old allocated of 0, a seat
// from an allocation that was raised meanwhile would be one too many.
func Take(ctx context.Context, tx *store.Tx, wants []Want) (map[Pool]Grant, error) {
	wants = wanted(wants)
	grants := make(map[Pool]Grant, len(wants))
	for _, w := range wants {
		if w.N < 0 {
			return nil, fmt.Errorf("licence: %d seats of %s cannot be taken; give them back by Release", w.N, w.Type)
		}
		grants[w.Pool] = Grant{Pool: w.Pool}
	}
	if len(wants) == 0 {
		return grants, nil
	}
	rows, err := tx.Guard(ctx, `WITH `+locked+`, taken AS (
  UPDATE seat_allocations a SET created = l.created + LEAST(l.n, l.allocated - l.created), allocated = l.allocated, consumed = l.consumed
  FROM locked l
  WHERE a.id = l.id AND LEAST(l.n, l.allocated - l.created) > 0
  RETURNING a.id, a.created)
SELECT l.business_unit_id, l.seat_type, l.id, COALESCE(t.created, l.created) - l.created, l.allocated, COALESCE(t.created, l.created), l.consumed
FROM locked l LEFT JOIN taken t ON t.id = l.id`, arrays(wants)...)
	if err != nil {
		return nil, fmt.Errorf("take licences: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var g Grant
		if err := rows.Scan(&g.Unit, &g.Type, &g.AllocationID, &g.Got, &g.Allocated, &g.Created, &g.Consumed); err != nil {
			return nil, fmt.Errorf("take licences: %w", err)
		}
		grants[g.Pool] = g
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("take licences: %w", err)
	}
	return grants, nil
}

// Release gives back the licences of seats that this transaction has deleted.
// Those of them that were consumed must be unconsumed before (Consume with a
// negative number) or at once (Settle). More than was taken is a fault.
func Release(ctx context.Context, tx *store.Tx, wants []Want) error {
	return Settle(ctx, tx, wants, nil)
}

// Consume follows seats of this transaction that got their first certificate
// that counts or, with a negative number, lost their last. A figure that would
// leave 0 to created is a fault.
func Consume(ctx context.Context, tx *store.Tx, wants []Want) error {
	return Settle(ctx, tx, nil, wants)
}

// Settle is Release and Consume at once, by one guarded statement that locks
// every pool in the order of the allocations: two transactions that delete
// consumed seats of the same pools wait for each other and do not deadlock. It
// fails when a pool's guard said no: the caller has counted something that is
// not there.
func Settle(ctx context.Context, tx *store.Tx, released, consumed []Want) error {
	gone, moved := map[Pool]int{}, map[Pool]int{}
	for _, w := range released {
		gone[w.Pool] += w.N
	}
	for _, w := range consumed {
		moved[w.Pool] += w.N
	}
	pools := slices.DeleteFunc(wanted(slices.Concat(released, consumed)), func(w Want) bool { return gone[w.Pool] == 0 && moved[w.Pool] == 0 })
	if len(pools) == 0 {
		return nil
	}
	released, consumed = slices.Clone(pools), slices.Clone(pools)
	for i, w := range pools {
		released[i].N, consumed[i].N = gone[w.Pool], moved[w.Pool]
	}
	rows, err := tx.Guard(ctx, `WITH locked AS (
  SELECT a.id, w.gone, w.moved
  FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[]) AS w(unit, type, gone, moved)
  JOIN seat_allocations a ON a.business_unit_id = w.unit AND a.seat_type = w.type
  ORDER BY a.id
  FOR UPDATE OF a)
UPDATE seat_allocations a SET created = a.created - l.gone, consumed = a.consumed + l.moved FROM locked l
WHERE a.id = l.id AND l.gone >= 0 AND a.consumed + l.moved BETWEEN 0 AND a.created - l.gone
RETURNING a.business_unit_id, a.seat_type`, append(arrays(released), arrays(consumed)[2])...)
	if err != nil {
		return fmt.Errorf("settle licences: %w", err)
	}
	defer func() { _ = rows.Close() }()
	done := make(map[Pool]bool, len(pools))
	for rows.Next() {
		var p Pool
		if err := rows.Scan(&p.Unit, &p.Type); err != nil {
			return fmt.Errorf("settle licences: %w", err)
		}
		done[p] = true
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("settle licences: %w", err)
	}
	for _, w := range pools {
		if !done[w.Pool] {
			return fmt.Errorf("settle licences: the figures of business unit %s and seat type %s do not allow %d seats less and %d consumed more; gatehouse verify tells what is wrong",
				w.Unit, w.Type, gone[w.Pool], moved[w.Pool])
		}
	}
	return nil
}
