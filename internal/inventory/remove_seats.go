package inventory

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/audit"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// seatWasDeleted is the reason of what ends with its seat.
const seatWasDeleted = "Its seat was deleted."

// removing deletes seats for whoever has locked them: deleteSeat, deleteSeats and
// a file of seats. It is made anew for every run of a transaction.
type removing struct {
	tx    *store.Tx
	after *aftermath
	// revoke: the seats' certificates are revoked with them.
	revoke bool
	// comment goes to the seats' entries.
	comment string
	// version is the one that a seat must have; nil: whatever it is.
	version *int
}

// run deletes the seats that may be deleted and says why the others may not:
// SEAT_DELETED, REVOKE_PERMISSION_MISSING, ISSUING, CONFLICT. A seat that is
// deleted has no entry in the answer. Each seat stands once.
//
// With a seat go its active and expired enrollments, which are rejected (one entry
// each, and a mail to the requester who still waited for an approver), its
// licence, and, when asked, its certificates that count, which are revoked (one
// entry each). Those that are not revoked stay linked to it. What has expired is
// written down first. A request that names the seat's id and was made before there
// was the seat is none of its, and goes on: its approval makes a new one.
//
// Nobody gives the seat another enrollment or certificate meanwhile: that needs
// its lock, which the caller has. The refusals are the caller's to record, and the
// aftermath, which now holds the mails and the figures, the caller's to settle.
// The number of statements does not depend on the number of seats.
func (r *removing) run(ctx context.Context, seats []*lockedSeat) (map[uuid.UUID]*refusal.Refusal, error) {
	if len(seats) == 0 {
		return nil, nil
	}
	bySeat := make(map[uuid.UUID]*lockedSeat, len(seats))
	for _, s := range seats {
		bySeat[s.id] = s
	}
	enrollments, err := r.lockEnrollments(ctx, bySeat)
	if err != nil {
		return nil, err
	}
	certificates, err := r.lockCertificates(ctx, bySeat)
	if err != nil {
		return nil, err
	}
	nos, going := r.decide(seats, enrollments, certificates)
	h := hold{after: r.after, going: going}
	if err := h.expireDue(ctx, r.tx, enrollments); err != nil {
		return nil, err
	}
	if err := r.reject(ctx, enrollments, going); err != nil {
		return nil, err
	}
	counts, err := r.end(ctx, certificates, going)
	if err != nil {
		return nil, err
	}
	return nos, r.delete(ctx, seats, going, counts)
}

// inEndingWithSeat is the statuses of enrollments that a deletion ends, as written.
var inEndingWithSeat = quoted(append(activeStatuses(), lifecycle.Expired))

