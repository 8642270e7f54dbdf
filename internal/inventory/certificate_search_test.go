package inventory_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"gatehouse/internal/certlint"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

func TestWhatASearchForCertificatesFinds(t *testing.T) {
	t.Parallel()
	h := newVault(t)
	web := h.list(boss, page.Args{First: ptr(100)}, inventory.CertificatesAll, nil, nil).Nodes()[15]
	discovered, expired := inventory.CertificatesDiscovered, inventory.CertificatesExpired
	for _, c := range []struct {
		name, text string
		view       *inventory.CertificateView
		filter     *inventory.CertificateFilter
		want       []string
	}{
		{"the beginning of a serial number", "a1b2c3d", nil, nil, []string{"same key"}},
		{"a part of a serial number", "1B2C3D4E", nil, nil, []string{"same key"}},
		{"two characters from within one", "xa", nil, nil, nil},
		{"a thumbprint", strings.ToUpper(web.Sha256), nil, nil, []string{"web"}},
		{"the beginning of a thumbprint", web.Sha256[:12], nil, nil, []string{"web"}},
		{"a name", "api.example.com", nil, nil, []string{"web"}},
		{"names and words of the subject", "www.example.com", nil, nil, []string{"elsewhere", "web", "www.example.com"}},
		{"an address", "192.0.2.7", nil, nil, []string{"same key"}},
		{"a URI", "spiffe://example", nil, nil, []string{"later"}},
		{"a word of the subject", "hold", nil, nil, []string{"due on hold", "on hold"}},
		{"the beginnings of two", "ho du", nil, nil, []string{"due on hold"}},
		{"signs of the subject", "50%_o", nil, nil, []string{"authority"}},
		{"what is in none", "unheard-of", nil, nil, nil},
		{"in a view", "elsewhere", &discovered, nil, []string{"found elsewhere"}},
		{"what is due, in a view", "due", &expired, nil, []string{"due", "due on hold"}},
		{"in a business unit", "example", nil, &inventory.CertificateFilter{BusinessUnitIDs: []id.ID{h.other}}, []string{"elsewhere"}},
		{"with a filter", "example", nil, &inventory.CertificateFilter{Names: []string{"www.example.com"}, Subject: ptr("web")}, []string{"web"}},
	} {
		for _, direction := range []page.Direction{page.Ascending, page.Descending} {
			p, err := h.Inventory.Certificates(h.as(looker), page.Args{}, inventory.CertificateListInput{View: c.view, Search: &c.text, Filter: c.filter, OrderBy: &inventory.CertificateOrder{Field: inventory.CertificatesByNotAfter, Direction: direction}}, nil)
			granted(t, err)
			n, err := p.TotalCount(h.as(looker))
			granted(t, err)
			if got := sorted(commonNames(p.Nodes())); !slices.Equal(got, c.want) || n != len(c.want) {
				t.Errorf("%s: %q finds %q and counts %d; want %q", c.name, c.text, got, n, c.want)
			}
		}
	}
	for _, text := range []string{"", " ", "%", strings.Repeat("x", 256)} {
		_, err := h.Inventory.Certificates(h.as(looker), page.Args{}, inventory.CertificateListInput{Search: &text}, nil)
		if no := refusal.Find(err); no == nil || no.Code != refusal.Invalid {
			t.Errorf("a search for %.9q: %v", text, err)
		}
	}
	local := person("local", lifecycle.ViewOnly, "sales")
	if p, err := h.Inventory.Certificates(h.as(local), page.Args{}, inventory.CertificateListInput{Search: ptr("www")}, nil); err != nil || !slices.Equal(commonNames(p.Nodes()), []string{"elsewhere"}) {
		t.Errorf("in one's own business unit %v is found, %v", p, err)
	}
}

// TestAListOfCertificatesReadsWhatIsAsked: a constant number of statements, and none
// of the columns that nobody asked for.
func TestAListOfCertificatesReadsWhatIsAsked(t *testing.T) {
	t.Parallel()
	h := newVault(t)
	var statements atomic.Int64
	var last atomic.Value
	told := func(_ context.Context, s string) { statements.Add(1); last.Store(s) }
	h.onStatement.Store(&told)
	counted := func(first int, search *string) (n int64) {
		before := statements.Load()
		p, err := h.Inventory.Certificates(h.as(looker), page.Args{First: &first}, inventory.CertificateListInput{Search: search}, inventory.Fields{"subject": true})
		granted(t, err)
		for _, c := range p.Nodes() {
			_, err := h.Inventory.SeatOfCertificate(h.as(looker), c)
			granted(t, err)
			_, err = h.Inventory.BusinessUnitOfCertificate(h.as(looker), c)
			granted(t, err)
		}
		return statements.Load() - before
	}
	if few, many := counted(2, nil), counted(16, nil); few != many || few == 0 {
		t.Errorf("%d statements for 2, %d for 16", few, many)
	}
	if few, many := counted(1, ptr("www")), counted(16, ptr("www")); few != many || few == 0 {
		t.Errorf("of a search %d statements for 1, %d for 16", few, many)
	}
	for _, search := range []*string{nil, ptr("www")} {
		p, err := h.Inventory.Certificates(h.as(looker), page.Args{}, inventory.CertificateListInput{Search: search}, inventory.Fields{"subject": true})
		granted(t, err)
		if s, _ := last.Load().(string); strings.Contains(s, "c.der") || strings.Contains(s, "c.issuer AS") || p.Nodes()[0].Subject == "" || p.Nodes()[0].KeySha256 != "" {
			t.Errorf("for the subject alone it reads %s", s)
		}
	}
}

func TestACertificateIsLinted(t *testing.T) {
	t.Parallel()
	h := newVault(t)
	lint := func(ctx context.Context, want inventory.Fields, sources ...certlint.Source) ([]*certlint.Finding, error) {
		c, err := h.Inventory.Certificate(h.as(looker), h.byName["web"], want)
		granted(t, err)
		return h.Inventory.LintCertificate(ctx, c, sources)
	}
	usual, err := lint(t.Context(), inventory.Fields{"lint": true})
	granted(t, err)
	rfc, err := lint(t.Context(), nil, certlint.RFC)
	granted(t, err)
	all, err := lint(t.Context(), nil, certlint.Sources...)
	granted(t, err)
	if len(usual) == 0 || len(usual) != len(rfc) || len(all) <= len(rfc) || usual[0].Name == "certificate_unreadable" {
		t.Errorf("unless said otherwise %d findings, by the RFCs %d, by all %d", len(usual), len(rfc), len(all))
	}
	if c, err := h.Inventory.Certificate(h.as(looker), h.byName["web"], nil); err != nil {
		t.Error(err)
	} else if empty, err := h.Inventory.LintCertificate(t.Context(), c, []certlint.Source{}); err != nil || len(empty) != 0 {
		t.Errorf("by no rules %d findings, %v", len(empty), err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := lint(gone, nil); err == nil {
		t.Error("somebody who has gone is judged for")
	}
}
