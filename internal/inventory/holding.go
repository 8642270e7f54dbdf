package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// holding is the valid certificates of a seat: how many, and until when the last
// of them is valid. A suspended one is valid.
type holding struct {
	certificates int
	until        time.Time
}

// with is the holding with another certificate.
func (h holding) with(until time.Time) holding {
	if h.certificates++; until.After(h.until) {
		h.until = until
	}
	return h
}

// holdings are those of seats; seats without a valid certificate are left out.
func holdings(ctx context.Context, tx *store.Tx, seats []uuid.UUID) (map[uuid.UUID]holding, error) {
	if len(seats) == 0 {
		return nil, nil
	}
	type row struct {
		seat uuid.UUID
		holding
	}
	found, err := readAll(ctx, tx, `SELECT seat_row_id, count(*), max(not_after) FROM certificates
WHERE seat_row_id = ANY($1) AND status IN ('ISSUED', 'SUSPENDED') AND not_after > $2 GROUP BY seat_row_id`, []any{pq.Array(seats), tx.Now()}, nil,
		func(r *row) []any { return []any{&r.seat, &r.certificates, &r.until} })
	if err != nil {
		return nil, fmt.Errorf("read the certificates of seats: %w", err)
	}
	bySeat := make(map[uuid.UUID]holding, len(found))
	for _, r := range found {
		r.until = r.until.UTC()
		bySeat[r.seat] = r.holding
	}
	return bySeat, nil
}

// hasCertificate is the no to another certificate for a seat of a type that holds
// one, and its successor within the renewal window (domain.md section 2): so two at
// most, however short they are. None when the seat holds none, or one whose end
// lies within the window.
func hasCertificate(now time.Time, t lifecycle.SeatType, seatID string, h holding, p lifecycle.Promise) *refusal.Refusal {
	if t.HoldsSeveral() || h.certificates == 0 {
		return nil
	}
	if h.certificates > 1 {
		return refusal.New(refusal.SeatHasCertificate, "Seat %s has a certificate and its successor, which is valid until %s; a %s seat holds no more. Wait until one of them has expired, or revoke one first.",
			seatID, h.until.Format(time.DateOnly), t)
	}
	from := h.until.Add(-time.Duration(p.RenewalWindowSeconds) * time.Second)
	if !now.Before(from) {
		return nil
	}
	return refusal.New(refusal.SeatHasCertificate, "Seat %s has a certificate that is valid until %s, and a %s seat holds one at a time. Its successor can be enrolled from %s on; or revoke it first.",
		seatID, h.until.Format(time.DateOnly), t, from.Format(time.DateOnly))
}

// issuingBeside is the no to a certificate for a seat of a type that holds one, while
// a certificate authority is at work on another enrollment of the seat: what that
// brings is not among the seat's certificates yet. The seat is locked.
func issuingBeside(ctx context.Context, tx *store.Tx, l *locked) (*refusal.Refusal, error) {
	if l.seatType.HoldsSeveral() {
		return nil, nil
	}
	found, err := readAll(ctx, tx, `SELECT e.id FROM enrollments e WHERE e.seat_row_id = $1 AND e.id <> $2 AND e.issuance = 'REQUESTED' LIMIT 1`, []any{l.seat.id, l.id}, nil,
		func(u *uuid.UUID) []any { return []any{u} })
	if err != nil {
		return nil, fmt.Errorf("read what is being issued for seat %s: %w", l.seat.id, err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	return refusal.New(refusal.Issuing, "A certificate authority is at work on another enrollment of seat %s, and a %s seat holds one certificate at a time. Try again when it has answered.", l.seatID, l.seatType), nil
}
