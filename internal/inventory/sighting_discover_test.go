package inventory_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// record records one certificate and returns what came of it.
func (w *world) record(d inventory.DiscoveredCertificate) *inventory.DiscoveredCertificateResult {
	w.t.Helper()
	p, err := w.Inventory.RecordDiscoveredCertificates(w.as(boss), inventory.RecordDiscoveredCertificatesInput{BusinessUnitID: w.unit, Certificates: []*inventory.DiscoveredCertificate{&d}})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.Results[0]
}

func TestWhereACertificateWasFoundIsKeptInOneForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	text := found(t, like{cn: "www"})
	for _, c := range []struct {
		name, host string
		port       int
		want       string // the place, or where it is refused
	}{
		{"a name in capitals", "WWW.Example.COM", 443, "www.example.com:443"},
		{"a dot at its end", "dot.example.com.", 443, "dot.example.com:443"},
		{"a name of a foreign alphabet, as given", "Bücher.example", 443, "bücher.example:443"},
		{"an address", " 192.0.2.1 ", 65535, "192.0.2.1:65535"},
		{"an IPv6 address", "2001:DB8:0:0:0:0:0:1", 1, "[2001:db8::1]:1"},
		{"an IPv6 address in brackets", "[2001:db8::2]", 1, "[2001:db8::2]:1"},
		{"an address of one link, with its interface", "FE80::1%ETH0.7", 443, "[fe80::1%eth0.7]:443"},
		{"an interface that no index holds", "fe80::1%" + strings.Repeat("x", 3000), 443, "host"},
		{"an interface of two lines", "fe80::1%a\nb", 443, "host"},
		{"an interface that PostgreSQL does not keep", "fe80::1%a\x00b", 443, "host"},
		{"an interface that turns the writing", "[fe80::1%a\u202eb]", 443, "host"},
		{"none", "", 443, "host"},
		{"a dot alone", ".", 443, "host"},
		{"a blank in it", "www example", 443, "host"},
		{"a port in it", "www.example.com:443", 443, "host"},
		{"a URL", "https://www.example.com", 443, "host"},
		{"a mark that turns the writing", "www\u202e.example", 443, "host"},
		{"256 characters", strings.Repeat("a", 256), 443, "host"},
		{"port 0", "www.example.com", 0, "port"},
		{"port 65536", "www.example.com", 65536, "port"},
	} {
		t.Run(c.name, func(t *testing.T) { // one after the other: they are all about one certificate
			r := w.record(inventory.DiscoveredCertificate{Content: text, Host: c.host, Port: c.port})
			if len(r.UserErrors) > 0 {
				if got := strings.Join(r.UserErrors[0].Field, "."); got != "input.certificates.0."+c.want || r.UserErrors[0].Code != refusal.Invalid || r.Outcome != notTaken {
					t.Errorf("%s: %s at %s", r.Outcome, r.UserErrors[0], got)
				}
				return
			}
			if n := w.count(`SELECT count(*) FROM certificate_locations WHERE place = $1 AND port = $2`, c.want, c.port); n != 1 {
				t.Errorf("%d places are %s", n, c.want)
			}
		})
	}
	w.honest()
}

func TestWhenACertificateWasFoundMovesOnAndNeverBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	text := found(t, like{cn: "www"})
	at := func(d time.Duration) *inventory.DiscoveredCertificateResult {
		return w.record(inventory.DiscoveredCertificate{Content: text, Host: "www", Port: 443, SeenAt: new(morning.Add(d))})
	}
	seen := func(first, last time.Duration) {
		t.Helper()
		if n := w.count(`SELECT count(*) FROM certificate_locations WHERE first_seen_at = $1 AND last_seen_at = $2`, morning.Add(first), morning.Add(last)); n != 1 {
			t.Errorf("it was not seen between %s and %s", first, last)
		}
	}
	if r := at(-2 * day); r.Outcome != created {
		t.Fatalf("%+v", r)
	}
	seen(-2*day, -2*day)
	entries := w.count(`SELECT count(*) FROM audit_entries`)
	for _, c := range []struct{ at, last time.Duration }{{-day, -day}, {-2 * day, -day}, {-300 * day, -day}, {4 * time.Minute, 0}} {
		if r := at(c.at); r.Outcome != unchanged {
			t.Errorf("at %s: %+v", c.at, r)
		}
		seen(-2*day, c.last)
	}
	if w.count(`SELECT count(*) FROM audit_entries`) != entries || w.count(`SELECT version FROM certificates`) != 1 {
		t.Error("that it was seen again is told as a change")
	}
	for _, d := range []time.Duration{6 * time.Minute, -367 * day} {
		if r := at(d); code(r.UserErrors) != refusal.Invalid || r.UserErrors[0].Field[3] != "seenAt" {
			t.Errorf("at %s: %+v", d, r)
		}
	}
}

