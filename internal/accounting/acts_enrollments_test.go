package accounting

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

func requestEnrollment(ctx context.Context, p player, s step, a *answer) error {
	out, err := p.Inventory.Request(ctx, inventory.RequestEnrollmentInput{ProfileID: profileOf(p.unit(s).Manual, s), SeatID: s.Seats[0], Csr: &p.holder.csr})
	if err != nil {
		return err
	}
	a.one(audit.Request, out.UserErrors)
	return nil
}

func approveEnrollment(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.requests(ctx, s)
	if err != nil {
		return err
	}
	out, err := p.Inventory.Approve(ctx, inventory.ApproveEnrollmentInput{ID: ids[0]})
	if err != nil {
		return err
	}
	a.one(audit.Approve, out.UserErrors)
	return nil
}

func approveEnrollments(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.requests(ctx, s)
	if err != nil {
		return err
	}
	out, err := p.Inventory.ApproveMany(ctx, inventory.ApproveEnrollmentsInput{IDs: ids})
	if err != nil {
		return err
	}
	a.each(audit.Approve, out)
	return nil
}

func rejectEnrollment(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.requests(ctx, s)
	if err != nil {
		return err
	}
	out, err := p.Inventory.Reject(ctx, inventory.RejectEnrollmentInput{ID: ids[0], Reason: "Not today."})
	if err != nil {
		return err
	}
	a.one(audit.Reject, out.UserErrors)
	return nil
}

func rejectEnrollments(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.requests(ctx, s)
	if err != nil {
		return err
	}
	out, err := p.Inventory.RejectMany(ctx, inventory.RejectEnrollmentsInput{IDs: ids, Reason: "Not today."})
	if err != nil {
		return err
	}
	a.each(audit.Reject, out)
	return nil
}

// withdrawEnrollment takes back a request of the person or, with the flag, of whomever.
func withdrawEnrollment(ctx context.Context, p player, s step, a *answer) error {
	look := p.ownRequests
	if s.Flag {
		look = p.requests
	}
	ids, err := look(ctx, s)
	if err != nil {
		return err
	}
	out, err := p.Inventory.Withdraw(ctx, inventory.WithdrawEnrollmentInput{ID: ids[0]})
	if err != nil {
		return err
	}
	a.one(audit.Withdraw, out.UserErrors)
	return nil
}

func changeStatus(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.requests(ctx, s)
	if err != nil {
		return err
	}
	to := lifecycle.InProgress
	if s.Flag {
		to = lifecycle.Pending
	}
	out, err := p.Inventory.ChangeStatus(ctx, inventory.ChangeEnrollmentStatusInput{ID: ids[0], Status: to})
	if err != nil {
		return err
	}
	a.one(audit.ChangeStatus, out.UserErrors)
	return nil
}

// each takes what came of an act on several enrollments.
func (a *answer) each(action audit.Action, out *inventory.EnrollmentsPayload) {
	a.heard(out.UserErrors)
	for _, r := range out.Results {
		a.one(action, r.UserErrors)
	}
}

// expireDue is the sweep of the server, whoever is on.
func expireDue(ctx context.Context, p player, _ step, a *answer) error {
	n, err := p.Inventory.ExpireDue(ctx, 100)
	if err != nil {
		return err
	}
	a.did(audit.Expire, n)
	return nil
}
