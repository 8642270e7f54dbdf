package demo

import (
	"context"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// evening is when people see to their mail, in minutes after eight in the morning.
const evening = afternoon + 160

// fetch decides whether an approved request is picked up, and when: one of ten is.
// One whose certificate comes from another authority is closed with it, one of
// four. The rest waits, or lapses.
func (a *ask) fetch() {
	last, o := a.lastApproval(), a.offer
	one := 10
	if o.ca == public {
		one = 4
	}
	switch {
	case a.fate != granted || last.daysAgo <= 1 || o.archived > 0 || (a.n*3+len(o.name))%one != 0:
	case o.ca == public && o.seatType == lifecycle.Server: // an ACME authority would be asked, and there is none
	case !o.alone(a.seat.SeatID):
	default:
		a.fetched = &moment{max(last.daysAgo-1-a.n%3, 1), evening + a.n%40}
	}
}

// alone reports whether no other offer has a seat enrolled or asked for: most types
// of seats hold one certificate, after which all others would be refused.
func (o offer) alone(seatID string) bool {
	if o.seatType.HoldsSeveral() {
		return true
	}
	for _, other := range offers {
		if other.unit != o.unit || other.seatType != o.seatType || other.slug() == o.slug() {
			continue
		}
		for n := range other.requests {
			if other.seat(n).SeatID == seatID {
				return false
			}
		}
		for _, w := range other.waves() {
			for _, seat := range w.seats {
				if seat.SeatID == seatID {
					return false
				}
			}
		}
	}
	return true
}

// tellFetched tells of a request that is picked up, or closed with a certificate
// from elsewhere.
func (s *seeding) tellFetched(t *telling, r *request) {
	if r.fetched == nil {
		return
	}
	if r.offer.ca == public {
		t.add(r.offer.unit, *r.fetched, func(ctx context.Context) error { return s.attach(ctx, r) })
		return
	}
	t.add(r.offer.unit, *r.fetched, func(ctx context.Context) error {
		return s.redeem(ctx, redemption{
			name: "pick-up-" + r.name(), at: s.on(r.fetched.daysAgo, r.fetched.minute), by: invited(r.seat, r.n), enrollment: r.id, offer: r.offer,
		})
	})
	t.endsWith(*r.fetched, r.offer)
}

// endsWith has certificates of an offer, that were issued then, written down as
// expired on their day.
func (t *telling) endsWith(issued moment, o offer) {
	if o.validity == 0 {
		return
	}
	if ends := issued.since() + time.Duration(o.validity)*24*time.Hour; ends < 0 {
		day := int((-ends-1)/(24*time.Hour)) + 1
		t.ends[day] = append(t.ends[day], ends)
	}
}

// redemption is how an invited person gets a certificate, or fails to.
type redemption struct {
	name       string
	at         time.Time
	by         person
	enrollment id.ID
	offer      offer
	// guess is a code that is not the right one; empty when they type that.
	guess string
	want  refusal.Code
}

// redeem does it, and waits for the certificate.
func (s *seeding) redeem(ctx context.Context, r redemption) error {
	a := act{name: r.name, at: r.at, by: r.by, want: r.want, once: true}
	err := s.do(ctx, a, func(ctx context.Context, _ *string) ([]*refusal.Refusal, error) {
		in, err := s.linkAndCode(ctx, r.enrollment)
		if err != nil {
			return nil, err
		}
		if r.guess != "" {
			in.Code = &r.guess
		}
		if r.offer.method == code || r.offer.how != csr {
			text, err := blankRequest(r.name)
			if err != nil {
				return nil, err
			}
			in.Csr = &text
		}
		p, err := s.house.Inventory.Redeem(ctx, in)
		if err != nil {
			return nil, err
		}
		return p.UserErrors, nil
	})
	if err != nil || r.want != "" {
		return err
	}
	return s.issued(ctx, r.enrollment)
}

// invited is the person whose seat it is, at a desk outside.
func invited(seat *inventory.NewSeat, n int) person {
	return person{name: *seat.Name, desk: 100 + n%100}
}
