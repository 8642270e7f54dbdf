package inventory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

func TestACertificateIsPutOnHoldAndTakenOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	w.announced()
	seat := w.seat(lifecycle.User, "ada").ID
	c := w.made(seat, "built-in", year)
	p, err := w.Inventory.SuspendCertificate(w.as(manager), inventory.SuspendCertificateInput{ID: c, Comment: ptr("laptop is missing"), ExpectedVersion: ptr(1)})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	held := p.Certificate
	if held.Status != lifecycle.CertificateSuspended || held.SuspendedAt == nil || !held.SuspendedAt.Equal(morning) || held.Version != 2 || held.NextReminderAt != nil || held.Revocation() != nil || w.raised() != 1 {
		t.Errorf("on hold it is %+v; the list was raised %d times", held, w.raised())
	}
	if told := w.told(c, audit.SuspendCertificate); len(told) != 2 || told["status"] != "ISSUED > SUSPENDED" || told["suspendedAt"] != " > 2026-11-22T09:00:00Z" || w.comment(c, audit.SuspendCertificate) != "laptop is missing" {
		t.Errorf("the entry tells %v", told)
	}
	w.set(morning.Add(day))
	freed := w.resume(c)
	if freed.Status != lifecycle.CertificateIssued || freed.SuspendedAt != nil || freed.Version != 3 || w.raised() != 2 || freed.NextReminderAt == nil || !freed.NextReminderAt.Equal(year.Add(-30*day)) {
		t.Errorf("off hold it is %+v; the list was raised %d times", freed, w.raised())
	}
	if told := w.told(c, audit.ResumeCertificate); len(told) != 2 || told["status"] != "SUSPENDED > ISSUED" || told["suspendedAt"] != "2026-11-22T09:00:00Z > " {
		t.Errorf("the entry tells %v", told)
	}
	w.honest()
}

// What a revoked certificate says of what its authority knows, by where it comes
// from; and the same when it goes with its seat.
func TestWhatAnAuthorityKnowsOfARevocation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		making   string
		reported bool
		says     string
		raised   int
		job      bool
	}{
		{"built-in", true, "", 1, false},
		{"built-in, unread", true, "", 0, false},
		{"built-in, of an authority that is gone", false, "no longer kept here", 0, false},
		{"ACME", false, "", 0, true},
		{"elsewhere", false, "Revoke it at its authority, too.", 0, false},
	} {
		for _, with := range []struct {
			name string
			end  func(w *world, seat, one id.ID)
		}{
			{"by itself", func(w *world, _, one id.ID) {
				p, err := w.Inventory.RevokeCertificate(w.as(manager), inventory.RevokeCertificateInput{ID: one, Reason: lifecycle.RevokedCessationOfOperation, Comment: ptr("left us")})
				granted(w.t, err)
				granted(w.t, nil, p.UserErrors...)
				if w.comment(one, audit.RevokeCertificate) != "left us" {
					w.t.Error("the comment is not in the entry")
				}
			}},
			{"with its seat", func(w *world, seat, _ id.ID) { w.delete(manager, seat, true) }},
		} {
			t.Run(c.making+" "+with.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, 5)
				w.announced()
				seat := w.seat(lifecycle.User, "ada").ID
				one := w.made(seat, c.making, year)
				with.end(w, seat, one)
				got := w.theCertificate(one)
				knows := got.Revocation()
				if got.Status != lifecycle.CertificateRevoked || got.RevokedAt == nil || *got.RevocationReason != lifecycle.RevokedCessationOfOperation || got.NextReminderAt != nil || knows == nil {
					t.Fatalf("it is %+v", got)
				}
				says := ""
				if knows.LastError != nil {
					says = *knows.LastError
				}
				if (knows.ReportedAt != nil) != c.reported || (says == "") != (c.says == "") || !strings.Contains(says, c.says) {
					t.Errorf("its authority knows %v, and %q", knows.ReportedAt, says)
				}
				if _, enqueued := w.reportOf(one, 1); enqueued != c.job || w.raised() != c.raised {
					t.Errorf("a job tells it: %v; its list was raised %d times", enqueued, w.raised())
				}
				told := w.told(one, audit.RevokeCertificate)
				if want := 3; c.reported && len(told) != want+1 || !c.reported && len(told) != want || told["status"] != "ISSUED > REVOKED" || told["revocationReason"] != " > CESSATION_OF_OPERATION" {
					t.Errorf("the entry tells %v", told)
				}
				w.honest()
			})
		}
	}
}

