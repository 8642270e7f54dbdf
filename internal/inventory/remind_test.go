package inventory_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/viewer"
)

// addressed makes a seat with an address.
func (w *world) addressed(kind lifecycle.SeatType, seatID string) id.ID {
	w.t.Helper()
	p, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: w.unit, SeatType: kind, SeatID: seatID, Email: ptr(seatID + "@example.org")})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.Seat.ID
}

// reminds has what is due reminded of, and is of how many certificates.
func (w *world) reminds() int {
	w.t.Helper()
	n, err := w.Inventory.Remind(w.t.Context(), 100)
	granted(w.t, err)
	return n
}

// reminded is who was reminded of a certificate, and how many days before its end; a
// mail without a job that sends it does not count.
func (w *world) reminded(c id.ID) (told string) {
	w.t.Helper()
	granted(w.t, w.admin.QueryRow(`SELECT coalesce(string_agg(round(extract(epoch FROM c.not_after - m.created_at) / 86400) || ' ' || m.recipient, ', ' ORDER BY m.id), '')
FROM mails m JOIN certificates c ON c.id = m.certificate_id JOIN jobs j ON j.kind = 'mail' AND j.payload->>'mail' = m.id::text
WHERE c.id = $1 AND m.kind = 'CERTIFICATE_EXPIRES' AND m.enrollment_id IS NULL`, c.UUID).Scan(&told))
	return told
}

// next is how many days before a certificate's end its holder is reminded next; 0: no
// more.
func (w *world) next(c id.ID) int {
	w.t.Helper()
	one := w.sees(boss, c)
	if one.NextReminderAt == nil {
		return 0
	}
	return int(one.NotAfter.Sub(*one.NextReminderAt) / day)
}

func TestAHolderIsRemindedFourTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	c := w.link(w.addressed(lifecycle.User, "ada"), year)
	for _, step := range []struct {
		left       time.Duration
		told, next int
		all        string
	}{
		{30*day + time.Second, 0, 30, ""},
		{30 * day, 1, 14, "30 ada@example.org"},
		{30*day - time.Minute, 0, 14, "30 ada@example.org"},
		{14*day + time.Second, 0, 14, "30 ada@example.org"},
		{14 * day, 1, 7, "30 ada@example.org, 14 ada@example.org"},
		{7 * day, 1, 1, "30 ada@example.org, 14 ada@example.org, 7 ada@example.org"},
		{day, 1, 0, "30 ada@example.org, 14 ada@example.org, 7 ada@example.org, 1 ada@example.org"},
		{time.Second, 0, 0, "30 ada@example.org, 14 ada@example.org, 7 ada@example.org, 1 ada@example.org"},
		{-day, 0, 0, "30 ada@example.org, 14 ada@example.org, 7 ada@example.org, 1 ada@example.org"},
	} {
		w.set(year.Add(-step.left))
		if told := w.reminds(); told != step.told || w.next(c) != step.next || w.reminded(c) != step.all {
			t.Errorf("%s before its end %d were told of, the next is %d days before, and told were %q; want %d, %d, %q", step.left, told, w.next(c), w.reminded(c), step.told, step.next, step.all)
		}
	}
	w.honest()
}

// What was missed is told once, and the next one at its time.
func TestMissedRemindersAreOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	missed, ended := w.link(w.addressed(lifecycle.User, "ada"), year), w.link(w.addressed(lifecycle.User, "bob"), year.Add(-6*day))
	short := w.link(w.addressed(lifecycle.User, "eve"), morning.Add(5*day))
	if n := w.next(short); n != 1 {
		t.Errorf("one that came five days before its end is told of %d days before", n)
	}
	w.set(year.Add(-5 * day))
	if n := w.reminds(); n != 3 {
		t.Errorf("%d certificates were due, want 3", n)
	}
	for c, told := range map[id.ID]string{missed: "5 ada@example.org", ended: "", short: ""} {
		if got := w.reminded(c); got != told {
			t.Errorf("told were %q, want %q", got, told)
		}
	}
	if w.next(missed) != 1 || w.next(ended) != 0 || w.next(short) != 0 {
		t.Errorf("the next are %d, %d and %d days before", w.next(missed), w.next(ended), w.next(short))
	}
}

