package inventory_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// TestWhatListsAndOCSPTell writes down certificates of every standing, and compares
// what the list names, and what OCSP is answered from.
func TestWhatListsAndOCSPTell(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	private := w.withPrivate()
	ours, ago, built, acme := private.KeyID(), morning.Add(-time.Hour), ptr("BUILT_IN"), ptr("ACME")
	type standing struct {
		name             string
		authority        *string
		key              string
		status           lifecycle.CertificateStatus
		revoked, on      *time.Time
		reason           *string
		ends             time.Time
		listed           int // the reason's code; -1: not listed
		issued, withheld bool
	}
	superseded, unspecified := ptr("SUPERSEDED"), ptr("UNSPECIFIED")
	for n, c := range []standing{
		{"issued", built, ours, lifecycle.CertificateIssued, nil, nil, nil, morning.Add(day), -1, true, false},
		{"revoked", built, ours, lifecycle.CertificateRevoked, &ago, nil, superseded, morning.Add(day), 4, true, true},
		{"revoked for no reason", built, ours, lifecycle.CertificateRevoked, &ago, nil, unspecified, morning.Add(day), 0, true, true},
		{"revoked after a suspension", built, ours, lifecycle.CertificateRevoked, &ago, &ago, superseded, morning.Add(day), 4, true, true},
		{"suspended", built, ours, lifecycle.CertificateSuspended, nil, &ago, nil, morning.Add(day), 6, true, true},
		{"suspended, whose end is not written down yet", built, ours, lifecycle.CertificateSuspended, nil, &ago, nil, morning.Add(-time.Second), 6, true, true},
		{"expired", built, ours, lifecycle.CertificateExpired, nil, nil, nil, morning.Add(-day), -1, true, false},
		{"expired on hold", built, ours, lifecycle.CertificateExpired, nil, &ago, nil, morning.Add(-day), 6, true, true},
		{"revoked, and ended almost eight days ago", built, ours, lifecycle.CertificateRevoked, &ago, nil, superseded, morning.Add(time.Second - 8*day), 4, true, true},
		{"revoked, and ended eight days ago", built, ours, lifecycle.CertificateRevoked, &ago, nil, superseded, morning.Add(-8 * day), -1, true, true},
		{"revoked, of another key", built, "ab12", lifecycle.CertificateRevoked, &ago, nil, superseded, morning.Add(day), -1, false, false},
		{"revoked, of an authority of others", acme, ours, lifecycle.CertificateRevoked, &ago, nil, superseded, morning.Add(day), -1, false, false},
		{"revoked here only", nil, ours, lifecycle.CertificateRevoked, &ago, nil, superseded, morning.Add(day), -1, false, false},
	} {
		serial := fmt.Sprintf("%x", 0xa0+n)
		w.past(`INSERT INTO certificates (id, created_at, updated_at, business_unit_id, status, source, issued, names, serial, subject, issuer, not_before, not_after, sha256, der,
  authority, authority_key_id, revoked_at, revocation_reason, suspended_at) VALUES ($1, $2, $2, $3, $4, 'ISSUED', TRUE, '{}', $5, 'CN=a', 'CN=b', $2, $6, $5, '', $7, $8, $9, $10, $11)`,
			uuid.Must(uuid.NewV7()), morning, w.unit.UUID, string(c.status), serial, c.ends, c.authority, c.key, c.revoked, c.reason, c.on)
		w.past(`UPDATE revocation_lists SET changes = changes + 1`)
		w.signs()
		_, names := w.list(private)
		if is := slices.Contains(names, fmt.Sprintf("%s %d", serial, c.listed)); is != (c.listed >= 0) || len(names) > n {
			t.Errorf("%s: the list names %v", c.name, names)
		}
		issued, revoked, err := w.Inventory.KnownTo(ours)(t.Context(), serial)
		granted(t, err)
		if issued != c.issued || (revoked != nil) != c.withheld {
			t.Errorf("%s: OCSP is told %v, %+v", c.name, issued, revoked)
		}
		if revoked != nil && (!revoked.At.Equal(ago) || (revoked.Reason == "") != (c.revoked == nil) || c.reason != nil && *c.reason != string(revoked.Reason)) {
			t.Errorf("%s: OCSP is told %+v", c.name, revoked)
		}
	}
	if issued, revoked, err := w.Inventory.KnownTo(ours)(t.Context(), "ff"); issued || revoked != nil || err != nil {
		t.Errorf("of one that never was, OCSP is told %v, %+v, %v", issued, revoked, err)
	}
}

