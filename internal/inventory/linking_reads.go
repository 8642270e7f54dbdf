package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// windows reads the renewal windows that the enrollments promised, with the
// certificates that they replace, and refuses what names an enrollment that is none of
// its seat's. A promise never changes, and which seat an enrollment has changes under
// the seat's lock only.
func (l *linking) windows(ctx context.Context, links []*linkable) (map[id.ID]time.Duration, error) {
	var asked []id.ID
	for _, k := range links {
		if k.enrollment != nil {
			asked = append(asked, *k.enrollment)
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	type row struct {
		id             uuid.UUID
		seat, replaces *uuid.UUID
		promise        []byte
	}
	found, err := readAll(ctx, l.tx, "SELECT e.id, e.seat_row_id, e.replaces_certificate_id, e.promise FROM enrollments e WHERE e.id = ANY($1)",
		[]any{pq.Array(id.UUIDs(id.Enrollment, asked))}, nil, func(r *row) []any { return []any{&r.id, &r.seat, &r.replaces, &r.promise} })
	if err != nil {
		return nil, fmt.Errorf("read the enrollments of certificates: %w", err)
	}
	windows, of := make(map[id.ID]time.Duration, len(found)), make(map[id.ID]uuid.UUID, len(found))
	replaced := make(map[id.ID]*uuid.UUID, len(found))
	for _, r := range found {
		var p lifecycle.Promise
		if err := json.Unmarshal(r.promise, &p); err != nil {
			return nil, fmt.Errorf("read what enrollment %s was promised: %w", r.id, err)
		}
		one := id.Of(id.Enrollment, r.id)
		windows[one] = time.Duration(p.RenewalWindowSeconds) * time.Second
		if r.seat != nil {
			of[one] = *r.seat
		}
		replaced[one] = r.replaces
	}
	for _, k := range links {
		if k.enrollment != nil {
			k.replaces = replaced[*k.enrollment]
		}
		if k.enrollment != nil && of[*k.enrollment] != k.seat.id {
			k.no = refusal.New(refusal.NotFound, "The seat %s has no enrollment %s. Name one of its own, or none.", k.seat.seatID, *k.enrollment).At("enrollmentId")
		}
	}
	return windows, nil
}

// find locks the certificates that are here already, and writes down which of
// them have expired.
func (l *linking) find(ctx context.Context, links []*linkable) error {
	units, sums := make([]string, len(links)), make([]string, len(links))
	for n, k := range links {
		units[n], sums[n] = k.seat.unit.String(), k.text.SHA256
	}
	found, err := lockCertificates(ctx, l.tx, "(c.business_unit_id, c.sha256) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))", pq.Array(units), pq.Array(sums))
	if err != nil {
		return err
	}
	here := make(map[linkKey]*lockedCertificate, len(found))
	var free []*lockedCertificate
	for _, c := range found {
		here[linkKey{c.unit, c.sha256}] = c
		if l.free(c) { // the others' seats are not locked, and nothing becomes of them
			free = append(free, c)
		}
	}
	for _, k := range links {
		k.existing = here[k.key()]
	}
	return expireCertificates(ctx, l.tx, free, func(c *lockedCertificate) { c.uncount(l.after) })
}

// held is what the seats hold that hold one certificate at a time.
func (l *linking) held(ctx context.Context, links []*linkable) (map[uuid.UUID]holding, error) {
	var full []uuid.UUID
	for _, k := range links {
		if !k.seat.seatType.HoldsSeveral() && k.seat.certificates > 0 {
			full = append(full, k.seat.id)
		}
	}
	held, err := holdings(ctx, l.tx, full)
	if held == nil {
		held = map[uuid.UUID]holding{}
	}
	return held, err
}
