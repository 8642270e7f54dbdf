package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/licence"
	"gatehouse/internal/store"
)

// aftermath is what a transaction does last, when all is decided: the seats'
// counts of active enrollments, the licences that are given back, and the mails.
// A hot counter's row is so held only until commit, and every transaction takes
// its locks in the same order.
type aftermath struct {
	active   map[uuid.UUID]int
	released map[licence.Pool]int
	mails    []store.Row
}

func newAftermath() *aftermath {
	return &aftermath{active: map[uuid.UUID]int{}, released: map[licence.Pool]int{}}
}

// mailKind is what a mail says.
type mailKind string

// The mails that requests and decisions cause.
const (
	mailReceived mailKind = "REQUEST_RECEIVED"
	mailReview   mailKind = "REQUEST_TO_REVIEW"
	mailApproved mailKind = "APPROVED"
	mailRejected mailKind = "REJECTED"
)

// mail puts a mail to each address in the queue; to none, none.
func (a *aftermath) mail(tx *store.Tx, kind mailKind, enrollment, unit uuid.UUID, to ...string) {
	for _, address := range to {
		if address != "" {
			a.mails = append(a.mails, store.Row{
				"id": uuid.Must(uuid.NewV7()), "enrollment_id": enrollment, "business_unit_id": unit, "kind": string(kind),
				"recipient": address, "status": "QUEUED", "last_error": "", "created_at": tx.Now(),
			})
		}
	}
}

// settle writes it all: three statements at most.
func (a *aftermath) settle(ctx context.Context, tx *store.Tx) error {
	if err := a.countEnrollments(ctx, tx); err != nil {
		return err
	}
	if err := tx.Add(ctx, migrate.MailsTable, a.mails); err != nil {
		return err
	}
	return a.release(ctx, tx)
}

// release gives back the licences of the seats that went, once.
func (a *aftermath) release(ctx context.Context, tx *store.Tx) error {
	wants := wantList(a.released)
	clear(a.released)
	return licence.Release(ctx, tx, wants)
}

// countEnrollments moves the seats' counts of active enrollments, and the
// status that follows from them. The seats are locked already. These columns
// follow what is audited elsewhere and are no changes of their own.
func (a *aftermath) countEnrollments(ctx context.Context, tx *store.Tx) error {
	seats, by := []string{}, []int64{}
	for seat, n := range a.active {
		if n != 0 {
			seats, by = append(seats, seat.String()), append(by, int64(n))
		}
	}
	if len(seats) == 0 {
		return nil
	}
	found, err := tx.Guard(ctx, `UPDATE seats s SET active_enrollments = s.active_enrollments + v.n, updated_at = $3,
  status = CASE WHEN s.consumed THEN 'CONSUMED' WHEN s.active_enrollments + v.n > 0 THEN 'ENROLLED' ELSE 'CREATED' END
FROM unnest($1::uuid[], $2::bigint[]) AS v(id, n) WHERE s.id = v.id AND s.deleted_at IS NULL RETURNING s.id`, pq.Array(seats), pq.Array(by), tx.Now())
	if err != nil {
		return fmt.Errorf("count the active enrollments of seats: %w", err)
	}
	defer func() { _ = found.Close() }()
	n := 0
	for found.Next() {
		n++
	}
	if err := found.Err(); err != nil {
		return fmt.Errorf("count the active enrollments of seats: %w", err)
	}
	if n != len(seats) {
		return fmt.Errorf("inventory: %d of %d seats whose enrollments changed were not there under their lock", len(seats)-n, len(seats))
	}
	return nil
}
