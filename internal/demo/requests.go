package demo

import (
	"context"
	"fmt"
	"slices"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// request is an ask that was made, with its id from then on.
type request struct {
	*ask
	id id.ID
}

// call is a step that is done to one or several requests.
type call struct {
	step
	name     string
	requests []*request
}

func (c *call) ids() []id.ID {
	ids := make([]id.ID, len(c.requests))
	for n, r := range c.requests {
		ids[n] = r.id
	}
	return ids
}

// request makes a request.
func (s *seeding) request(ctx context.Context, r *request) error {
	comment := pick(purposes, r.n)
	in := inventory.RequestEnrollmentInput{ProfileID: s.profileOf(r.offer), SeatID: r.seat.SeatID, Name: r.seat.Name, Email: r.seat.Email, Comment: &comment}
	switch {
	case r.offer.how == csr:
		text, err := signingRequest(r.offer, r.name(), r.seat)
		if err != nil {
			return err
		}
		in.Csr = &text
	case slices.Contains(r.offer.sans, lifecycle.SANEmail):
		in.Names = []*inventory.RequestedName{{Kind: lifecycle.SANEmail, Value: *r.seat.Email}}
	}
	return s.do(ctx, act{name: r.name(), at: s.on(r.at.daysAgo, r.at.minute), by: r.by}, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		in.IdempotencyKey = key
		p, err := s.house.Inventory.Request(ctx, in)
		if err != nil {
			return nil, err
		}
		if p.Enrollment != nil {
			r.id = p.Enrollment.ID
		}
		return p.UserErrors, nil
	})
}

// decide approves or rejects requests, as people do with a page of them.
func (s *seeding) decide(ctx context.Context, c *call) error {
	return s.do(ctx, c.act(s), func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		var p *inventory.EnrollmentsPayload
		var err error
		if c.kind == approves {
			p, err = s.house.Inventory.ApproveMany(ctx, inventory.ApproveEnrollmentsInput{IDs: c.ids(), Comment: &c.text, IdempotencyKey: key})
		} else {
			p, err = s.house.Inventory.RejectMany(ctx, inventory.RejectEnrollmentsInput{IDs: c.ids(), Reason: c.text, IdempotencyKey: key})
		}
		if err != nil {
			return nil, err
		}
		all := p.UserErrors
		for _, r := range p.Results {
			all = append(all, r.UserErrors...)
		}
		return all, nil
	})
}

// act does to one request what is done to one at a time, or is refused.
func (s *seeding) act(ctx context.Context, c *call) error {
	return s.do(ctx, c.act(s), func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		var p *inventory.EnrollmentPayload
		var err error
		one, inv := c.requests[0].id, s.house.Inventory
		switch c.kind {
		case approves:
			p, err = inv.Approve(ctx, inventory.ApproveEnrollmentInput{ID: one, Comment: &c.text, IdempotencyKey: key})
		case rejects:
			p, err = inv.Reject(ctx, inventory.RejectEnrollmentInput{ID: one, Reason: c.text, IdempotencyKey: key})
		case withdraws:
			p, err = inv.Withdraw(ctx, inventory.WithdrawEnrollmentInput{ID: one, Comment: &c.text, IdempotencyKey: key})
		case takesUp:
			p, err = inv.ChangeStatus(ctx, inventory.ChangeEnrollmentStatusInput{ID: one, Status: lifecycle.InProgress, IdempotencyKey: key})
		case notes:
			p, err = inv.AddNote(ctx, inventory.AddEnrollmentNoteInput{ID: one, Text: c.text, IdempotencyKey: key})
		default:
			return nil, fmt.Errorf("nobody knows how to %s", c.kind)
		}
		if err != nil {
			return nil, err
		}
		return p.UserErrors, nil
	})
}

// act is the call as one thing that somebody did.
func (c *call) act(s *seeding) act {
	return act{name: c.name, at: s.on(c.at.daysAgo, c.at.minute), by: c.by, want: c.want}
}
