package inventory_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
)

// revokedAtACME is a revoked certificate whose authority is to be told.
func (w *world) revokedAtACME() id.ID {
	w.t.Helper()
	c := w.made(w.seat(lifecycle.User, "ada").ID, "ACME", year)
	w.revoke(c)
	return c
}

// What an authority answers, and what then stands on the certificate and in the
// audit. Here it is revoked whatever comes of it.
func TestAnAuthorityOfOthersIsTold(t *testing.T) {
	t.Parallel()
	silent := func(int) error { return errors.New("dial tcp 192.0.2.1:443: i/o timeout") }
	for _, c := range []struct {
		name    string
		answer  func(int) error
		nobody  bool // no authority is set up
		attempt int
		// the job is done, or failed so that it is tried again, or finally
		again, final bool
		reported     bool
		says         string
		version      int
		entries      map[audit.Outcome]int
	}{
		{"it takes it", nil, false, 1, false, false, true, "", 3, map[audit.Outcome]int{audit.Success: 1}},
		{"it cannot be reached", silent, false, 1, true, false, false, "it is told again", 2, nil},
		{"it cannot be reached for a day", silent, false, 32, false, true, false, "for a day", 3, map[audit.Outcome]int{audit.Failure: 1}},
		{"it says no", func(int) error {
			return &issuer.No{Reason: "It was issued to another account. Revoke it there.", Cause: errors.New("403 secret")}
		}, false, 1, false, true, false, "another account", 3, map[audit.Outcome]int{audit.Failure: 1}},
		{"its client panics", func(int) error { panic("nil map") }, false, 1, true, false, false, "it is told again", 2, nil},
		{"none is set up", nil, true, 1, true, false, false, "No ACME authority is set up here now", 2, nil},
		{"none is set up for a day", nil, true, 32, false, true, false, "No ACME authority is set up here now", 3, map[audit.Outcome]int{audit.Failure: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			one := w.revokedAtACME()
			before := w.theCertificate(one)
			if knows := before.Revocation(); before.Version != 2 || knows.ReportedAt != nil || knows.LastError != nil {
				t.Fatalf("before anybody is told it is %+v, %+v", before, knows)
			}
			j, _ := w.reportOf(one, c.attempt)
			authority := &teller{answer: c.answer}
			issuers := map[lifecycle.Issuer]issuer.Issuer{lifecycle.IssuerACME: authority}
			if c.nobody {
				issuers = nil
			}
			w.set(morning.Add(day))
			err := w.beside(issuers).ReportRevocation(t.Context(), j)
			var failure *job.Failure
			if failed := errors.As(err, &failure); failed != (c.again || c.final) || failed && failure.Final != c.final || err != nil && !failed {
				t.Fatalf("the job ends with %v", err)
			}
			got := w.theCertificate(one)
			knows := got.Revocation()
			says := ""
			if knows.LastError != nil {
				says = *knows.LastError
			}
			if got.Status != lifecycle.CertificateRevoked || got.Version != c.version || (knows.ReportedAt != nil) != c.reported || (c.says == "") != (says == "") || !strings.Contains(says, c.says) {
				t.Errorf("it is %s in version %d, known since %v, and says %q", got.Status, got.Version, knows.ReportedAt, says)
			}
			if c.reported && !knows.ReportedAt.Equal(morning.Add(day)) {
				t.Errorf("it is known since %s", knows.ReportedAt)
			}
			if failure != nil && (failure.Sentence != says || strings.Contains(says, "192.0.2.1") || strings.Contains(says, "secret")) {
				t.Errorf("the job says %q, and the certificate %q", failure.Sentence, says)
			}
			if !c.nobody && !slices.Equal(authority.told, []lifecycle.RevocationReason{lifecycle.RevokedSuperseded}) {
				t.Errorf("it was told %v", authority.told)
			}
			for _, outcome := range []audit.Outcome{audit.Success, audit.Failure, audit.Refused} {
				if n := w.entries(one, audit.ReportRevocation, outcome); n != c.entries[outcome] {
					t.Errorf("%d entries of %s", n, outcome)
				}
			}
			if n := w.count(`SELECT count(*) FROM audit_entries WHERE resource_id = $1 AND action = 'REPORT_REVOCATION' AND actor_kind <> 'SYSTEM'`, one.UUID); n != 0 {
				t.Errorf("%d of them are somebody's", n)
			}
			w.honest()
		})
	}
}