// lockEnrollments locks the enrollments that would end with the seats.
func (r *removing) lockEnrollments(ctx context.Context, seats map[uuid.UUID]*lockedSeat) ([]*locked, error) {
	found, err := readAll(ctx, r.tx, "SELECT e.id FROM enrollments e WHERE e.seat_row_id = ANY($1) AND e.status IN "+inEndingWithSeat,
		[]any{pq.Array(keysOf(seats))}, nil, func(u *uuid.UUID) []any { return []any{u} })
	if err != nil {
		return nil, fmt.Errorf("find the enrollments of seats: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	rows := make([]uuid.UUID, len(found))
	for n, u := range found {
		rows[n] = *u
	}
	all, err := lockRows(ctx, r.tx, rows)
	for _, l := range all {
		l.seat = seats[*l.seatRow]
	}
	return all, err
}

// lockCertificates locks the certificates of the seats, and returns those that would
// be revoked with them. The others are on no seat that lives when the seats have gone.
func (r *removing) lockCertificates(ctx context.Context, seats map[uuid.UUID]*lockedSeat) ([]*lockedCertificate, error) {
	all, err := lockCertificates(ctx, r.tx, "c.seat_row_id = ANY($1)", pq.Array(keysOf(seats)))
	if err != nil || !r.revoke {
		return nil, err
	}
	return slices.DeleteFunc(all, func(c *lockedCertificate) bool { return !c.status.Counts() }), nil
}

// decide says which seats may not go and why, and which go.
func (r *removing) decide(seats []*lockedSeat, enrollments []*locked, certificates []*lockedCertificate) (map[uuid.UUID]*refusal.Refusal, map[uuid.UUID]bool) {
	issuing, holds := map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	for _, l := range enrollments {
		issuing[l.seat.id] = issuing[l.seat.id] || l.issuing()
	}
	for _, c := range certificates {
		holds[*c.seat] = holds[*c.seat] || !c.due(r.tx.Now())
	}
	nos, going := map[uuid.UUID]*refusal.Refusal{}, map[uuid.UUID]bool{}
	for _, s := range seats {
		no := lifecycle.DecideSeat(lifecycle.SeatFacts{
			Type: s.seatType, Status: s.status, Issuing: issuing[s.id], HasActiveCertificates: holds[s.id], Revoke: r.revoke, Permissions: r.tx.Viewer().Permissions,
		}, lifecycle.SeatActDelete)
		if no == nil && r.version != nil && *r.version != s.version {
			no = refusal.New(refusal.Conflict, "The seat was changed by somebody else (version %d, you sent %d); read it again.", s.version, *r.version).At("expectedVersion")
		}
		if no != nil {
			nos[s.id] = no
		} else {
			going[s.id] = true
		}
	}
	return nos, going
}

// reject ends the enrollments of the seats that go.
func (r *removing) reject(ctx context.Context, enrollments []*locked, going map[uuid.UUID]bool) error {
	var changes []store.Change
	for _, l := range enrollments {
		if !going[*l.seatRow] {
			continue
		}
		to, no := lifecycle.Decide(l.facts(r.tx), lifecycle.ActRejectBySeatDeletion)
		if no != nil {
			return fmt.Errorf("reject enrollment %s with its seat: %w", l.id, no)
		}
		if l.method == lifecycle.ManualApproval && l.status.Active() {
			r.after.mail(r.tx, lifecycle.MailRejected, l.id, l.unit, l.email)
		}
		changes = append(changes, l.change(store.Row{"status": l.status, "reason": ""}, store.Row{"status": to, "reason": seatWasDeleted}))
	}
	if err := r.tx.Apply(ctx, audit.Enrollment, changes); err != nil {
		return err
	}
	for _, c := range changes {
		r.tx.Record(audit.Entry{Action: audit.Reject, Resource: audit.Enrollment, ID: c.ID, Comment: seatWasDeleted})
	}
	return nil
}

// end writes down which certificates have expired and revokes the others of the
// seats that go. It returns by how much the counts of those seats fall; the
// counts of seats that stay are left to the aftermath.
func (r *removing) end(ctx context.Context, certificates []*lockedCertificate, going map[uuid.UUID]bool) (map[uuid.UUID]int, error) {
	fallen := map[uuid.UUID]int{}
	count := func(c *lockedCertificate) {
		if going[*c.seat] {
			fallen[*c.seat]++
		} else {
			c.uncount(r.after)
		}
	}
	if err := expireCertificates(ctx, r.tx, certificates, count); err != nil {
		return nil, err
	}
	var ended []*lockedCertificate
	for _, c := range certificates {
		if going[*c.seat] && c.status.Counts() {
			ended = append(ended, c)
		}
	}
	return fallen, revokeLocked(ctx, r.tx, r.after, ended, lifecycle.RevokedCessationOfOperation, seatWasDeleted, count)
}

// delete marks the seats, and gives their licences back.
func (r *removing) delete(ctx context.Context, seats []*lockedSeat, going map[uuid.UUID]bool, fallen map[uuid.UUID]int) error {
	var changes []store.Change
	for _, s := range seats {
		if !going[s.id] {
			continue
		}
		changes = append(changes, s.change(
			store.Row{"status": s.status, "deleted_at": nil, "consumed": s.consumed, "active_enrollments": nil, "valid_certificates": nil},
			store.Row{"status": lifecycle.SeatDeleted, "deleted_at": r.tx.Now(), "consumed": false, "active_enrollments": 0, "valid_certificates": s.certificates - fallen[s.id]}))
		pool := licence.Pool{Unit: s.unit, Type: s.seatType}
		r.after.released[pool]++
		if s.consumed {
			r.after.consumed[pool]--
		}
	}
	if err := r.tx.Apply(ctx, audit.Seat, changes); err != nil {
		return err
	}
	for _, c := range changes {
		r.tx.Record(audit.Entry{Action: audit.DeleteSeat, Resource: audit.Seat, ID: c.ID, Comment: r.comment})
	}
	return unassign(ctx, r.tx, changes)
}

// keysOf are the ids of seats.
func keysOf(seats map[uuid.UUID]*lockedSeat) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(seats))
	for u := range seats {
		ids = append(ids, u)
	}
	return ids
}
