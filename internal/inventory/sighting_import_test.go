package inventory_test

import (
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

func TestAnImportGivesEachCertificateItsSeatAndLicence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	ids := w.came(w.importFile("ca.pem", several(t, "www.example.com", "mail.example.com")...), created, created)
	seat := w.placed(ids[0])
	if seat == nil || seat.SeatType != lifecycle.Imported || seat.SeatID != "www.example.com" || seat.Name != "www.example.com" || seat.Status != lifecycle.SeatConsumed {
		t.Fatalf("seat %+v", seat)
	}
	w.grownTo(lifecycle.Imported, 2, 2, 2, true)
	if n := w.count(`SELECT allocated FROM seat_licenses WHERE seat_type = 'IMPORTED'`); n != 2 {
		t.Fatalf("%d licences are allocated", n)
	}
	for action, want := range map[audit.Action]int{audit.ImportCertificates: 2, audit.CreateSeat: 2, audit.AllocateSeats: 1} {
		if n := w.entries(id.ID{}, action, audit.Success); n != want {
			t.Errorf("%d entries of %s; want %d", n, action, want)
		}
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'ALLOCATE_SEATS' AND actor_kind = 'SYSTEM' AND business_unit_id = $1`, w.unit.UUID); n != 1 {
		t.Errorf("the system has %d entries of the allocation that grew", n)
	}
	w.honest()
}

func TestAnImportThatComesAgainChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	files := several(t, "a", "b")
	files = append(files, found(t, like{cn: "a", ends: morning.Add(-day)}), found(t, like{dns: []string{"c.example.com"}}))
	first := w.came(w.importFile("ca.pem", files...), created, created, created, created)
	before := w.everything()
	w.set(morning.Add(day))
	again := w.came(w.importFile("ca.pem", files...), unchanged, unchanged, unchanged, unchanged)
	if !slices.Equal(first, again) {
		t.Errorf("%v, then %v", first, again)
	}
	if after := w.everything(); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	w.came(w.importFile("", files[0]), unchanged) // no place is no new place
	if after := w.everything(); after != before {
		t.Errorf("without a name: before:\n%s\nafter:\n%s", before, after)
	}
}

// everything is every row that an import could change, and how many entries there are.
func (w *world) everything() (all string) {
	w.t.Helper()
	for _, table := range []string{"certificates", "certificate_locations", "seats", "seat_allocations", "seat_licenses"} {
		var rows string
		granted(w.t, w.admin.QueryRow(fmt.Sprintf(`SELECT COALESCE(string_agg(md5(t::text), ' ' ORDER BY t.id), '') FROM %s t`, table)).Scan(&rows))
		all += table + ": " + rows + "\n"
	}
	return all + fmt.Sprintf("entries: %d, events: %d", w.count(`SELECT count(*) FROM audit_entries`), w.count(`SELECT count(*) FROM events`))
}

func TestACertificateThatIsSeenAgainGainsASourceAndAPlaceAndNoSecondSeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	linked := der(t, year)
	seat := w.seat(lifecycle.Device, "router")
	one := w.linkThis(seat.ID, linked)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: linked}))

	w.came(w.importFile("backup.pem", text), recognized)
	if got := w.discover("router.example.com", 443, text)[0]; got.Outcome != recognized || got.Certificate.ID != one {
		t.Fatalf("%+v", got)
	}
	w.came(w.importFile("other.pem", text), recognized)
	c, err := w.Inventory.Certificate(w.as(boss), one, nil)
	granted(t, err)
	if got := fmt.Sprintf("%v %s %d", c.Sources(), c.Source, c.LocationCount); got != "[ISSUED IMPORTED DISCOVERED] ISSUED 3" {
		t.Errorf("sources and places: %s", got)
	}
	if got := w.placed(one); got.ID != seat.ID {
		t.Errorf("it moved to %s", got.SeatID)
	}
	if n := w.count(`SELECT count(*) FROM seats WHERE seat_type IN ('IMPORTED', 'DISCOVERY')`); n != 0 {
		t.Errorf("%d seats were made", n)
	}
	if got := w.comments(one, audit.ImportCertificates) + w.comments(one, audit.RecordDiscovered); got != "backup.pem, other.pemrouter.example.com:443" {
		t.Errorf("the entries tell of %s", got)
	}
	w.honest()
}

// comments are those of a thing's entries, in their order.
func (w *world) comments(about id.ID, action audit.Action) (all string) {
	w.t.Helper()
	granted(w.t, w.admin.QueryRow(`SELECT COALESCE(string_agg(comment, ', ' ORDER BY id), '') FROM audit_entries WHERE resource_id = $1 AND action = $2`, about.UUID, action).Scan(&all))
	return all
}

func TestACertificateWhoseSeatWasDeletedGetsANewOneWhenItIsSeenAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		revoke bool
		after  lifecycle.CertificateStatus
	}{{"still valid", false, lifecycle.CertificateIssued}, {"revoked with its seat", true, lifecycle.CertificateRevoked}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 0)
			text := found(t, like{cn: "www"})
			one := w.came(w.importFile("a.pem", text), created)[0]
			old := w.placed(one)
			p, err := w.Inventory.DeleteSeat(w.as(boss), inventory.DeleteSeatInput{ID: old.ID, RevokeCertificates: &c.revoke})
			granted(t, err)
			granted(t, nil, p.UserErrors...)
			if n := w.count(`SELECT count(*) FROM certificates WHERE assigned`); n != 0 {
				t.Fatal("it is still assigned")
			}
			w.honest()
			results := w.discover("www", 443, text)
			if results[0].Outcome != reseated || results[0].Certificate.ID != one || results[0].Certificate.Status != c.after {
				t.Fatalf("%+v %+v", results[0], results[0].Certificate)
			}
			seat := w.placed(one)
			if seat.ID == old.ID || seat.SeatType != lifecycle.Discovery || seat.SeatID != "www" || seat.Status != lifecycle.SeatConsumed {
				t.Errorf("its seat is %+v", seat)
			}
			w.grownTo(lifecycle.Imported, 1, 0, 0, true)
			w.grownTo(lifecycle.Discovery, 1, 1, 1, true)
			w.honest()
			if again := w.discover("www", 443, text); again[0].Outcome != unchanged {
				t.Errorf("again: %s", again[0].Outcome)
			}
		})
	}
}

func TestACertificateThatExpiredUnseenOnADeletedSeatIsWrittenDownAsExpired(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	text := found(t, like{cn: "www", ends: morning.Add(day)})
	one := w.came(w.importFile("a.pem", text), created)[0]
	p, err := w.Inventory.DeleteSeat(w.as(boss), inventory.DeleteSeatInput{ID: w.placed(one).ID})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	w.set(morning.Add(2 * day))
	w.came(w.importFile("a.pem", text), reseated)
	if n := w.entries(one, audit.Expire, audit.Success); n != 1 {
		t.Errorf("%d entries tell that it expired", n)
	}
	w.grownTo(lifecycle.Imported, 1, 1, 1, true)
	w.honest()
}

func TestWhatAnImportRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a, b := found(t, like{cn: "a"}), found(t, like{cn: "b"})
	key := "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n"
	serial := found(t, like{cn: "c", serial: new(big.Int).Lsh(big.NewInt(1), 4*2001)})
	results := w.imports(inventory.ImportCertificatesInput{BusinessUnitID: w.unit, Files: []*inventory.CertificateFile{
		{Name: ptr("a.pem"), Content: a + key + b + a},
		{Name: ptr("b.pem"), Content: "no certificate"},
		{Name: ptr("c.pem"), Content: a},
		{Content: b},
		{Content: serial},
		{Name: ptr("a.pem"), Content: a},
	}})
	type what struct {
		file, position int
		outcome        inventory.SightingOutcome
		code           refusal.Code
	}
	want := []what{
		{0, 0, created, ""}, {0, 1, notTaken, refusal.Invalid}, {0, 2, created, ""}, {0, 3, notTaken, refusal.Duplicate}, {1, 0, notTaken, refusal.Invalid},
		{2, 0, recognized, ""}, {3, 0, notTaken, refusal.Duplicate}, {4, 0, notTaken, refusal.Invalid}, {5, 0, notTaken, refusal.Duplicate},
	}
	for n, r := range results {
		got := what{r.File, r.Position, r.Outcome, code(r.UserErrors)}
		if n >= len(want) || got != want[n] {
			t.Errorf("result %d: %+v %v", n, got, r.UserErrors)
		}
		for _, no := range r.UserErrors {
			if path := strings.Join(no.Field, "."); path != fmt.Sprintf("input.files.%d", r.File) {
				t.Errorf("result %d points at %s", n, path)
			}
		}
	}
	if len(results) != len(want) {
		t.Errorf("%d results; want %d", len(results), len(want))
	}
	if n := w.entries(id.ID{}, audit.ImportCertificates, audit.Refused); n != 6 {
		t.Errorf("%d refused entries", n)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE outcome = 'REFUSED' AND comment LIKE 'a.pem, position %' AND business_unit_id = $1`, w.unit.UUID); n != 3 {
		t.Errorf("%d refused entries name their file and position", n)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE comment LIKE '%PRIVATE%' OR comment LIKE '%MC4C%'`); n != 0 {
		t.Error("an entry tells what was in the file")
	}
	w.honest()
}

func TestAnImportIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := found(t, like{cn: "a"})
	file := func(name, content string) []*inventory.CertificateFile {
		return []*inventory.CertificateFile{{Name: &name, Content: content}}
	}
	for _, c := range []struct {
		name  string
		unit  id.ID
		files []*inventory.CertificateFile
		want  refusal.Code
		field string
	}{
		{"no file", w.unit, nil, refusal.Invalid, "input.files"},
		{"no such business unit", id.New(id.BusinessUnit), file("a", a), refusal.NotFound, "input.businessUnitId"},
		{"a seat as business unit", id.New(id.Seat), file("a", a), refusal.NotFound, "input.businessUnitId"},
		{"a name of two lines", w.unit, file("a\nb", a), refusal.Invalid, "input.files.0.name"},
		{"a name of 1,001 characters", w.unit, file(strings.Repeat("a", 1001), a), refusal.Invalid, "input.files.0.name"},
		{"a name that no index holds", w.unit, file(strings.Repeat("文", 1000), a), refusal.Invalid, "input.files.0.name"},
		{"1,001 files", w.unit, slices.Repeat(file("a", a), 1001), refusal.TooMany, "input.files"},
		{"1,001 certificates", w.unit, file("a", strings.Repeat(a, 1001)), refusal.TooMany, "input.files"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := w.Inventory.ImportCertificates(w.as(boss), inventory.ImportCertificatesInput{BusinessUnitID: c.unit, Files: c.files})
			granted(t, err)
			refused(t, p.UserErrors, c.want)
			if got := strings.Join(p.UserErrors[0].Field, "."); got != c.field || len(p.Results) != 0 {
				t.Errorf("points at %s, %d results", got, len(p.Results))
			}
		})
	}
}

func TestAnImportIsRepeatedByItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	in := inventory.ImportCertificatesInput{BusinessUnitID: w.unit, IdempotencyKey: ptr("k"), Files: []*inventory.CertificateFile{{Name: ptr("a"), Content: found(t, like{cn: "a"}) + "-----BEGIN RUBBISH-----\n-----END RUBBISH-----\n"}}}
	first := w.imports(in)
	entries := w.count(`SELECT count(*) FROM audit_entries`)
	p, err := w.Inventory.ImportCertificates(w.as(boss), in)
	granted(t, err)
	if !p.Replayed || len(p.Results) != len(first) || len(first) != 2 {
		t.Fatalf("replayed %t, %d results", p.Replayed, len(p.Results))
	}
	for n, r := range p.Results {
		if r.Outcome != first[n].Outcome || r.File != first[n].File || r.Position != first[n].Position || code(r.UserErrors) != code(first[n].UserErrors) || (r.Certificate == nil) != (first[n].Certificate == nil) {
			t.Errorf("result %d: %+v, first %+v", n, r, first[n])
		}
	}
	if w.count(`SELECT count(*) FROM audit_entries`) != entries {
		t.Error("the repeat left entries")
	}
	in.Files[0].Content = found(t, like{cn: "a"})
	p, err = w.Inventory.ImportCertificates(w.as(boss), in)
	granted(t, err)
	refused(t, p.UserErrors, refusal.KeyReused)
}

func TestThePlacesOfACertificateAreAConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a, b := found(t, like{cn: "a"}), found(t, like{cn: "b"})
	one := w.came(w.importFile("a.pem", a, b), created, created)[0]
	w.set(morning.Add(day))
	w.discover("[2001:DB8::1]", 8443, a)
	w.set(morning.Add(2 * day))
	w.discover("2001:db8:0::1", 8443, a)
	w.importFile("b.pem", a)
	c, err := w.Inventory.Certificate(w.as(boss), one, nil)
	granted(t, err)
	var got []string
	args := page.Args{First: new(2)}
	for range 3 {
		list, err := w.Inventory.LocationsOf(w.as(boss), c, args)
		granted(t, err)
		for _, l := range list.Nodes() {
			host, port := "", 0
			if l.Host != nil {
				host, port = *l.Host, *l.Port
			}
			got = append(got, fmt.Sprintf("%s %s %s %d %s %s", l.Source, l.Place, host, port, l.FirstSeenAt.Sub(morning), l.LastSeenAt.Sub(morning)))
		}
		if !list.PageInfo.HasNextPage {
			break
		}
		args.After = list.PageInfo.EndCursor
	}
	want := []string{"IMPORTED a.pem  0 0s 0s", "DISCOVERED [2001:db8::1]:8443 2001:db8::1 8443 24h0m0s 48h0m0s", "IMPORTED b.pem  0 48h0m0s 48h0m0s"}
	if !slices.Equal(got, want) {
		t.Errorf("%q; want %q", got, want)
	}
	w.honest()
}