// The process ends between the authority's answer and writing it down; another goes
// on. And several do it at once. It is written down once.
func TestAnAuthorityThatIsToldAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		run   func(w *world, i *inventory.Inventory, j job.Job)
		least int
	}{
		{"after a crash", func(w *world, i *inventory.Inventory, j job.Job) {
			ctx, crash := context.WithCancel(w.t.Context())
			w.before("FROM certificates c WHERE c.id = $1 AND c.revocation_reported_at IS NULL ORDER BY", crash)
			if err := i.ReportRevocation(ctx, j); err == nil {
				w.t.Fatal("it did not crash")
			}
			j.Attempt++
			granted(w.t, i.ReportRevocation(w.t.Context(), j))
			granted(w.t, i.ReportRevocation(w.t.Context(), j))
		}, 2},
		{"by four at once", func(w *world, i *inventory.Inventory, j job.Job) {
			together(4, func(int) {
				if err := i.ReportRevocation(w.t.Context(), j); err != nil {
					w.t.Error(err)
				}
			})
		}, 1},
		{"after trouble", func(w *world, i *inventory.Inventory, j job.Job) {
			for _, nobody := range []*inventory.Inventory{w.beside(nil), w.beside(nil)} {
				if err := nobody.ReportRevocation(w.t.Context(), j); err == nil {
					w.t.Error("nobody was told, and the job is done")
				}
			}
			granted(w.t, i.ReportRevocation(w.t.Context(), j))
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			one := w.revokedAtACME()
			authority := &teller{}
			j, _ := w.reportOf(one, 1)
			c.run(w, w.beside(map[lifecycle.Issuer]issuer.Issuer{lifecycle.IssuerACME: authority}), j)
			got := w.theCertificate(one)
			if knows := got.Revocation(); knows.ReportedAt == nil || knows.LastError != nil || got.Version != 3 {
				t.Errorf("it knows %+v in version %d", knows, got.Version)
			}
			if n := w.entries(one, audit.ReportRevocation, audit.Success); n != 1 || len(authority.told) < c.least {
				t.Errorf("%d entries, and it was told %d times", n, len(authority.told))
			}
			w.honest()
		})
	}
}

// A job about what needs no telling does nothing; one that says nothing is given up;
// one that is stopped says nothing about the authority.
func TestReportsThatTellNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	seat := w.seat(lifecycle.User, "ada").ID
	valid, elsewhere := w.made(seat, "ACME", year), w.made(seat, "elsewhere", year)
	w.revoke(elsewhere)
	authority := &teller{}
	i := w.beside(map[lifecycle.Issuer]issuer.Issuer{lifecycle.IssuerACME: authority})
	for _, one := range []id.ID{valid, elsewhere, id.New(id.Certificate)} {
		granted(t, i.ReportRevocation(t.Context(), job.Job{Payload: []byte(`{"certificate":"` + one.UUID.String() + `"}`), Attempt: 1}))
	}
	var failure *job.Failure
	if err := i.ReportRevocation(t.Context(), job.Job{Payload: []byte(`[]`), Attempt: 1}); !errors.As(err, &failure) || !failure.Final {
		t.Errorf("of no certificate it says %v", err)
	}
	if len(authority.told) != 0 {
		t.Fatalf("it was told %v", authority.told)
	}
	w.revoke(valid)
	ctx, stop := context.WithCancel(t.Context())
	authority.answer = func(int) error { stop(); return ctx.Err() }
	j, _ := w.reportOf(valid, 32)
	if err := i.ReportRevocation(ctx, j); err == nil || errors.As(err, &failure) && failure.Final {
		t.Errorf("one that is stopped ends with %v", err)
	}
	if knows := w.theCertificate(valid).Revocation(); knows.LastError != nil || knows.ReportedAt != nil {
		t.Errorf("it knows %+v", knows)
	}
	w.honest()
}

// The whole way: the mutation leaves the job in the ordering queue, whose worker
// tells the authority.
func TestAWorkerTellsTheAuthority(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	one := w.revokedAtACME()
	authority := &teller{}
	i := w.beside(map[lifecycle.Issuer]issuer.Issuer{lifecycle.IssuerACME: authority})
	worker, err := job.New(w.Ordering, job.Options{Handlers: map[string]job.Handler{inventory.ReportRevocationJob: i.ReportRevocation}})
	granted(t, err)
	done, err := worker.RunDue(t.Context())
	granted(t, err)
	if knows := w.theCertificate(one).Revocation(); done != 1 || knows.ReportedAt == nil {
		t.Errorf("%d jobs were done, and it knows %+v", done, knows)
	}
}