func TestTheCertificatesAboveAFoundOneAreKeptWhenEachSignedTheOneBefore(t *testing.T) {
	t.Parallel()
	authority := func(name string) *x509.Certificate {
		return &x509.Certificate{Subject: pkix.Name{CommonName: name}, SubjectKeyId: []byte(name)}
	}
	made := func(name, by string, isCA bool) string {
		return found(t, like{cn: name, isCA: isCA, template: func(c *x509.Certificate) {
			c.SubjectKeyId, c.AuthorityKeyId = []byte(name), []byte(by)
			c.KeyUsage = x509.KeyUsageCertSign
		}, by: authority(by)})
	}
	leaf, sub, root, other := made("leaf", "sub", false), made("sub", "root", true), made("root", "root", true), made("other", "other", true)
	for _, c := range []struct {
		name, content, chain string
	}{
		{"alone", leaf, ""},
		{"with those above it", leaf + sub + root, sub + root},
		{"with one that is not above it", leaf + other, ""},
		{"with them out of order", leaf + root + sub, ""},
		{"with what is no certificate", leaf + sub + "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", ""},
		{"with more than ten", leaf + sub + strings.Repeat(root, 12), sub + strings.Repeat(root, 9)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 0)
			r := w.record(inventory.DiscoveredCertificate{Content: c.content, Host: "www", Port: 443})
			if r.Outcome != created || r.Certificate.CommonName != "leaf" {
				t.Fatalf("%+v", r)
			}
			if got := r.Certificate.ChainPem(); got != c.chain {
				t.Errorf("chain of %d certificates; want %d", strings.Count(got, "BEGIN"), strings.Count(c.chain, "BEGIN"))
			}
			if n := w.count(`SELECT count(*) FROM certificates`); n != 1 {
				t.Errorf("%d certificates", n)
			}
		})
	}
}

func TestWhatADiscoveryRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := found(t, like{cn: "a"})
	in := inventory.RecordDiscoveredCertificatesInput{BusinessUnitID: w.unit, Certificates: []*inventory.DiscoveredCertificate{
		{Content: a, Host: "a", Port: 443}, {Content: a, Host: "A", Port: 443}, {Content: a, Host: "b", Port: 443}, {Content: "rubbish", Host: "c", Port: 443},
	}}
	p, err := w.Inventory.RecordDiscoveredCertificates(w.as(boss), in)
	granted(t, err)
	var got []string
	for _, r := range p.Results {
		got = append(got, fmt.Sprintf("%d %s %s", r.Index, r.Outcome, code(r.UserErrors)))
	}
	if want := "0 CREATED , 1 REFUSED DUPLICATE, 2 RECOGNIZED , 3 REFUSED INVALID"; strings.Join(got, ", ") != want {
		t.Errorf("%q; want %q", got, want)
	}
	if n := w.entries(id.ID{}, audit.RecordDiscovered, audit.Refused); n != 2 {
		t.Errorf("%d refused entries", n)
	}
	w.grownTo(lifecycle.Discovery, 1, 1, 1, true)
	for _, n := range []int{0, 1001} {
		in.Certificates = make([]*inventory.DiscoveredCertificate, n)
		for k := range in.Certificates {
			in.Certificates[k] = &inventory.DiscoveredCertificate{Content: a, Host: fmt.Sprintf("h%d", k), Port: 443}
		}
		p, err := w.Inventory.RecordDiscoveredCertificates(w.as(boss), in)
		granted(t, err)
		refused(t, p.UserErrors, map[int]refusal.Code{0: refusal.Invalid, 1001: refusal.TooMany}[n])
	}
	w.honest()
}

func TestACertificateThatWasFoundAndIsIssuedForASeatLaterIsKnownAsIssued(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	text := found(t, like{cn: "www"})
	r := w.record(inventory.DiscoveredCertificate{Content: text, Host: "www", Port: 443})
	w.unlink(r.Certificate.ID)
	block, _ := pem.Decode([]byte(text))
	if got := w.linkThis(w.seat(lifecycle.Device, "router").ID, block.Bytes); got != r.Certificate.ID {
		t.Fatalf("it is %s now", got)
	}
	c, err := w.Inventory.Certificate(w.as(boss), r.Certificate.ID, nil)
	granted(t, err)
	if got := fmt.Sprintf("%v %s", c.Sources(), c.Source); got != "[ISSUED DISCOVERED] DISCOVERED" {
		t.Error(got)
	}
	w.honest()
}
