package accounting

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
)

// consumption recounts which seats are consumed, by the rule of domain.md section 2:
// some types while a certificate of theirs is valid, the others from their first
// certificate until they are deleted. That there was a first one is told by the
// audit, whatever became of it; so are, from that, the figures of the pools.
func (s *stage) consumption(ctx context.Context, p plan) ([]string, error) {
	ever, err := s.everLinked(ctx, p)
	if err != nil {
		return nil, err
	}
	type pool struct {
		unit uuid.UUID
		kind lifecycle.SeatType
	}
	counted := map[pool]int{}
	var wrong []string
	rows, err := s.admin.QueryContext(ctx, `SELECT s.id, s.business_unit_id, s.seat_type, s.seat_id, s.consumed, count(c.id)
FROM seats s LEFT JOIN certificates c ON c.seat_row_id = s.id AND c.status IN ('ISSUED', 'SUSPENDED')
WHERE s.business_unit_id = ANY($1) AND s.status <> 'DELETED' GROUP BY s.id`, pq.Array(p.units()))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var seat uuid.UUID
		var at pool
		var seatID string
		var written bool
		var valid int
		if err := rows.Scan(&seat, &at.unit, &at.kind, &seatID, &written, &valid); err != nil {
			return nil, err
		}
		consumed := valid > 0
		if at.kind == lifecycle.Imported || at.kind == lifecycle.Discovery || at.kind == lifecycle.CertificateManagement {
			consumed = ever[id.Of(id.Seat, seat).String()]
		}
		if consumed {
			counted[at]++
		}
		if consumed != written {
			wrong = append(wrong, fmt.Sprintf("the %s seat %s (%s) has %d valid certificates, ever had one: %t, and stands as consumed: %t", at.kind, seatID, seat, valid, ever[id.Of(id.Seat, seat).String()], written))
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	figures, err := s.admin.QueryContext(ctx, `SELECT business_unit_id, seat_type, consumed FROM seat_allocations WHERE business_unit_id = ANY($1)`, pq.Array(p.units()))
	if err != nil {
		return nil, err
	}
	defer func() { _ = figures.Close() }()
	for figures.Next() {
		var at pool
		var written int
		if err := figures.Scan(&at.unit, &at.kind, &written); err != nil {
			return nil, err
		}
		if written != counted[at] {
			wrong = append(wrong, fmt.Sprintf("%s of %s: %d consumed, and %d seats are", at.kind, at.unit, written, counted[at]))
		}
	}
	return wrong, figures.Err()
}

// everLinked are the seats, by their ids as the audit tells them, that a certificate
// was ever linked to.
func (s *stage) everLinked(ctx context.Context, p plan) (map[string]bool, error) {
	rows, err := s.admin.QueryContext(ctx, `SELECT DISTINCT c.change ->> 'after' FROM audit_entries e, jsonb_array_elements(e.changes) AS c(change)
WHERE e.business_unit_id = ANY($1) AND e.resource_type = 'CERTIFICATE' AND e.outcome = 'SUCCESS' AND c.change ->> 'field' = 'seat' AND c.change ->> 'after' <> ''`, pq.Array(p.units()))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	ever := map[string]bool{}
	for rows.Next() {
		var seat string
		if err := rows.Scan(&seat); err != nil {
			return nil, err
		}
		ever[seat] = true
	}
	return ever, rows.Err()
}
