package demo

import (
	"context"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// attempts adds what somebody tries in vain around a request.
func (a *ask) attempts(deciders []person) {
	switch {
	case a.by.name == emil.name && a.n%21 == 2 && a.fate != retracted:
		a.try(moment{a.at.daysAgo, afternoon - 1}, approves, emil, "It is mine and it is fine.", refusal.OwnRequest)
	case a.fate == granted && a.n%40 == 6:
		a.try(moment{a.lastApproval().daysAgo, afternoon + 125 + a.n%17}, rejects, deciders[0], pick(reasons, a.n), refusal.InvalidState)
	case a.fate == halfway && a.n%2 == 0:
		a.try(moment{a.lastApproval().daysAgo, afternoon + 125 + a.n%23}, approves, deciders[0], "Once more.", refusal.AlreadyDecided)
	case a.n == 3:
		a.try(moment{a.at.daysAgo, afternoon - 1}, approves, viktor, "", refusal.Forbidden)
	}
}

// lastApproval is the latest approval among the steps.
func (a *ask) lastApproval() (last moment) {
	last.daysAgo = length
	for _, s := range a.steps {
		if s.kind == approves && s.want == "" && (s.at.daysAgo < last.daysAgo || s.at.daysAgo == last.daysAgo && s.at.minute > last.minute) {
			last = s.at
		}
	}
	return last
}

// tellAttempts adds what does not go well besides, and a few changes of what was
// founded.
func (s *seeding) tellAttempts(t *telling) {
	add := func(unit string, daysAgo, minute int, run func(ctx context.Context, daysAgo, minute int) error) {
		t.add(unit, moment{daysAgo, minute}, func(ctx context.Context) error { return run(ctx, daysAgo, minute) })
	}
	add("engineering", 120, 30, func(ctx context.Context, daysAgo, minute int) error {
		return s.allocate(ctx, stock{"engineering", lifecycle.User, 5000, 0}, "allocate-too-much", daysAgo, minute, refusal.NoLicenceLeft)
	})
	add("manufacturing", 75, 30, func(ctx context.Context, daysAgo, minute int) error {
		return s.allocate(ctx, stock{"manufacturing", lifecycle.User, 400, 0}, "allocate-too-little", daysAgo, minute, refusal.SeatsInTheWay)
	})
	add("engineering", 60, 20, func(ctx context.Context, daysAgo, minute int) error {
		return s.purchase(ctx, purchase{lifecycle.User, 4600}, "purchase-more", daysAgo, minute)
	})
	add("engineering", 58, 20, func(ctx context.Context, daysAgo, minute int) error {
		return s.allocate(ctx, stock{"engineering", lifecycle.User, 1100, 0}, "allocate-more", daysAgo, minute, "")
	})
	add("finance", 40, 45, func(ctx context.Context, daysAgo, minute int) error {
		return s.readdress(ctx, "finance", []string{lucas.email(), amara.email()}, daysAgo, minute)
	})
	add("retail-emea", 33, 70, func(ctx context.Context, daysAgo, minute int) error {
		a := act{name: "seats-again", at: s.on(daysAgo, minute), by: sofia, want: refusal.Duplicate}
		return s.makeSeats(ctx, a, tills, []*inventory.NewSeat{tills.seat(0)})
	})
	add("engineering", 15, 70, func(ctx context.Context, daysAgo, minute int) error {
		a := act{name: "seats-by-rita", at: s.on(daysAgo, minute), by: rita, want: refusal.Forbidden}
		return s.makeSeats(ctx, a, laptops, []*inventory.NewSeat{laptops.seat(laptops.seats)})
	})
	for _, v := range []struct {
		offer offer
		name  string
		by    person
		at    moment
		want  refusal.Code
		csr   string
	}{
		{oldGateway, "request-archived", rita, moment{80, 15}, refusal.ProfileArchived, ""},
		{personnelFiles, "request-with-code", rita, moment{20, 15}, refusal.WrongMethod, ""},
		{codeSigning, "request-broken", nadia, moment{12, 15}, refusal.InvalidCSR, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"},
	} {
		add(v.offer.unit, v.at.daysAgo, v.at.minute, func(ctx context.Context, daysAgo, minute int) error {
			return s.requestInVain(ctx, act{name: v.name, at: s.on(daysAgo, minute), by: v.by, want: v.want}, v.offer, v.csr)
		})
	}
	s.tellOfNoSeatLeft(t)
}

// requestInVain makes a request that is refused.
func (s *seeding) requestInVain(ctx context.Context, a act, o offer, csr string) error {
	st := o.stock()
	seat := st.seat(st.seats - 1)
	return s.do(ctx, a, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		in := inventory.RequestEnrollmentInput{ProfileID: s.profileOf(o), SeatID: seat.SeatID, Name: seat.Name, Email: seat.Email, IdempotencyKey: key}
		if csr != "" {
			in.Csr = &csr
		}
		p, err := s.house.Inventory.Request(ctx, in)
		if err != nil {
			return nil, err
		}
		return p.UserErrors, nil
	})
}

// tellOfNoSeatLeft has one more company ask for a seal than Legal has licences: the
// request waits, and cannot be approved until somebody allocates one more.
func (s *seeding) tellOfNoSeatLeft(t *telling) {
	o := companySeal
	st := o.stock()
	made := &request{ask: &ask{offer: o, n: o.requests, by: hugo, seat: st.seat(st.seats), at: moment{3, 100}}}
	t.add(o.unit, made.at, func(ctx context.Context) error { return s.request(ctx, made) })
	c := &call{name: "approve-no-seat-left", requests: []*request{made}}
	c.step = step{at: moment{2, afternoon}, kind: approves, by: amara, text: "The board agreed.", want: refusal.NoSeatLeft}
	t.add(o.unit, c.at, func(ctx context.Context) error { return s.act(ctx, c) })
}
