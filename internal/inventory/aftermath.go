package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/job"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// aftermath is what a transaction does last, when all is decided: the seats'
// counts of active enrollments and certificates with the status that follows from
// them, the mails, and the figures of the licences. A hot counter's row is so held
// only until commit, and every transaction takes its locks in the same order.
type aftermath struct {
	// active is by how much the number of active enrollments of live seats moves.
	active map[uuid.UUID]int
	// certificates is what became of the certificates of seats, deleted ones too.
	certificates map[uuid.UUID]certificateCount
	// released are the licences of the seats that went; consumed is by how much
	// the number of consumed seats moves.
	released, consumed map[licence.Pool]int
	mails              []store.Row
	// post is where the jobs that send them go; nil when no mail is sent, for the
	// reason of noMail.
	post   *job.Queue
	noMail string
	// reports are the jobs that tell authorities of others what was revoked, and
	// ordering is where they go.
	reports  []job.Work
	ordering *job.Queue
	// withdrawn are the built-in authorities, by the hex of their key identifiers, of
	// which a certificate was revoked, suspended or resumed: true for one that was
	// known to be kept here when that was written.
	withdrawn map[string]bool
}

// certificateCount is what became of one seat's certificates.
type certificateCount struct {
	// counting is by how much the number of those that count moves.
	counting int
	// linked: the seat got one, whether it counts or not.
	linked bool
}

func (i *Inventory) newAftermath() *aftermath {
	return &aftermath{
		post: i.post, noMail: i.noMail, ordering: i.ordering, withdrawn: map[string]bool{},
		active: map[uuid.UUID]int{}, certificates: map[uuid.UUID]certificateCount{},
		released: map[licence.Pool]int{}, consumed: map[licence.Pool]int{},
	}
}

// mail puts a mail about an enrollment to each address in the queue; to none, none.
func (a *aftermath) mail(tx *store.Tx, kind lifecycle.MailKind, enrollment, unit uuid.UUID, to ...string) {
	for _, address := range to {
		if address != "" {
			a.queue(tx, kind, mailAbout{enrollment: &enrollment}, unit, address)
		}
	}
}

// mailOpenRequest puts the mail in the queue that confirms the address of an open
// request.
func (a *aftermath) mailOpenRequest(tx *store.Tx, request, unit uuid.UUID, to string) {
	a.queue(tx, lifecycle.MailConfirmRequest, mailAbout{request: &request}, unit, to)
}

// mailCertificate puts a mail about a certificate to each address in the queue.
func (a *aftermath) mailCertificate(tx *store.Tx, kind lifecycle.MailKind, certificate, unit uuid.UUID, to ...string) {
	for _, address := range to {
		a.queue(tx, kind, mailAbout{certificate: &certificate}, unit, address)
	}
}

// mailAbout is what a mail is about: one of them.
type mailAbout struct{ enrollment, request, certificate *uuid.UUID }

// queue puts a mail in the queue. Where no mail is sent, its row says so at once.
func (a *aftermath) queue(tx *store.Tx, kind lifecycle.MailKind, about mailAbout, unit uuid.UUID, to string) {
	row := store.Row{
		"id": uuid.Must(uuid.NewV7()), "enrollment_id": about.enrollment, "open_request_id": about.request, "certificate_id": about.certificate,
		"business_unit_id": unit, "kind": kind, "recipient": to, "status": lifecycle.MailQueued, "last_error": "", "created_at": tx.Now(),
	}
	if a.post == nil {
		row["status"], row["last_error"] = lifecycle.MailFailed, a.noMail
	}
	a.mails = append(a.mails, row)
}

// noMailServer is what a mail says that nobody sends, unless there is another reason.
const noMailServer = "No mail server is set, so no mail is sent. Set one (docs/operations.md) and send it again."

// MailJob is the kind of the jobs that send mails; their payload is a MailWork.
const MailJob = "mail"

// MailWork is what such a job is about.
type MailWork struct {
	Mail uuid.UUID `json:"mail"`
}

// send enqueues a job for each mail that is queued.
func (a *aftermath) send(ctx context.Context, tx *store.Tx) error {
	if a.post == nil {
		return nil
	}
	work := make([]job.Work, len(a.mails))
	for n, m := range a.mails {
		work[n] = job.Work{Kind: MailJob, Payload: MailWork{Mail: m["id"].(uuid.UUID)}, BusinessUnit: m["business_unit_id"].(uuid.UUID), Tries: MailTries + spareMailTries}
	}
	_, err := a.post.Enqueue(ctx, tx, work...)
	return err
}

// countCertificates moves the number of a seat's certificates that count.
func (a *aftermath) countCertificates(seat uuid.UUID, by int) {
	c := a.certificates[seat]
	c.counting += by
	a.certificates[seat] = c
}

