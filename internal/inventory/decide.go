package inventory

import (
	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// facts are what decides about the enrollment for the viewer of the transaction.
func (l *locked) facts(tx *store.Tx) lifecycle.EnrollmentFacts {
	v := tx.Viewer()
	seatEmail := ""
	if l.seat != nil {
		seatEmail = l.seat.email
	}
	return lifecycle.EnrollmentFacts{
		Status: l.status, Method: l.method, CA: l.ca, EnrollmentMethod: l.enrollmentMethod,
		Requester: v.Is(l.issuer, l.subject), OwnEmail: v.HasEmail(l.email, seatEmail), Decided: l.decided,
		Approvals: l.approvals, Required: l.required, TimePassed: !tx.Now().Before(l.expiresAt),
		SeatDeleted: l.seatDeleted, ProfileArchived: l.archived, ActiveExists: l.rival, Issuing: l.issuing(), Permissions: v.Permissions,
	}
}

func (l *locked) issuing() bool {
	return l.issuance != nil && *l.issuance == lifecycle.IssuanceRequested
}

// missing is the no to an id that is not there for the viewer; what is outside
// their business units and what was never there read the same.
func missing(what string, one id.ID) *refusal.Refusal {
	return id.Missing(what, one)
}

// decide decides an action for each item in the order asked. An item that is not
// there or is refused is recorded and gets its refusal; the rest goes to win.
func (h *hold) decide(tx *store.Tx, action lifecycle.EnrollmentAction, comment string, win func(n int, l *locked, to lifecycle.Status) *refusal.Refusal) []store.Item {
	items := make([]store.Item, len(h.asked))
	for n, one := range h.asked {
		items[n] = store.Item{ID: one}
		l := h.byID[one]
		if l == nil {
			items[n] = tx.Refuse(audit.Entry{ID: one.UUID, Comment: comment}, items[n], missing("enrollment", one))
			continue
		}
		to, no := lifecycle.Decide(l.facts(tx), action)
		if no == nil {
			no = win(n, l, to)
		}
		if no != nil {
			items[n] = h.refuse(tx, items[n], l, comment, no)
		}
	}
	return items
}

// refuse records the refusal of an action on an enrollment.
func (h *hold) refuse(tx *store.Tx, item store.Item, l *locked, comment string, no *refusal.Refusal) store.Item {
	return tx.Refuse(audit.Entry{ID: l.id, BusinessUnit: l.unit, Comment: comment}, item, no)
}
