package inventory

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"gatehouse/internal/certificate"
	"gatehouse/internal/lifecycle"
)

// thumb is a thumbprint that begins in its own way.
func thumb(digit string) string { return strings.Repeat(digit, 64) }

func TestTheSeatIDOfACertificateIsDerivedFromItsNames(t *testing.T) {
	t.Parallel()
	all := lifecycle.CertificateNames{DNSNames: []string{"", "www.example.com"}, EmailAddresses: []string{"ada@example.com"}, IPAddresses: []string{"192.0.2.1"}, URIs: []string{"https://example.com/a"}}
	without := func(change func(*lifecycle.CertificateNames)) lifecycle.CertificateNames {
		n := all
		change(&n)
		return n
	}
	long := strings.Repeat("ä", 300)
	for _, c := range []struct {
		name, cn, want string
		names          lifecycle.CertificateNames
	}{
		{"a common name before all others", "Ada", "Ada", all},
		{"the first DNS name that is one", "", "www.example.com", all},
		{"a blank common name is none", " \t ", "www.example.com", all},
		{"an e-mail address", "", "ada@example.com", without(func(n *lifecycle.CertificateNames) { n.DNSNames = nil })},
		{"an IP address", "", "192.0.2.1", without(func(n *lifecycle.CertificateNames) { n.DNSNames, n.EmailAddresses = nil, nil })},
		{"a URI", "", "https://example.com/a", lifecycle.CertificateNames{URIs: all.URIs}},
		{"the thumbprint of one without names", "", thumb("a"), lifecycle.CertificateNames{}},
		{"blanks around it", "  Ada  ", "Ada", all},
		{"composed", "A\u0308rger", "Ärger", all},
		{"a line break and a NUL", "a\nb\x00c", "a\uFFFDb\uFFFDc", all},
		{"a mark that turns the writing", "a\u202egro.live", "a\uFFFDgro.live", all},
		{"bytes that are no UTF-8", "a\xffb", "a\uFFFDb", all},
		{"cut to 255 characters", long, long[:255*len("ä")], all},
		{"no blank where it is cut", strings.Repeat("a", 254) + " bcd", strings.Repeat("a", 254), all},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := derivedSeatID(certificate.Text{CommonName: c.cn, Names: c.names, SHA256: thumb("a")})
			if got != c.want {
				t.Errorf("%q; want %q", got, c.want)
			}
			clash := clashSeatID(got, thumb("b"))
			if !strings.HasSuffix(clash, "#"+strings.Repeat("b", 32)) || utf8.RuneCountInString(clash) > 255 || tidy(clash) != clash || tidy(got) != got {
				t.Errorf("beside it %q", clash)
			}
		})
	}
}

func TestACertificateIsPlacedOnTheSeatOfItsNameOrBesideIt(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	in := func(days int) time.Time { return now.Add(time.Duration(days) * 24 * time.Hour) }
	const one, beside = "www", "www#" // beside: told apart by its thumbprint
	for _, c := range []struct {
		name string
		ends []int // of certificates that arrive in this order, in days from now
		want []string
	}{
		{"alone", []int{365}, []string{one}},
		{"another that is valid as long", []int{365, 365}, []string{one, beside}},
		{"an expired one takes no place", []int{365, -1, -400}, []string{one, one, one}},
		{"one after expired ones", []int{-400, -1, 365}, []string{one, one, one}},
		{"a certificate and its successor", []int{30, 365}, []string{one, one}},
		{"the successor came first", []int{365, 30}, []string{one, one}},
		{"too early for a successor", []int{31, 365}, []string{one, beside}},
		{"too early, and it came first", []int{365, 31}, []string{one, beside}},
		{"no successor of a successor", []int{10, 20, 365}, []string{one, one, beside}},
		{"three at once", []int{300, 400, 500}, []string{one, beside, beside}},
		{"the one beside does not keep the next from the seat", []int{400, 365, 10}, []string{one, beside, one}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := placing{now: now, unit: uuid.New(), seatType: lifecycle.Imported, seats: map[string]*placedSeat{}}
			made := map[string]bool{}
			for n, days := range c.ends {
				s := p.place(certificate.Text{CommonName: "WWW", SHA256: thumb(string(rune('a' + n))), NotAfter: in(days)}, days > 0)
				want := c.want[n]
				if want == beside {
					want += strings.Repeat(string(rune('a'+n)), 32)
				}
				if s.key != want || s.row["seat_id"] != strings.Replace(want, "www", "WWW", 1) || s.row["name"] != "WWW" {
					t.Errorf("certificate %d came to %q (%v); want %q", n, s.key, s.row["seat_id"], want)
				}
				made[s.key] = true
			}
			if len(p.made) != len(made) {
				t.Errorf("%d seats were made for %d ids", len(p.made), len(made))
			}
		})
	}
}
