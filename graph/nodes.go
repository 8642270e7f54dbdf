package graph

import (
	"context"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
)

// mostNodes is how many things one call of nodes finds.
const mostNodes = 100

func (q query) Node(ctx context.Context, one id.ID) (id.Node, error) {
	found, err := q.find(ctx, []id.ID{one})
	return found[one], err
}

func (q query) Nodes(ctx context.Context, ids []*id.ID) ([]id.Node, error) {
	if len(ids) > mostNodes {
		return nil, refusal.New(refusal.Invalid, "One call of nodes finds up to %d things; %d ids were given. Ask for them in several calls.", mostNodes, len(ids))
	}
	wanted := make([]id.ID, len(ids))
	for n, one := range ids {
		wanted[n] = *one
	}
	found, err := q.find(ctx, wanted)
	if err != nil {
		return nil, err
	}
	out := make([]id.Node, len(ids))
	for n, one := range wanted {
		out[n] = found[one]
	}
	return out, nil
}

// find reads what the viewer may see of the ids, by one statement per kind.
func (q query) find(ctx context.Context, ids []id.ID) (map[id.ID]id.Node, error) {
	found := map[id.ID]id.Node{}
	kinds := map[id.Kind]bool{}
	for _, one := range ids {
		kinds[one.Kind] = true
	}
	for kind := range kinds {
		var err error
		switch kind {
		case id.BusinessUnit:
			err = into(ctx, found, kind, ids, q.Units.ByIDs)
		case id.Profile:
			err = into(ctx, found, kind, ids, q.Profiles.ByIDs)
		case id.License:
			err = into(ctx, found, kind, ids, q.Licences.LicensesByIDs)
		case id.Allocation:
			err = into(ctx, found, kind, ids, q.Licences.AllocationsByIDs)
		case id.AuditEntry:
			err = into(ctx, found, kind, ids, q.Log.ByIDs)
		case id.View:
			err = into(ctx, found, kind, ids, q.API.Views.ByIDs)
		case id.Job:
			err = into(ctx, found, kind, ids, q.API.Jobs.ByIDs)
		case id.Webhook:
			err = into(ctx, found, kind, ids, q.API.Webhooks.ByIDs)
		case id.Seat:
			seats, failed := q.Inventory.SeatsByID(ctx, ids)
			err = failed
			put(found, seats)
		case id.Enrollment:
			enrollments, failed := q.Inventory.EnrollmentsByID(ctx, ids, nil)
			err = failed
			put(found, enrollments)
		case id.Approval:
			approvals, failed := q.Inventory.ApprovalsByID(ctx, ids)
			err = failed
			put(found, approvals)
		case id.Certificate:
			certificates, failed := q.Inventory.CertificatesByID(ctx, ids, nil)
			err = failed
			put(found, certificates)
		case id.Mail:
			mails, failed := q.Inventory.MailsByID(ctx, ids)
			err = failed
			put(found, mails)
		case id.Note:
			notes, failed := q.Inventory.NotesByID(ctx, ids)
			err = failed
			put(found, notes)
		}
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// into reads rows of one kind and puts them under their ids.
func into[T any](ctx context.Context, found map[id.ID]id.Node, kind id.Kind, ids []id.ID, read func(context.Context, []uuid.UUID) (map[uuid.UUID]*T, error)) error {
	byRow, err := read(ctx, id.UUIDs(kind, ids))
	for row, one := range byRow {
		found[id.Of(kind, row)] = one
	}
	return err
}

// put adds what was found under its ids.
func put[T any](found map[id.ID]id.Node, byID map[id.ID]*T) {
	for one, thing := range byID {
		found[one] = thing
	}
}