func TestWhoIsReminded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 99)
	type one struct {
		name string
		make func(key string) id.ID
		told string
		next int
	}
	enrolled := func(kind lifecycle.SeatType, managers ...string) func(string) id.ID {
		return func(key string) id.ID {
			r := renewable(kind)
			r.changes.ManagerEmails = managers
			c := w.issued(w.profile(r), kind, key)
			w.past(`UPDATE seats SET email = '' WHERE seat_key = $1`, key)
			return c
		}
	}
	written := func(set string) func(string) id.ID {
		return func(key string) id.ID {
			c := w.link(w.addressed(lifecycle.User, key), morning.Add(90*day))
			w.past(`UPDATE certificates SET `+set+` WHERE id = $1`, c.UUID)
			return c
		}
	}
	with := func(kind lifecycle.SeatType, after time.Duration) func(string) id.ID {
		return func(key string) id.ID {
			seat := w.addressed(kind, key)
			c := w.link(seat, morning.Add(90*day))
			w.past(`UPDATE certificates SET not_after = $2 WHERE id = $1`, c.UUID, morning.Add(10*day)) // room for another on a seat that holds one
			w.link(seat, morning.Add(90*day+after))
			w.past(`UPDATE certificates SET not_after = $2 WHERE id = $1`, c.UUID, morning.Add(90*day))
			return c
		}
	}
	var renewals []func()
	all := []one{
		{"the holder", func(key string) id.ID { return w.link(w.addressed(lifecycle.User, key), morning.Add(90*day)) }, "30 %s@example.org", 14},
		{"the holder, before the managers", func(key string) id.ID { return w.issued(w.profile(renewable(lifecycle.Device)), lifecycle.Device, key) }, "30 %s@example.org", 14},
		{"the managers", enrolled(lifecycle.Device, "one@example.org", "two@example.org"), "30 one@example.org, 30 two@example.org", 14},
		{"nobody, without an address", enrolled(lifecycle.User), "", 14},
		{"nobody, without an enrollment", func(key string) id.ID { return w.link(w.seat(lifecycle.User, key).ID, morning.Add(90*day)) }, "", 14},
		{"nobody, of what is on hold, which may be taken off it", written("status = 'SUSPENDED', suspended_at = created_at"), "", 14},
		{"nobody, of what is revoked", written("status = 'REVOKED', revoked_at = created_at, revocation_reason = 'UNSPECIFIED'"), "", 0},
		{"nobody, of what has expired", written("status = 'EXPIRED'"), "", 0},
		{"nobody, of a deleted seat", func(key string) id.ID {
			seat := w.addressed(lifecycle.User, key)
			c := w.link(seat, morning.Add(90*day))
			w.delete(boss, seat, false)
			return c
		}, "", 14},
		{"nobody, of what is on no seat", func(key string) id.ID {
			c := w.link(w.addressed(lifecycle.User, key), morning.Add(90*day))
			w.unlink(c)
			return c
		}, "", 14},
		{"the holder, beside a later one on a seat that holds several", with(lifecycle.User, day), "30 %s@example.org", 14},
		{"nobody, beside a later one on a seat that holds one", with(lifecycle.Device, day), "", 0},
		{"the holder, beside an earlier one on a seat that holds one", with(lifecycle.Device, -day), "30 %s@example.org", 14},
		{"the holder, of what is being renewed", func(key string) id.ID {
			c := w.issued(w.profile(widely(renewable(lifecycle.Device))), lifecycle.Device, key)
			renewals = append(renewals, func() { w.renewed(c) })
			return c
		}, "30 %s@example.org", 14},
		{"nobody, of what was renewed", func(key string) id.ID {
			c := w.issued(w.profile(widely(renewable(lifecycle.User))), lifecycle.User, key)
			renewals = append(renewals, func() {
				w.takes(w.guest(w.renewed(c)))
				if n := w.next(c); n != 0 {
					t.Errorf("renewed, it is told of %d days before", n)
				}
				w.past(`UPDATE certificates SET remind_at = created_at WHERE id = $1`, c.UUID)
			})
			return c
		}, "", 0},
	}
	made := make([]id.ID, len(all))
	for n, c := range all {
		made[n] = c.make(fmt.Sprint("seat", n))
	}
	w.set(morning.Add(50 * day))
	for _, renew := range renewals {
		renew()
	}
	w.set(morning.Add(60 * day))
	w.reminds()
	for n, c := range all {
		told := strings.ReplaceAll(c.told, "%s", fmt.Sprint("seat", n))
		if got := w.reminded(made[n]); got != told || w.next(made[n]) != c.next {
			t.Errorf("%s: told were %q, and the next is %d days before; want %q and %d", c.name, got, w.next(made[n]), told, c.next)
		}
	}
}

// widely are rules with a renewal window as long as the certificates last.
func widely(r rules) rules {
	r.changes.RenewalWindow = r.changes.Validity
	return r
}

