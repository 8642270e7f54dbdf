package inventory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

func TestEachFilterOfCertificatesAloneAndTwoTogether(t *testing.T) {
	t.Parallel()
	h := newVault(t)
	h.past(`UPDATE certificates SET enrollment_id = gen_random_uuid() WHERE common_name = 'mail'`)
	type certificate = inventory.Certificate
	type filter = inventory.CertificateFilter
	all := map[string]*certificate{}
	unitOf, seatOf, ofEnrollment := map[string]id.ID{}, map[string]id.ID{}, map[string]bool{}
	for _, c := range h.list(boss, page.Args{First: ptr(100)}, inventory.CertificatesAll, nil, nil).Nodes() {
		all[c.CommonName] = c
		unitOf[c.CommonName] = h.unit
		if strings.Contains(c.CommonName, "elsewhere") {
			unitOf[c.CommonName] = h.other
		}
		seat, err := h.Inventory.SeatOfCertificate(h.as(boss), c)
		granted(t, err)
		if seat != nil {
			seatOf[c.CommonName] = seat.ID
		}
		ofEnrollment[c.CommonName] = h.count(`SELECT count(*) FROM certificates WHERE id = $1 AND enrollment_id IS NOT NULL`, c.ID.UUID) == 1
	}
	web, mail, ca := all["web"], all["mail"], all["authority"]
	named := func(c *certificate, name string) bool {
		n, err := c.Names()
		granted(t, err)
		for _, kind := range [][]string{n.DNSNames, n.EmailAddresses, n.IPAddresses, n.URIs} {
			if slices.ContainsFunc(kind, func(s string) bool { return strings.EqualFold(s, name) }) {
				return true
			}
		}
		return false
	}
	is := func(names ...string) func(*certificate) bool {
		return func(c *certificate) bool { return slices.Contains(names, c.CommonName) }
	}
	colons := func(hex string) string {
		var pairs []string
		for pair := range slices.Chunk([]byte(strings.ToUpper(hex)), 2) {
			pairs = append(pairs, string(pair))
		}
		return " " + strings.Join(pairs, ":")
	}
	from, to := looked.Add(10*day), looked.Add(30*day)
	created, updated := all["mail"].CreatedAt, all["revoked"].UpdatedAt
	filters := []struct {
		name, field string
		put         func(*filter)
		fits        func(*certificate) bool
	}{
		{"business unit", "", func(f *filter) { f.BusinessUnitIDs = []id.ID{h.unit, h.unit} }, func(c *certificate) bool { return unitOf[c.CommonName] == h.unit }},
		{"expired", "", func(f *filter) { f.Statuses = []lifecycle.CertificateStatus{lifecycle.CertificateExpired} }, is("expired", "due", "due on hold", "found elsewhere")},
		{"issued", "expired", func(f *filter) { f.Statuses = []lifecycle.CertificateStatus{lifecycle.CertificateIssued} }, func(c *certificate) bool { return c.Status == lifecycle.CertificateIssued }},
		{"expired or on hold", "expired", func(f *filter) {
			f.Statuses = []lifecycle.CertificateStatus{lifecycle.CertificateSuspended, lifecycle.CertificateExpired, lifecycle.CertificateSuspended}
		}, is("expired", "due", "due on hold", "found elsewhere", "on hold")},
		{"on hold or revoked", "expired", func(f *filter) {
			f.Statuses = []lifecycle.CertificateStatus{lifecycle.CertificateSuspended, lifecycle.CertificateRevoked}
		}, is("on hold", "revoked")},
		{"found", "", func(f *filter) { f.Sources = []lifecycle.CertificateSource{lifecycle.SourceDiscovered} }, is("found", "found elsewhere")},
		{"found or brought in", "found", func(f *filter) {
			f.Sources = []lifecycle.CertificateSource{lifecycle.SourceImported, lifecycle.SourceDiscovered}
		}, is("found", "found elsewhere", "brought")},
		{"in no way", "found", func(f *filter) { f.Sources = []lifecycle.CertificateSource{} }, is()},
		{"seat", "", func(f *filter) { f.Seats = []id.ID{seatOf["elsewhere"], seatOf["elsewhere"]} }, func(c *certificate) bool { return unitOf[c.CommonName] == h.other }},
		{"serial number", "", func(f *filter) { f.SerialNumbers = []string{"00:0A:1b:2C:3d:4E:5F", mail.SerialNumber, "a1b2c3d4e5f"} }, is("same key", "mail")},
		{"thumbprint", "", func(f *filter) { f.Sha256 = []string{colons(web.Sha256), strings.Repeat("0", 64)} }, is("web")},
		{"key", "", func(f *filter) { f.KeySha256 = []string{colons(mail.KeySha256)} }, is("mail", "authority")},
		{"name", "", func(f *filter) { f.Names = []string{"WWW.example.com"} }, func(c *certificate) bool { return named(c, "www.example.com") }},
		{"names of every kind", "name", func(f *filter) {
			f.Names = []string{"api.example.com", "ada@example.com", "192.0.2.7", "SPIFFE://example.com/web", "example.com"}
		}, is("web", "mail", "same key", "later")},
		{"subject", "", func(f *filter) { f.Subject = ptr(" O=50%_OFF ") }, is("authority")},
		{"part of a subject", "subject", func(f *filter) { f.Subject = ptr("ELSEWHERE") }, is("elsewhere", "found elsewhere")},
		{"wildcards in a subject", "subject", func(f *filter) { f.Subject = ptr("5__o") }, is()},
		{"issuer", "", func(f *filter) { f.Issuer = ptr("test ca 1") }, func(c *certificate) bool { return c.Issuer == "CN=Test CA 1" }},
		{"key algorithm", "", func(f *filter) { f.KeyAlgorithms = []string{"ED25519", "EC_P384", "RSA_1"} }, is("mail", "authority", "www.example.com")},
		{"signature algorithm", "", func(f *filter) { f.SignatureAlgorithms = []string{web.SignatureAlgorithm} }, func(*certificate) bool { return true }},
		{"authority's key", "", func(f *filter) { f.AuthorityKeyIDs = []string{"AB:CD"} }, func(c *certificate) bool { return c.AuthorityKeyID != "" && c.AuthorityKeyID == ca.AuthorityKeyID }},
		{"authorities", "", func(f *filter) { f.IsCa = ptr(true) }, is("authority")},
		{"no authorities", "authorities", func(f *filter) { f.IsCa = ptr(false) }, func(c *certificate) bool { return c.CommonName != "authority" }},
		{"on a seat", "", func(f *filter) { f.HasSeat = ptr(true) }, func(c *certificate) bool { return seatOf[c.CommonName] != id.ID{} }},
		{"on no seat", "on a seat", func(f *filter) { f.HasSeat = ptr(false) }, func(c *certificate) bool { return seatOf[c.CommonName] == id.ID{} }},
		{"of no enrollment", "", func(f *filter) { f.HasEnrollment = ptr(false) }, func(c *certificate) bool { return !ofEnrollment[c.CommonName] }},
		{"of an enrollment", "of no enrollment", func(f *filter) { f.HasEnrollment = ptr(true) }, func(c *certificate) bool { return ofEnrollment[c.CommonName] }},
		{"neither expired nor revoked", "", func(f *filter) {
			f.ExcludeStatuses = []lifecycle.CertificateStatus{lifecycle.CertificateExpired, lifecycle.CertificateRevoked}
		}, func(c *certificate) bool {
			return c.Status != lifecycle.CertificateExpired && c.Status != lifecycle.CertificateRevoked
		}},
		{"not found", "", func(f *filter) { f.ExcludeSources = []lifecycle.CertificateSource{lifecycle.SourceDiscovered} }, func(c *certificate) bool { return !slices.Contains(c.Sources(), lifecycle.SourceDiscovered) }},
		{"not of a business unit", "", func(f *filter) { f.ExcludeBusinessUnitIDs = []id.ID{h.other} }, func(c *certificate) bool { return unitOf[c.CommonName] != h.other }},
		{"beginning", "", func(f *filter) {
			f.NotBeforeSince, f.NotBeforeBefore = ptr(all["due"].NotBefore), ptr(all["mail"].NotBefore)
		}, func(c *certificate) bool {
			return !c.NotBefore.Before(all["due"].NotBefore) && c.NotBefore.Before(all["mail"].NotBefore)
		}},
		{"ending", "", func(f *filter) { f.NotAfterSince, f.NotAfterBefore = &from, &to }, func(c *certificate) bool { return !c.NotAfter.Before(from) && c.NotAfter.Before(to) }},
		{"created since", "", func(f *filter) { f.CreatedSince = &created }, func(c *certificate) bool { return !c.CreatedAt.Before(created) }},
		{"created before", "created since", func(f *filter) { f.CreatedBefore = &created }, func(c *certificate) bool { return c.CreatedAt.Before(created) }},
		{"updated since", "", func(f *filter) { f.UpdatedSince = &updated }, func(c *certificate) bool { return !c.UpdatedAt.Before(updated) }},
		{"updated before", "updated since", func(f *filter) { f.UpdatedBefore = &updated }, func(c *certificate) bool { return c.UpdatedAt.Before(updated) }},
	}
	local := person("local", lifecycle.ViewOnly, "research", "default")
	orders := []inventory.CertificateOrderField{inventory.CertificatesByCreatedAt, inventory.CertificatesByNotAfter, inventory.CertificatesByUpdatedAt, inventory.CertificatesBySubject}
	turn := 0
	for n, a := range filters {
		if a.field == "" && !slices.ContainsFunc(h.list(boss, page.Args{First: ptr(100)}, inventory.CertificatesAll, nil, nil).Nodes(), a.fits) {
			t.Errorf("%s fits nothing; the test would not tell", a.name)
		}
		for _, b := range filters[n:] {
			if a.name != b.name && (a.field == b.name || b.field == a.name || a.field != "" && a.field == b.field) {
				continue // they set the same field
			}
			var f filter
			a.put(&f)
			b.put(&f)
			for _, v := range []viewer.Viewer{boss, local} {
				if turn++; turn%3 == 0 && a.name != b.name {
					continue // now the one, now the other
				}
				order := &inventory.CertificateOrder{Field: orders[turn/2%len(orders)], Direction: page.Ascending}
				var want []string
				for name, c := range all {
					if (v.Subject == "boss" || unitOf[name] == h.unit) && a.fits(c) && b.fits(c) {
						want = append(want, name)
					}
				}
				p := h.list(v, page.Args{First: ptr(100)}, inventory.CertificatesAll, &f, order)
				if got := sorted(commonNames(p.Nodes())); !slices.Equal(got, sorted(want)) {
					t.Errorf("%s and %s, by %s in the order of %s:\n got %q\nwant %q", a.name, b.name, v.Subject, order.Field, got, sorted(want))
				}
				if turn%11 == 0 {
					h.wholly(v, inventory.CertificateListInput{Filter: &f, OrderBy: order}, p.Nodes())
				}
				if turn%4 == 0 {
					if counted, err := p.TotalCount(h.as(v)); err != nil || counted != len(want) {
						t.Errorf("%s and %s: %d counted, %v; want %d", a.name, b.name, counted, err, len(want))
					}
				}
			}
		}
	}
}

