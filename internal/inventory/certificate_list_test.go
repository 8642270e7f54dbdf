package inventory_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/url"
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

// vault is a world with certificates of every kind, looked at two days after they came.
type vault struct {
	*world
	other id.ID
	// byName are their ids by their common names.
	byName map[string]id.ID
}

// looked is when the vault is looked at.
var looked = morning.Add(2 * day)

// exhibit is one of its certificates, by what is odd about it.
type exhibit struct {
	name   string
	ends   time.Time
	key    crypto.Signer
	serial int64
	is     func(*x509.Certificate)
	source lifecycle.CertificateSource
	sales  bool
	status string // as SQL sets it afterwards
}

// newVault fills the vault.
func newVault(t *testing.T) *vault {
	t.Helper()
	h := &vault{world: newWorld(t, 40), byName: map[string]id.ID{}}
	h.other = h.newUnit("sales", 40)
	elliptic256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	granted(t, err)
	elliptic384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	granted(t, err)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	granted(t, err)
	here := h.seat(lifecycle.User, "ada").ID
	p, err := h.Inventory.CreateSeat(h.as(boss), inventory.CreateSeatInput{BusinessUnitID: h.other, SeatType: lifecycle.User, SeatID: "bob"})
	granted(t, err)
	there := p.Seat.ID
	for n, e := range []exhibit{
		{name: "web", is: func(c *x509.Certificate) { c.DNSNames = []string{"www.example.com", "API.example.com"} }},
		{name: "same key", serial: 0x0a1b2c3d4e5f, is: func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.ParseIP("192.0.2.7")} }},
		{name: "mail", ends: looked.Add(20 * day), key: elliptic384, is: func(c *x509.Certificate) { c.EmailAddresses = []string{"Ada@example.com"} }},
		{name: "www.example.com", ends: looked.Add(30 * day), key: edwards}, // in its subject, not among its names
		{name: "later", ends: looked.Add(30*day + time.Second), is: func(c *x509.Certificate) { c.URIs = []*url.URL{{Scheme: "spiffe", Host: "example.com", Path: "/web"}} }},
		{name: "due", ends: looked},
		{name: "due on hold", ends: looked.Add(-time.Hour), status: "SUSPENDED"},
		{name: "expired", ends: morning.Add(-day)},
		{name: "revoked", status: "REVOKED"},
		{name: "on hold", ends: looked.Add(day), status: "SUSPENDED"},
		{name: "authority", key: elliptic384, is: func(c *x509.Certificate) {
			c.IsCA, c.BasicConstraintsValid, c.AuthorityKeyId, c.Subject.Organization = true, true, []byte{0xab, 0xcd}, []string{"50%_off"}
		}},
		{name: "found", source: lifecycle.SourceDiscovered},
		{name: "brought", source: lifecycle.SourceImported, ends: looked.Add(10 * day)},
		{name: "loose"},
		{name: "elsewhere", sales: true, is: func(c *x509.Certificate) { c.DNSNames = []string{"www.example.com"} }},
		{name: "found elsewhere", sales: true, source: lifecycle.SourceDiscovered, ends: looked},
	} {
		h.set(morning.Add(time.Duration(n) * time.Minute))
		template := &x509.Certificate{SerialNumber: big.NewInt(e.serial), Subject: pkix.Name{CommonName: e.name}, NotBefore: morning.Add(-time.Duration(100+n) * day), NotAfter: e.ends}
		if e.serial == 0 {
			template.SerialNumber = big.NewInt(int64(1000 + n))
		}
		if e.ends.IsZero() {
			template.NotAfter = year
		}
		if e.is != nil {
			e.is(template)
		}
		if e.key == nil {
			e.key = elliptic256
		}
		if e.source == "" {
			e.source = lifecycle.SourceIssued
		}
		der, err := x509.CreateCertificate(rand.Reader, template, &x509.Certificate{Subject: pkix.Name{CommonName: fmt.Sprintf("Test CA %d", n%2)}}, e.key.Public(), elliptic256)
		granted(t, err)
		seat := here
		if e.sales {
			seat = there
		}
		out, err := h.Inventory.LinkCertificate(h.as(manager), inventory.LinkCertificateInput{SeatID: seat, Source: e.source, Der: der})
		granted(t, err)
		granted(t, nil, out.Why()...)
		h.byName[e.name] = out.Items[0].ID
		switch e.status {
		case "SUSPENDED":
			h.past(`UPDATE certificates SET status = 'SUSPENDED', suspended_at = $2 WHERE id = $1`, out.Items[0].ID.UUID, morning)
		case "REVOKED":
			h.past(`UPDATE certificates SET status = 'REVOKED', revoked_at = $2, revocation_reason = 'SUPERSEDED', updated_at = $2 WHERE id = $1`, out.Items[0].ID.UUID, morning.Add(day))
		}
	}
	h.unlink(h.byName["loose"])
	h.set(looked)
	return h
}

