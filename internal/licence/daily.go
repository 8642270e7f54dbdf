package licence

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// inOne is the series in which everything is summed up.
const inOne = `'00000000-0000-0000-0000-000000000000'::uuid`

// daily reads the figures of allocations (alias a) day by day, oldest first, of so
// many days up to that of the context's instant: by a series' id, which is either
// inOne or a column of a. Each day has the figures recorded for it, or those of the
// last day before for which some were; of today, it is what the counters say now.
// Days before an allocation's first record it has no part in, and a series begins
// with the first day on which one has. The condition's arguments begin at $3. It is
// one statement.
func (ls *Licences) daily(ctx context.Context, series, where string, days int, args ...any) (map[uuid.UUID][]*SeatUsageDay, error) {
	today := day(ls.read.Now(ctx))
	rows, err := ls.read.Query(ctx, fmt.Sprintf(`WITH pools AS (
  SELECT %s AS series, a.business_unit_id, a.seat_type, a.allocated, a.created, a.consumed FROM seat_allocations a WHERE %s),
told AS (
  SELECT p.series, p.business_unit_id, p.seat_type, d.day, d.allocated, d.created, d.consumed
  FROM pools p JOIN seat_usage_days d ON d.business_unit_id = p.business_unit_id AND d.seat_type = p.seat_type
  WHERE d.day >= $1::date AND d.day < $2::date
  UNION ALL
  SELECT p.series, p.business_unit_id, p.seat_type, $1::date, l.allocated, l.created, l.consumed
  FROM pools p CROSS JOIN LATERAL (
    SELECT d.day, d.allocated, d.created, d.consumed FROM seat_usage_days d
    WHERE d.business_unit_id = p.business_unit_id AND d.seat_type = p.seat_type AND d.day <= $1::date ORDER BY d.day DESC LIMIT 1) l
  WHERE l.day < $1::date AND $1::date < $2::date
  UNION ALL
  SELECT p.series, p.business_unit_id, p.seat_type, $2::date, p.allocated, p.created, p.consumed FROM pools p),
spans AS (
  SELECT t.series, t.day, lead(t.day, 1, $2::date + 1) OVER (PARTITION BY t.business_unit_id, t.seat_type ORDER BY t.day) - t.day AS length, t.allocated, t.created, t.consumed
  FROM told t)
SELECT s.series, s.day + n, sum(s.allocated)::bigint, sum(s.created)::bigint, sum(s.consumed)::bigint
FROM spans s CROSS JOIN LATERAL generate_series(0, s.length - 1) AS n
GROUP BY 1, 2 ORDER BY 1, 2`, series, where),
		append([]any{today.AddDate(0, 0, 1-days).Format(time.DateOnly), today.Format(time.DateOnly)}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read the usage of licences day by day: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := map[uuid.UUID][]*SeatUsageDay{}
	for rows.Next() {
		var of uuid.UUID
		d := &SeatUsageDay{}
		if err := rows.Scan(&of, &d.Day, &d.Allocated, &d.Created, &d.Consumed); err != nil {
			return nil, fmt.Errorf("read the usage of licences day by day: %w", err)
		}
		d.Day = d.Day.UTC()
		all[of] = append(all[of], d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the usage of licences day by day: %w", err)
	}
	return all, nil
}