// wholly checks that a list, read as a whole and as ids and counted, is these.
func (h *vault) wholly(v viewer.Viewer, in inventory.CertificateListInput, want []*inventory.Certificate) {
	h.t.Helper()
	var whole []*inventory.Certificate
	granted(h.t, h.Inventory.EachCertificate(h.as(v), in, func(some []*inventory.Certificate) error {
		whole = append(whole, some...)
		return nil
	}))
	ids, err := h.Inventory.CertificateIDs(h.as(v), in, 100)
	granted(h.t, err)
	n, capped, err := h.Inventory.CountCertificates(h.as(v), in)
	granted(h.t, err)
	if !slices.Equal(commonNames(whole), commonNames(want)) || len(ids) != len(want) || len(ids) > 0 && ids[0] != want[0].ID.UUID || n != len(want) || capped {
		h.t.Errorf("%+v: a walk finds %q, %d ids, %d counted; a page %q", *in.Filter, commonNames(whole), len(ids), n, commonNames(want))
	}
	for _, c := range whole {
		if names, err := c.Names(); err != nil || names == nil || c.Subject == "" || c.SerialNumber == "" {
			h.t.Errorf("a walk leaves out what %s says", c.CommonName)
		}
	}
}

func TestTheFormOfAFilterOfCertificates(t *testing.T) {
	t.Parallel()
	h := newVault(t)
	type filter = inventory.CertificateFilter
	many := make([]string, 101)
	for n := range many {
		many[n] = fmt.Sprintf("%064x", n)
	}
	for _, c := range []struct {
		name, says string
		of         filter
	}{
		{"a serial number with letters", `Value 2 of the filter's serialNumbers holds "x"`, filter{SerialNumbers: []string{"1f", "0x1f"}}},
		{"an empty serial number", "has 0 hexadecimal digits", filter{SerialNumbers: []string{" : "}}},
		{"a serial number without end", "has 1025 hexadecimal digits; a serial number has 1 to 1024", filter{SerialNumbers: []string{strings.Repeat("1", 1025)}}},
		{"a minus in the middle", "is no hexadecimal digit", filter{SerialNumbers: []string{"1-1"}}},
		{"SHA-1", "has 40 hexadecimal digits", filter{Sha256: []string{strings.Repeat("ab", 20)}}},
		{"a key's SHA-1", "keySha256", filter{KeySha256: []string{strings.Repeat("ab", 20)}}},
		{"101 thumbprints", "has 101 values; up to 100", filter{Sha256: many}},
		{"a name without a letter", "neither a letter nor a digit", filter{Names: []string{"*.*"}}},
		{"an empty name", "is empty", filter{Names: []string{"  "}}},
		{"a name of two lines", "control character", filter{Names: []string{"a\nb"}}},
		{"a name that is no UTF-8", "UTF-8", filter{Names: []string{"a\xffb"}}},
		{"two characters of a subject", "The filter's subject has 2 characters; 3 to 255", filter{Subject: ptr("ab")}},
		{"an issuer without end", "The filter's issuer has 256 characters", filter{Issuer: ptr(strings.Repeat("a", 256))}},
		{"a key's algorithm with a NUL", "Value 2 of the filter's keyAlgorithms contains the control character", filter{KeyAlgorithms: []string{"EC_P256", "a\x00b"}}},
		{"a key's algorithm in other words", `is "rsa2048", which no public key's algorithm is called; write it as keyAlgorithm shows it, such as RSA_2048`, filter{KeyAlgorithms: []string{"rsa2048"}}},
		{"a signature's algorithm that is no UTF-8", "signatureAlgorithms", filter{SignatureAlgorithms: []string{"a\xff"}}},
		{"a signature's algorithm in other words", "DSA-SHA1, DSA-SHA224", filter{SignatureAlgorithms: []string{"SHA256withRSA"}}},
		{"beginning backwards", "notBeforeSince must be earlier than notBeforeBefore", filter{NotBeforeSince: ptr(looked.Add(day)), NotBeforeBefore: ptr(looked)}},
		{"ending backwards", "notAfterSince must be earlier than notAfterBefore", filter{NotAfterSince: ptr(looked.Add(day)), NotAfterBefore: ptr(looked)}},
		{"created backwards", "createdSince must be earlier than createdBefore", filter{CreatedSince: ptr(looked.Add(day)), CreatedBefore: ptr(looked)}},
		{"updated at no moment", "updatedSince must be earlier than updatedBefore", filter{UpdatedSince: ptr(looked), UpdatedBefore: ptr(looked)}},
		{"an authority's key that is none", "authorityKeyIds", filter{AuthorityKeyIDs: []string{"key"}}},
		{"an authority's key without digits", "has 0 hexadecimal digits; the identifier of a key has 1 to 1024", filter{AuthorityKeyIDs: []string{"::"}}},
	} {
		_, err := h.Inventory.Certificates(h.as(looker), page.Args{}, inventory.CertificateListInput{Filter: &c.of}, nil)
		if no := refusal.Find(err); no == nil || no.Code != refusal.Invalid || !strings.Contains(no.Message, c.says) || !strings.HasSuffix(no.Message, ".") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for name, of := range map[string]filter{"zero": {SerialNumbers: []string{"00"}}, "a negative one": {SerialNumbers: []string{"-0A"}}, "100": {Sha256: many[:100]},
		"keys": {KeyAlgorithms: []string{"RSA_2048", "EC_P256", "ED25519", "EC_1.3.132.0.99", "1.2.3", "DSA"}}, "signatures": {SignatureAlgorithms: []string{"SHA256-RSA", "SHA256-RSAPSS", "1.2.3"}}} {
		if _, err := h.Inventory.Certificates(h.as(looker), page.Args{}, inventory.CertificateListInput{Filter: &of}, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCertificatesThatTooManyAreLookedThroughForAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	// 10,040 that end within 30 days, one each second; the oldest three have another key.
	w.past(`INSERT INTO certificates (id, created_at, updated_at, business_unit_id, status, source, imported, serial, subject, issuer, names, search_text, key_algorithm, not_before, not_after, sha256, der)
SELECT gen_random_uuid(), $1::timestamptz + n * interval '1 second', $1, $2, 'ISSUED', 'IMPORTED', true, 'ff', 'CN=host', CASE WHEN n <= 3 THEN 'CN=Old CA' ELSE 'CN=CA' END, '{"dnsNames": ["Host.example"]}', E'\nff\nhost.example\nhost\n',
  CASE WHEN n <= 3 THEN 'RSA_1024' ELSE 'EC_P256' END, $1, $1::timestamptz + interval '10 days' + n * interval '1 second', encode(sha256(n::text::bytea), 'hex'), '' FROM generate_series(1, 10040) n`, morning, w.unit.UUID)
	short, old := []string{"RSA_1024"}, ptr("old ca")
	expiring := inventory.CertificatesExpiring
	by := func(field inventory.CertificateOrderField, direction page.Direction) *inventory.CertificateOrder {
		return &inventory.CertificateOrder{Field: field, Direction: direction}
	}
	for _, c := range []struct {
		name   string
		view   *inventory.CertificateView
		search *string
		filter inventory.CertificateFilter
		order  *inventory.CertificateOrder
		says   refusal.Code
		shown  int
	}{
		{"few at the far end", nil, nil, inventory.CertificateFilter{Issuer: old}, nil, page.TooBroad, 0},
		{"few at the far end that have an index", nil, nil, inventory.CertificateFilter{KeyAlgorithms: short}, nil, "", 2},
		{"few at the near end", nil, nil, inventory.CertificateFilter{Issuer: old}, by(inventory.CertificatesByCreatedAt, page.Ascending), "", 2},
		{"few of few", nil, nil, inventory.CertificateFilter{Issuer: old, CreatedBefore: ptr(morning.Add(time.Minute))}, nil, "", 2},
		{"a span in another order", nil, nil, inventory.CertificateFilter{NotAfterBefore: ptr(morning.Add(10*day + 3*time.Second))}, by(inventory.CertificatesByCreatedAt, page.Descending), page.TooBroad, 0},
		{"a span in its own order", nil, nil, inventory.CertificateFilter{NotAfterBefore: ptr(morning.Add(10*day + 3*time.Second))}, by(inventory.CertificatesByNotAfter, page.Descending), "", 2},
		{"what ends soon, in its order", &expiring, nil, inventory.CertificateFilter{}, nil, "", 2},
		{"what ends soon, in another order", &expiring, nil, inventory.CertificateFilter{}, by(inventory.CertificatesBySubject, page.Ascending), page.TooBroad, 0},
		{"a serial number that all have", nil, nil, inventory.CertificateFilter{SerialNumbers: []string{"FF"}}, nil, page.TooBroad, 0},
		{"a name that all have", nil, nil, inventory.CertificateFilter{Names: []string{"host.example"}}, nil, page.TooBroad, 0},
		{"a thumbprint", nil, nil, inventory.CertificateFilter{Sha256: []string{"6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"}}, nil, "", 1},
		{"a search that all match", nil, ptr("HOST"), inventory.CertificateFilter{}, nil, page.SearchTooBroad, 0},
		{"a search for one of them", nil, ptr("host"), inventory.CertificateFilter{Sha256: []string{"6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"}}, nil, "", 1},
		{"what nothing matches, of all", nil, ptr("host"), inventory.CertificateFilter{KeyAlgorithms: []string{"DSA_1024"}}, nil, page.SearchTooBroad, 0},
	} {
		p, err := w.Inventory.Certificates(w.as(looker), page.Args{First: ptr(2)}, inventory.CertificateListInput{View: c.view, Search: c.search, Filter: &c.filter, OrderBy: c.order}, nil)
		if no := refusal.Find(err); err != nil && (no == nil || no.Code != c.says) || err == nil && c.says != "" {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		} else if err == nil && len(p.Edges) != c.shown {
			t.Errorf("%s: %d are shown, want %d", c.name, len(p.Edges), c.shown)
		}
	}
	p, err := w.Inventory.Certificates(w.as(looker), page.Args{}, inventory.CertificateListInput{View: &expiring}, nil)
	granted(t, err)
	n, err := p.TotalCount(w.as(looker))
	capped, _ := p.TotalCountCapped(w.as(looker))
	if err != nil || n != 10_000 || !capped {
		t.Errorf("%d of 10,040 are counted, capped %v, %v", n, capped, err)
	}
}
