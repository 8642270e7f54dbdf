package licence

import (
	"context"
	"fmt"
	"time"
)

// day is the first instant of an instant's UTC day.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// RecordDays writes down, as the system, the figures that every allocation has at
// this instant as those of its day, where they differ from what stands there. Done
// every minute, it leaves each day with the figures of its last minute. Days that
// no server was there to record get the figures of the last one recorded: without
// a server nothing changes. It returns how many daily figures it wrote.
//
// A day is closed by the first record of a later one. Who still lives in the day
// before, a server whose clock is behind, then writes nothing; and nobody changes
// another day than their own. It is one statement however many allocations there
// are, and waits for no seat that is just being made. Business units that were
// deleted are left out: usage does not show them.
func (ls *Licences) RecordDays(ctx context.Context) (int, error) {
	n, err := ls.store.UsageDays(ctx, `INSERT INTO seat_usage_days (id, business_unit_id, seat_type, day, allocated, created, consumed)
SELECT gen_random_uuid(), a.business_unit_id, a.seat_type, d.day,
  CASE WHEN d.day = $1::date THEN a.allocated ELSE l.allocated END,
  CASE WHEN d.day = $1::date THEN a.created ELSE l.created END,
  CASE WHEN d.day = $1::date THEN a.consumed ELSE l.consumed END
FROM seat_allocations a
JOIN business_units u ON u.id = a.business_unit_id AND u.deleted_at IS NULL
LEFT JOIN LATERAL (
  SELECT r.day, r.allocated, r.created, r.consumed FROM seat_usage_days r
  WHERE r.business_unit_id = a.business_unit_id AND r.seat_type = a.seat_type ORDER BY r.day DESC LIMIT 1) l ON TRUE
CROSS JOIN LATERAL (
  SELECT LEAST(l.day + 1, $1::date) + n AS day FROM generate_series(0, $1::date - LEAST(l.day + 1, $1::date)) AS n) d
WHERE l.day IS NULL OR l.day < $1::date
  OR l.day = $1::date AND (l.allocated, l.created, l.consumed) IS DISTINCT FROM (a.allocated, a.created, a.consumed)
ORDER BY a.id, d.day
ON CONFLICT (business_unit_id, seat_type, day) DO UPDATE
SET allocated = EXCLUDED.allocated, created = EXCLUDED.created, consumed = EXCLUDED.consumed
WHERE seat_usage_days.day = $1::date`, day(ls.store.Now(ctx)).Format(time.DateOnly))
	if err != nil {
		return 0, fmt.Errorf("record the figures of the day: %w", err)
	}
	return n, nil
}