// An authority that comes to be kept here while its certificate is revoked is not
// said to be gone.
func TestAnAuthorityThatIsAnnouncedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	c := w.made(w.seat(lifecycle.User, "ada").ID, "built-in", year)
	w.before("UPDATE revocation_lists", w.announced)
	w.revoke(c)
	if knows := w.theCertificate(c).Revocation(); knows.ReportedAt == nil || knows.LastError != nil || w.raised() != 1 {
		t.Errorf("it knows %+v; its list was raised %d times", knows, w.raised())
	}
}

func TestOneThatWasOnHoldIsRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	w.announced()
	seat := w.seat(lifecycle.User, "ada").ID
	held, plain := w.made(seat, "built-in", year), w.made(seat, "elsewhere", year)
	w.suspend(held)
	w.revoke(held, plain)
	if got := w.theCertificate(held); got.SuspendedAt != nil || got.Status != lifecycle.CertificateRevoked {
		t.Errorf("it is %+v", got)
	}
	if told := w.told(held, audit.RevokeCertificate); told["status"] != "SUSPENDED > REVOKED" || told["suspendedAt"] != "2026-11-22T09:00:00Z > " {
		t.Errorf("its entry tells %v", told)
	}
	if told := w.told(plain, audit.RevokeCertificate); len(told) != 3 {
		t.Errorf("the other's entry tells %v", told)
	}
	if w.stands(seat) != "CREATED false 0" {
		t.Errorf("the seat is %s", w.stands(seat))
	}
	w.honest()
}

func TestActsOnACertificateThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	w.announced()
	c := w.made(w.seat(lifecycle.User, "ada").ID, "built-in", year)
	elsewhere := person("elsewhere", lifecycle.EnrollmentManager, "elsewhere")
	long := strings.Repeat("x", 1001)
	type in struct {
		id      id.ID
		by      string
		comment *string
		version *int
	}
	acts := map[string]func(in) (*inventory.CertificatePayload, error){
		"revoke": func(i in) (*inventory.CertificatePayload, error) {
			v := manager
			if i.by != "" {
				v = elsewhere
			}
			return w.Inventory.RevokeCertificate(w.as(v), inventory.RevokeCertificateInput{ID: i.id, Reason: lifecycle.RevokedSuperseded, Comment: i.comment, ExpectedVersion: i.version})
		},
		"suspend": func(i in) (*inventory.CertificatePayload, error) {
			v := manager
			if i.by != "" {
				v = elsewhere
			}
			return w.Inventory.SuspendCertificate(w.as(v), inventory.SuspendCertificateInput{ID: i.id, Comment: i.comment, ExpectedVersion: i.version})
		},
		"resume": func(i in) (*inventory.CertificatePayload, error) {
			v := manager
			if i.by != "" {
				v = elsewhere
			}
			return w.Inventory.ResumeCertificate(w.as(v), inventory.ResumeCertificateInput{ID: i.id, Comment: i.comment, ExpectedVersion: i.version})
		},
	}
	for _, name := range []string{"suspend", "resume", "revoke"} {
		if name == "resume" {
			w.suspend(c)
		}
		version := w.theCertificate(c).Version
		unknown := id.New(id.Certificate)
		for _, k := range []struct {
			what  string
			in    in
			want  refusal.Code
			field string
			says  string
			seen  bool
		}{
			{"one that is not there", in{id: unknown}, refusal.NotFound, "", unknown.String(), false},
			{"what is no certificate", in{id: id.New(id.Seat)}, refusal.NotFound, "", "no certificate", false},
			{"one of another business unit", in{id: c, by: "elsewhere"}, refusal.NotFound, "", c.String(), false},
			{"an older version", in{id: c, version: ptr(version - 1)}, refusal.Conflict, "input.expectedVersion", fmt.Sprintf("(version %d, you sent %d)", version, version-1), true},
			{"a long comment", in{id: c, comment: &long}, refusal.Invalid, "input.comment", "1000", true},
		} {
			p, err := acts[name](k.in)
			granted(t, err)
			refused(t, p.UserErrors, k.want)
			if no := p.UserErrors[0]; strings.Join(no.Field, ".") != k.field || !strings.Contains(no.Message, k.says) || (p.Certificate != nil) != k.seen {
				t.Errorf("%s: %s: %v at %v, and shows %v", name, k.what, no, no.Field, p.Certificate != nil)
			}
		}
		if got := w.theCertificate(c); got.Version != version {
			t.Errorf("%s that was refused changed it", name)
		}
	}
	p, err := w.Inventory.RevokeCertificate(w.as(manager), inventory.RevokeCertificateInput{ID: c, Reason: "BORED"})
	granted(t, err)
	refused(t, p.UserErrors, refusal.Invalid)
	if !slices.Equal(p.UserErrors[0].Field, []string{"input", "reason"}) {
		t.Errorf("it points at %v", p.UserErrors[0].Field)
	}
	w.honest()
}