// settle writes it all: six statements at most.
func (a *aftermath) settle(ctx context.Context, tx *store.Tx) error {
	if err := a.countSeats(ctx, tx); err != nil {
		return err
	}
	if err := tx.Add(ctx, migrate.MailsTable, a.mails); err != nil {
		return err
	}
	if err := a.send(ctx, tx); err != nil {
		return err
	}
	if err := a.report(ctx, tx); err != nil {
		return err
	}
	if err := a.release(ctx, tx); err != nil {
		return err
	}
	return a.withdraw(ctx, tx)
}

// release gives back the licences of the seats that went and follows those that
// are consumed now or no longer, once.
func (a *aftermath) release(ctx context.Context, tx *store.Tx) error {
	released, consumed := wantList(a.released), wantList(a.consumed)
	clear(a.released)
	clear(a.consumed)
	return licence.Settle(ctx, tx, released, consumed)
}

// countSeats moves the seats' counts of active enrollments and of certificates
// that count, with what follows from them: whether a seat is consumed, its status,
// and since when it is unused. The seats are locked already. These columns follow
// what is audited elsewhere and are no changes of their own.
//
// A certificate of a deleted seat is counted there too; the seat stays deleted and
// unconsumed. It cannot have an active enrollment.
func (a *aftermath) countSeats(ctx context.Context, tx *store.Tx) error {
	moves := a.moves()
	if len(moves.seats) == 0 {
		return nil
	}
	found, err := tx.Guard(ctx, `UPDATE seats s SET active_enrollments = o.active, valid_certificates = o.certificates, consumed = o.consumed, status = o.status, updated_at = $6,
  unused_since = CASE WHEN o.status = 'CREATED' AND s.status <> 'CREATED' THEN $6 ELSE s.unused_since END
FROM (SELECT n.*, CASE WHEN n.deleted THEN 'DELETED' WHEN n.consumed THEN 'CONSUMED' WHEN n.active > 0 THEN 'ENROLLED' ELSE 'CREATED' END AS status
  FROM (SELECT t.id, t.deleted_at IS NOT NULL AS deleted, t.consumed AS was, t.active_enrollments + v.active AS active, t.valid_certificates + v.counting AS certificates,
      t.deleted_at IS NULL AND CASE WHEN t.seat_type = ANY($5) THEN t.consumed OR v.linked ELSE t.valid_certificates + v.counting > 0 END AS consumed
    FROM seats t JOIN unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::boolean[]) AS v(id, active, counting, linked) ON v.id = t.id) n) o
WHERE s.id = o.id AND (NOT o.deleted OR o.active = s.active_enrollments)
RETURNING s.business_unit_id, s.seat_type, o.consumed::int - o.was::int`,
		pq.Array(moves.seats), pq.Array(moves.active), pq.Array(moves.counting), pq.Array(moves.linked), pq.Array(stayingConsumed()), tx.Now())
	if err != nil {
		return fmt.Errorf("count the enrollments and certificates of seats: %w", err)
	}
	defer func() { _ = found.Close() }()
	n := 0
	for found.Next() {
		var pool licence.Pool
		var moved int
		if err := found.Scan(&pool.Unit, &pool.Type, &moved); err != nil {
			return fmt.Errorf("count the enrollments and certificates of seats: %w", err)
		}
		a.consumed[pool] += moved
		n++
	}
	if err := found.Err(); err != nil {
		return fmt.Errorf("count the enrollments and certificates of seats: %w", err)
	}
	if n != len(moves.seats) {
		return fmt.Errorf("inventory: %d of %d seats whose enrollments or certificates changed were not there under their lock", len(moves.seats)-n, len(moves.seats))
	}
	clear(a.active)
	clear(a.certificates)
	return nil
}

// moves are the seats whose counts move, as the arguments of one statement.
type moves struct {
	seats            []string
	active, counting []int64
	linked           []bool
}

func (a *aftermath) moves() (m moves) {
	add := func(seat uuid.UUID, active int, c certificateCount) {
		if active != 0 || c != (certificateCount{}) {
			m.seats, m.active = append(m.seats, seat.String()), append(m.active, int64(active))
			m.counting, m.linked = append(m.counting, int64(c.counting)), append(m.linked, c.linked)
		}
	}
	for seat, n := range a.active {
		add(seat, n, a.certificates[seat])
	}
	for seat, c := range a.certificates {
		if _, counted := a.active[seat]; !counted {
			add(seat, 0, c)
		}
	}
	return m
}

// stayingConsumed are the seat types that are consumed until they are deleted.
func stayingConsumed() (types []string) {
	for _, t := range lifecycle.SeatTypes {
		if t.StaysConsumed() {
			types = append(types, string(t))
		}
	}
	return types
}