// list is a page of the vault's list.
func (h *vault) list(v viewer.Viewer, args page.Args, view inventory.CertificateView, filter *inventory.CertificateFilter, order *inventory.CertificateOrder) *page.Connection[*inventory.Certificate] {
	h.t.Helper()
	p, err := h.Inventory.Certificates(h.as(v), args, inventory.CertificateListInput{View: &view, Filter: filter, OrderBy: order}, nil)
	if err != nil {
		h.t.Fatalf("%s %+v %+v: %v", view, filter, order, err)
	}
	return p
}

// commonNames are those of certificates, in their order.
func commonNames(all []*inventory.Certificate) []string {
	names := make([]string, len(all))
	for n, c := range all {
		names[n] = c.CommonName
	}
	return names
}

func TestWhatTheViewsOfCertificatesShow(t *testing.T) {
	t.Parallel()
	h := newVault(t)
	local := person("local", lifecycle.ViewOnly, "sales", "default")
	for _, c := range []struct {
		view inventory.CertificateView
		by   viewer.Viewer
		want []string
	}{
		{inventory.CertificatesAll, local, []string{"found elsewhere", "elsewhere"}},
		{inventory.CertificatesAll, person("nobody", lifecycle.ViewOnly, "no-such-unit"), nil},
		{inventory.CertificatesExpiring, looker, []string{"on hold", "brought", "mail", "www.example.com"}},
		{inventory.CertificatesExpiring, local, nil},
		{inventory.CertificatesExpired, looker, []string{"found elsewhere", "expired", "due on hold", "due"}},
		{inventory.CertificatesExpired, local, []string{"found elsewhere"}},
		{inventory.CertificatesRevoked, looker, []string{"revoked"}},
		{inventory.CertificatesDiscovered, looker, []string{"found elsewhere", "found"}},
		{inventory.CertificatesUnassigned, looker, []string{"loose"}},
	} {
		p := h.list(c.by, page.Args{First: ptr(100)}, c.view, nil, nil)
		if got := commonNames(p.Nodes()); !slices.Equal(got, c.want) {
			t.Errorf("%s shows %s %q, want %q", c.view, c.by.Subject, got, c.want)
		}
		if n, err := p.TotalCount(h.as(c.by)); err != nil || n != len(c.want) {
			t.Errorf("%s counts %d for %s: %v", c.view, n, c.by.Subject, err)
		}
	}
	if all := h.list(looker, page.Args{First: ptr(100)}, inventory.CertificatesAll, nil, nil); len(all.Edges) != len(h.byName) || all.Nodes()[0].CommonName != "found elsewhere" || all.Nodes()[15].CommonName != "web" {
		t.Errorf("all are %q; the newest comes first", commonNames(all.Nodes()))
	}
	_, err := h.Inventory.Certificates(h.as(rita), page.Args{}, inventory.CertificateListInput{}, nil)
	if no := refusal.Find(err); no == nil || no.Code != refusal.Forbidden {
		t.Errorf("somebody without VIEW_CERTIFICATES is answered %v", err)
	}
}