// manyEnding makes certificates on seats of their own, with addresses, that were due to
// be told of an hour ago.
func (w *world) manyEnding(n int, prefix string) {
	w.t.Helper()
	w.past(`WITH s AS (INSERT INTO seats (id, created_at, updated_at, business_unit_id, seat_type, seat_id, seat_key, email, status, consumed, valid_certificates, unused_since)
  SELECT gen_random_uuid(), $1, $1, $2, 'USER', $4 || n, $4 || n, $4 || n || '@example.org', 'CONSUMED', TRUE, 1, $1 FROM generate_series(1, $3::int) n RETURNING id, seat_id)
INSERT INTO certificates (id, created_at, updated_at, business_unit_id, seat_row_id, status, source, serial, subject, issuer, not_before, not_after, sha256, der, issued, assigned, names, remind_at)
SELECT gen_random_uuid(), $1, $1, $2, s.id, 'ISSUED', 'ISSUED', '01', 'CN=test', 'CN=CA', $1, $1::timestamptz + interval '20 days', s.seat_id, '', TRUE, TRUE, '{}', $1::timestamptz - interval '1 hour' FROM s`,
		morning, w.unit.UUID, n, prefix)
}

func TestSeveralServersRemindOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	w.manyEnding(120, "a")
	var told atomic.Int64
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			for range 8 {
				n, err := w.Inventory.Remind(t.Context(), 7)
				if err != nil {
					t.Error(err)
				}
				told.Add(int64(n))
			}
		})
	}
	wait.Wait()
	told.Add(int64(w.reminds())) // what all of them passed over
	mails, people := w.count(`SELECT count(*) FROM mails`), w.count(`SELECT count(DISTINCT recipient) FROM mails`)
	if told.Load() != 120 || mails != 120 || people != 120 {
		t.Errorf("of 120 certificates %d were told of, by %d mails to %d people", told.Load(), mails, people)
	}
}

func TestTheStatementsOfRemindersDoNotGrow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	var statements atomic.Int64
	w.onStatement.Store(ptr(func(context.Context, string) { statements.Add(1) }))
	counted := func(n int) int64 {
		t.Helper()
		before := statements.Load()
		told, err := w.Inventory.Remind(t.Context(), 500)
		granted(t, err)
		if told != n {
			t.Fatalf("%d were told of, want %d", told, n)
		}
		return statements.Load() - before
	}
	w.manyEnding(1, "a")
	few := counted(1)
	w.manyEnding(200, "b")
	if many := counted(200); many != few {
		t.Errorf("%d statements for one certificate, %d for 200", few, many)
	}
}

// The mails about certificates are read by those who manage enrollments, and a page's
// by one statement.
func TestMailsAboutCertificates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	w.newUnit("sales", 0)
	seat := w.addressed(lifecycle.User, "ada")
	w.link(seat, year)
	w.link(seat, year.Add(time.Hour))
	w.set(year.Add(-20 * day))
	w.reminds()
	mailsOf := func(v viewer.Viewer) (all []*inventory.Mail) {
		s, err := w.Inventory.Seat(w.as(v), seat)
		granted(t, err)
		certificates, err := w.Inventory.CertificatesOf(w.as(v), s, page.Args{}, nil)
		granted(t, err)
		for _, c := range certificates.Nodes() {
			mails, err := w.Inventory.MailsOfCertificate(w.as(v), c)
			granted(t, err)
			if mails == nil {
				t.Fatal("no list at all")
			}
			all = append(all, mails...)
		}
		return all
	}
	var reads atomic.Int64
	w.onStatement.Store(ptr(func(_ context.Context, statement string) {
		if strings.Contains(statement, "FROM mails") {
			reads.Add(1)
		}
	}))
	mails := mailsOf(manager)
	if len(mails) != 2 || mails[0].Kind != lifecycle.MailExpires || mails[0].Recipient != "ada@example.org" || mails[0].Status != lifecycle.MailQueued || reads.Load() != 1 {
		t.Errorf("%d statements have read %+v", reads.Load(), mails)
	}
	for _, v := range []viewer.Viewer{looker, auditor, seatsOnly} {
		if all := mailsOf(v); len(all) != 0 {
			t.Errorf("%s reads %d mails", v.Subject, len(all))
		}
	}
	for who, sees := range map[*viewer.Viewer]int{&manager: 1, &boss: 1, &looker: 0, ptr(person("other", lifecycle.EnrollmentManager, "sales")): 0} {
		byID, err := w.Inventory.MailsByID(w.as(*who), []id.ID{mails[0].ID, id.Of(id.Mail, uuid.New())})
		granted(t, err)
		if len(byID) != sees {
			t.Errorf("%s finds %d mails by their ids, want %d", who.Subject, len(byID), sees)
		}
	}
}