// What one has seen before it expired by itself is no older version: what they are
// told is that it has expired.
func TestWhoSawItBeforeItExpired(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	c := w.made(w.seat(lifecycle.User, "ada").ID, "built-in", morning.Add(day))
	w.set(morning.Add(2 * day))
	p, err := w.Inventory.RevokeCertificate(w.as(manager), inventory.RevokeCertificateInput{ID: c, Reason: lifecycle.RevokedSuperseded, ExpectedVersion: ptr(1)})
	granted(t, err)
	refused(t, p.UserErrors, refusal.InvalidState)
	if w.entries(c, audit.Expire, audit.Success) != 1 || w.entries(c, audit.RevokeCertificate, audit.Refused) != 1 {
		t.Error("the expiry and the refusal are not both told")
	}
	w.honest()
}

func TestActsOnCertificatesAreRepeated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	w.announced()
	seat := w.seat(lifecycle.User, "ada").ID
	c, other := w.made(seat, "built-in", year), w.made(seat, "ACME", year)
	for round := range 3 {
		p, err := w.Inventory.SuspendCertificate(w.as(manager), inventory.SuspendCertificateInput{ID: c, IdempotencyKey: ptr("hold")})
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		if p.Replayed != (round > 0) || p.Certificate.Status != lifecycle.CertificateSuspended {
			t.Errorf("round %d: replayed %v, %s", round, p.Replayed, p.Certificate.Status)
		}
	}
	w.resume(c)
	again, err := w.Inventory.SuspendCertificate(w.as(manager), inventory.SuspendCertificateInput{ID: c, IdempotencyKey: ptr("hold")})
	granted(t, err)
	if !again.Replayed || again.Certificate.Status != lifecycle.CertificateIssued {
		t.Errorf("a repeat is %+v: it shows the certificate as it now is", again)
	}
	unknown := id.New(id.Certificate)
	for round := range 2 {
		p, err := w.Inventory.RevokeCertificates(w.as(manager), inventory.RevokeCertificatesInput{IDs: []id.ID{other, unknown, c, other}, Reason: lifecycle.RevokedKeyCompromise, IdempotencyKey: ptr("end")})
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		if len(p.Results) != 3 || p.Results[0].ID != other || p.Results[1].ID != unknown || p.Results[2].ID != c || p.Replayed != (round > 0) {
			t.Fatalf("round %d: %+v", round, p)
		}
		refused(t, p.Results[1].UserErrors, refusal.NotFound)
		if p.Results[1].Certificate != nil || p.Results[0].Certificate.Status != lifecycle.CertificateRevoked || p.Results[2].Certificate.Status != lifecycle.CertificateRevoked {
			t.Errorf("round %d shows %+v", round, p.Results)
		}
	}
	if n := w.entries(id.ID{}, audit.RevokeCertificate, audit.Success); n != 2 {
		t.Errorf("%d entries of revocations", n)
	}
	if _, once := w.reportOf(other, 1); !once {
		t.Error("its authority is not told")
	}
	whole, err := w.Inventory.RevokeCertificates(w.as(manager), inventory.RevokeCertificatesInput{IDs: make([]id.ID, 1001), Reason: lifecycle.RevokedKeyCompromise})
	granted(t, err)
	refused(t, whole.UserErrors, refusal.TooMany)
	w.honest()
}