func TestPagesOfCertificatesHoldTogetherInEveryOrder(t *testing.T) {
	t.Parallel()
	h := newVault(t)
	h.past(`UPDATE certificates SET created_at = $1, updated_at = $1 WHERE id = ANY(SELECT id FROM certificates ORDER BY created_at LIMIT 9)`, morning) // the id breaks the tie
	h.past(`UPDATE certificates SET subject_key = 'cn=same' WHERE common_name LIKE '%e%'`)
	compare := map[inventory.CertificateOrderField]func(a, b *inventory.Certificate) int{
		inventory.CertificatesByCreatedAt: func(a, b *inventory.Certificate) int { return a.CreatedAt.Compare(b.CreatedAt) },
		inventory.CertificatesByUpdatedAt: func(a, b *inventory.Certificate) int { return a.UpdatedAt.Compare(b.UpdatedAt) },
		inventory.CertificatesByNotAfter:  func(a, b *inventory.Certificate) int { return a.NotAfter.Compare(b.NotAfter) },
		inventory.CertificatesBySubject: func(a, b *inventory.Certificate) int {
			key := func(c *inventory.Certificate) string {
				if strings.Contains(c.CommonName, "e") {
					return "cn=same"
				}
				return strings.ToLower(c.Subject)
			}
			return strings.Compare(key(a), key(b))
		},
	}
	for _, view := range inventory.CertificateViews {
		for field, compare := range compare {
			for _, direction := range []page.Direction{page.Ascending, page.Descending} {
				for _, by := range []viewer.Viewer{looker, person("local", lifecycle.ViewOnly, "research", "default")} {
					order := &inventory.CertificateOrder{Field: field, Direction: direction}
					name := fmt.Sprintf("%s by %s %s for %s", view, field, direction, by.Subject)
					whole := h.list(by, page.Args{First: ptr(100)}, view, nil, order)
					want := commonNames(whole.Nodes())
					if len(want) == 0 || !slices.IsSortedFunc(whole.Nodes(), func(a, b *inventory.Certificate) int { return sign(direction) * compare(a, b) }) {
						t.Errorf("%s: not in order: %q", name, want)
					}
					var forth, back []string
					for args := (page.Args{First: ptr(2)}); ; {
						p := h.list(by, args, view, nil, order)
						forth = append(forth, commonNames(p.Nodes())...)
						if args.After = p.PageInfo.EndCursor; !p.PageInfo.HasNextPage {
							break
						}
					}
					for args := (page.Args{Last: ptr(3)}); ; {
						p := h.list(by, args, view, nil, order)
						back = append(commonNames(p.Nodes()), back...)
						if args.Before = p.PageInfo.StartCursor; !p.PageInfo.HasPreviousPage {
							break
						}
					}
					if !slices.Equal(forth, want) || !slices.Equal(back, want) {
						t.Errorf("%s:\nforwards  %q\nbackwards %q\nwant      %q", name, forth, back, want)
					}
				}
			}
		}
	}
}

func TestACursorOfAnotherListOfCertificatesIsRefused(t *testing.T) {
	t.Parallel()
	h := newVault(t)
	view, search := inventory.CertificatesDiscovered, "example"
	order := &inventory.CertificateOrder{Field: inventory.CertificatesBySubject, Direction: page.Ascending}
	filter := &inventory.CertificateFilter{Sha256: []string{strings.Repeat("AB:", 31) + "ab"}}
	cursor := h.list(looker, page.Args{}, inventory.CertificatesAll, nil, nil).PageInfo.StartCursor
	for name, ask := range map[string]func() error{
		"view": func() error {
			_, err := h.Inventory.Certificates(h.as(looker), page.Args{After: cursor}, inventory.CertificateListInput{View: &view}, nil)
			return err
		},
		"search": func() error {
			_, err := h.Inventory.Certificates(h.as(looker), page.Args{After: cursor}, inventory.CertificateListInput{Search: &search}, nil)
			return err
		},
		"order": func() error {
			_, err := h.Inventory.Certificates(h.as(looker), page.Args{After: cursor}, inventory.CertificateListInput{OrderBy: order}, nil)
			return err
		},
		"filter": func() error {
			_, err := h.Inventory.Certificates(h.as(looker), page.Args{After: cursor}, inventory.CertificateListInput{Filter: filter}, nil)
			return err
		},
	} {
		if no := refusal.Find(ask()); no == nil || no.Code != refusal.Invalid {
			t.Errorf("with another %s the cursor is answered %v", name, no)
		}
	}
	if _, err := h.Inventory.Certificates(h.as(looker), page.Args{After: cursor}, inventory.CertificateListInput{Filter: &inventory.CertificateFilter{}, OrderBy: &inventory.CertificateOrder{Field: inventory.CertificatesByCreatedAt, Direction: page.Descending}}, nil); err != nil {
		t.Errorf("the same list, written out: %v", err)
	}
}