// TestListsFollowTheActs goes through the acts of people: each list comes when, and
// only when, something has changed or half of its life is over.
func TestListsFollowTheActs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	private := w.withPrivate()
	under := w.quick()
	ada, ben := w.issuedTo("ada", under), w.issuedTo("ben", under)
	hold, good := ada.SerialNumber+" 6", []string(nil)
	var number int64
	for _, step := range []struct {
		name  string
		do    func()
		lists int64 // how many are signed
		want  []string
	}{
		{"there is none yet", func() {}, 1, good},
		{"nothing has happened", func() {}, 0, good},
		{"one is put on hold", func() {
			p, err := w.Inventory.SuspendCertificate(w.as(boss), inventory.SuspendCertificateInput{ID: ada.ID})
			granted(t, err)
			granted(t, nil, p.UserErrors...)
		}, 1, []string{hold}},
		{"another is revoked", func() { w.revoke(ben.ID) }, 1, []string{hold, ben.SerialNumber + " 4"}},
		{"nothing more has happened", func() {}, 0, []string{hold, ben.SerialNumber + " 4"}},
		{"the one is taken off hold", func() {
			p, err := w.Inventory.ResumeCertificate(w.as(boss), inventory.ResumeCertificateInput{ID: ada.ID})
			granted(t, err)
			granted(t, nil, p.UserErrors...)
		}, 1, []string{ben.SerialNumber + " 4"}},
		{"almost half of its life is over", func() { w.set(morning.Add(84*time.Hour - time.Second)) }, 0, []string{ben.SerialNumber + " 4"}},
		{"half of its life is over", func() { w.set(morning.Add(84 * time.Hour)) }, 1, []string{ben.SerialNumber + " 4"}},
		{"the clock of the next server is behind", func() { w.set(morning.Add(84*time.Hour - 4*time.Minute)); w.revoke(ada.ID) }, 1, []string{ada.SerialNumber + " 4", ben.SerialNumber + " 4"}},
	} {
		before, err := w.Inventory.RevocationList(t.Context(), private.KeyID())
		granted(t, err)
		step.do()
		w.signs()
		w.signs()
		got, names := w.list(private)
		slices.Sort(step.want)
		if got != number+step.lists || !slices.Equal(names, step.want) {
			t.Errorf("%s: list %d names %v; want list %d, %v", step.name, got, names, number+step.lists, step.want)
		}
		after, err := w.Inventory.RevocationList(t.Context(), private.KeyID())
		granted(t, err)
		if before != nil && after.ThisUpdate.Before(before.ThisUpdate) {
			t.Errorf("%s: it is older than the one before it", step.name)
		}
		number = got
	}
	w.honest()
}

// TestAListFromAWrongClockIsReplaced: nobody takes a list that is valid from next month
// on, so the next server whose clock is right signs another, whatever has happened.
func TestAListFromAWrongClockIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	private := w.withPrivate()
	for n, at := range []time.Time{morning, morning.Add(30 * day), morning.Add(time.Hour)} {
		w.set(at)
		w.signs()
		w.signs()
		list, err := w.Inventory.RevocationList(t.Context(), private.KeyID())
		granted(t, err)
		if list.Number != int64(n+1) || !list.ThisUpdate.Equal(at) {
			t.Errorf("at %s, list %d is from %s", at, list.Number, list.ThisUpdate)
		}
	}
}

// TestManyServersSignOneListAtATime has servers sign while people revoke: no number
// is left out or given twice, no list forgets what one before it named, and the last
// one names all.
func TestManyServersSignOneListAtATime(t *testing.T) {
	t.Parallel()
	const servers, people = 4, 12
	w := newWorld(t, people)
	private := w.withPrivate()
	under := w.quick()
	var certificates []*inventory.Certificate
	for n := range people {
		certificates = append(certificates, w.issuedTo(fmt.Sprintf("person-%d", n), under))
	}
	if _, err := w.admin.Exec(`CREATE TABLE signed (position serial, number bigint, changes bigint);
CREATE FUNCTION note_list() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO public.signed (number, changes) VALUES (NEW.number, NEW.signed_changes); RETURN NULL; END $$;
CREATE TRIGGER note_list AFTER UPDATE OF number ON revocation_lists FOR EACH ROW EXECUTE FUNCTION note_list()`); err != nil {
		t.Fatal(err)
	}
	var signers, revokers sync.WaitGroup
	done := make(chan struct{})
	for range servers {
		server := w.anotherHouse(private).Inventory
		signers.Go(func() {
			for {
				if err := server.SignRevocationLists(t.Context()); err != nil {
					t.Error(err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for _, c := range certificates {
		revokers.Go(func() { w.revoke(c.ID) })
	}
	revokers.Wait()
	close(done)
	signers.Wait()
	w.signs()

	number, names := w.list(private)
	if len(names) != people {
		t.Errorf("the last list names %v", names)
	}
	if n := w.count(`SELECT count(*) FROM signed`); n != int(number) || number < 2 {
		t.Errorf("%d lists were signed, and the last one is number %d", n, number)
	}
	if n := w.count(`SELECT count(*) FROM signed WHERE number <> position`); n != 0 {
		t.Errorf("%d lists do not have the next number", n)
	}
	if n := w.count(`SELECT count(*) FROM signed a JOIN signed b ON b.position = a.position + 1 WHERE b.changes <= a.changes`); n != 0 {
		t.Errorf("%d lists were signed for nothing", n)
	}
	if n := w.count(`SELECT count(*) FROM revocation_lists WHERE changes = signed_changes AND changes = $1`, people); n != 1 {
		t.Error("not every revocation is counted once")
	}
}

// TestNobodySignsForOthers: neither without the key, nor where the authority was not
// announced.
func TestNobodySignsForOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	private, stranger := w.withPrivate(), made(t, "Stranger")
	for name, h := range map[string]*inventory.Inventory{
		"without an authority of its own":     w.anotherHouse(nil).Inventory,
		"with one that signs no lists":        w.anotherHouse(w.ca).Inventory,
		"with one that was not announced yet": w.anotherHouse(stranger).Inventory,
	} {
		granted(t, h.SignRevocationLists(t.Context()))
		if n := w.count(`SELECT count(*) FROM revocation_lists WHERE number > 0`); n != 0 {
			t.Errorf("a server %s has signed", name)
		}
	}
	if list, err := w.Inventory.RevocationList(t.Context(), stranger.KeyID()); list != nil || err != nil {
		t.Errorf("there is a list of the stranger's: %v, %v", list, err)
	}
	w.signs()
	if number, _ := w.list(private); number != 1 {
		t.Errorf("the own list is number %d", number)
	}
}

// TestAFormerAuthorityGoesOnTelling what is revoked, when another one issues.
func TestAFormerAuthorityGoesOnTelling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	former := w.withPrivate()
	under := w.quick()
	before := w.issuedTo("before", under)
	w.signs()
	present := made(t, "Successor")
	w.House = w.anotherHouse(present, former)
	granted(t, w.Inventory.AnnounceAuthority(t.Context(), present.KeyID(), present.Chain()[0]))
	after := w.issuedTo("after", under)
	w.revoke(before.ID)
	w.signs()
	if number, names := w.list(former); number != 2 || !slices.Equal(names, []string{before.SerialNumber + " 4"}) {
		t.Errorf("list %d of the former one names %v", number, names)
	}
	w.revoke(after.ID)
	w.signs()
	if number, names := w.list(present); number != 2 || !slices.Equal(names, []string{after.SerialNumber + " 4"}) {
		t.Errorf("list %d of the present one names %v", number, names)
	}
	if number, _ := w.list(former); number != 2 {
		t.Errorf("of the former one there is list %d", number)
	}
}

// TestAnAuthorityIsAnnouncedOnce, by however many servers, and keeps what it has.
func TestAnAuthorityIsAnnouncedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	private := w.withPrivate()
	w.signs()
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			if err := w.Inventory.AnnounceAuthority(t.Context(), private.KeyID(), []byte{byte(n)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	der, err := w.Inventory.AuthorityCertificate(t.Context(), private.KeyID())
	if err != nil || string(der) != string(private.Chain()[0]) {
		t.Errorf("its certificate is %x, %v", der, err)
	}
	if der, err := w.Inventory.AuthorityCertificate(t.Context(), "ab12"); der != nil || err != nil {
		t.Errorf("one that nobody has announced is %x, %v", der, err)
	}
	if number, _ := w.list(private); number != 1 || w.count(`SELECT count(*) FROM revocation_lists`) != 1 {
		t.Errorf("its list is number %d", number)
	}
}

// TestACertificateOfAnAuthorityThatIsNotKeptSaysSo: nobody publishes its revocation.
func TestACertificateOfAnAuthorityThatIsNotKeptSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	private := w.withPrivate()
	under := w.quick()
	kept := w.issuedTo("kept", under)
	w.House = w.anotherHouse(made(t, "Unannounced"))
	lost := w.issuedTo("lost", under).ID
	w.revoke(kept.ID, lost)
	if r := w.theCertificate(kept.ID).Revocation(); r.ReportedAt == nil || r.LastError != nil {
		t.Errorf("of the kept one it says %+v", r)
	}
	if r := w.theCertificate(lost).Revocation(); r.ReportedAt != nil || r.LastError == nil {
		t.Errorf("of the other it says %+v", r)
	}
	w.House = w.anotherHouse(private)
	w.signs()
	if _, names := w.list(private); !slices.Equal(names, []string{kept.SerialNumber + " 4"}) {
		t.Errorf("the list names %v", names)
	}
}
