package demo

import (
	"context"
	"fmt"
	"time"

	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/refusal"
)

// delivery is a file of certificates that were issued elsewhere, and that Ines brings in.
type delivery struct {
	unit, file string
	at         moment
	papers     []paper
}

// deliveries are all of them: some in order, some that end soon, and some as odd as they
// are found in cellars.
func deliveries() []delivery {
	balancer := []paper{{name: outside, issued: 3000, ends: 650, odd: ownAuthority}}
	for n, ends := range []int{210, 8, 19, 27, 95, 120, 133, 160, 181, 204, 240, 266, 290, 310} {
		host := shop(n + 1)
		balancer = append(balancer, paper{name: host, dns: []string{host, "www." + host}, issued: 90, ends: ends})
	}
	var people []paper
	for n, ends := range []int{150, 170, 22, 190, -20, -75, 205, 215, 230, -110, 245, 260} {
		name := someone(4000 + n)
		people = append(people, paper{name: name, mail: address(name), issued: 200, ends: ends})
	}
	return []delivery{
		{"data-centre", "old-load-balancer.pem", moment{70, 60}, balancer},
		{"engineering", "former-authority/people.pem", moment{41, 80}, people},
		{"manufacturing", "plant-backup/all.pem", moment{26, 95}, []paper{
			{name: "plant-gateway.example.com", dns: []string{"plant-gateway.example.com"}, issued: 700, ends: 400},
			{name: "HMI line 1", issued: 3650, ends: 3650, odd: selfSigned},
			{name: "HMI line 2", issued: 3650, ends: 3650, odd: selfSigned},
			{name: "scada.example.com", dns: []string{"scada.example.com"}, issued: 2500, ends: 90, odd: weak},
			{name: "historian.example.com", dns: []string{"historian.example.com"}, issued: 2400, ends: 1100, odd: weak},
			{name: "press-07.example.com", dns: []string{"press-07.example.com"}, issued: 1500, ends: 500, odd: negative},
			{name: "press-08.example.com", dns: []string{"press-08.example.com"}, issued: 1500, ends: -300, odd: negative},
			{name: "camera-12", dns: []string{"camera-12.example.com"}, issued: 800, ends: 290, odd: anonymous},
			{name: "oven-3.example.com", dns: []string{"oven-3.example.com"}, issued: 2000, ends: -900, odd: selfSigned},
		}},
		// The one that ends in 19 days has its successor, on the same seat; the other has a
		// double, which gets a seat of its own.
		{"data-centre", "renewed.pem", moment{10, 70}, []paper{
			{name: shop(3), dns: []string{shop(3)}, issued: 11, ends: 380, again: ", again"},
			{name: shop(5), dns: []string{shop(5)}, issued: 11, ends: 380, again: ", again"},
		}},
		{"research", "cluster-ca.pem", moment{9, 110}, []paper{
			{name: "head.cluster.example.com", dns: []string{"head.cluster.example.com"}, issued: 30, ends: 335},
			{name: "store.cluster.example.com", dns: []string{"store.cluster.example.com"}, issued: 30, ends: 335},
			{name: "login.cluster.example.com", dns: []string{"login.cluster.example.com"}, issued: 340, ends: 25},
		}},
	}
}

// shop is the name of a host behind the load balancer.
func shop(n int) string { return fmt.Sprintf("shop%02d.example.com", n) }

// place is a host and port on which a certificate is shown.
type place struct {
	host  string
	port  int
	paper paper
}

// places are what the scan of the data centre's network finds: certificates that were
// never brought in, some on several hosts, and the first one of the load balancer.
func places() (all []place) {
	for n, ends := range []int{300, 14, 170, 230, 60, -5, 340, 29, 111, 200} {
		name := fmt.Sprintf("svc%02d.data-centre.example.com", n+1)
		p := paper{name: name, dns: []string{name}, issued: 100, ends: ends}
		if n == 4 {
			p.odd = weak
		}
		all = append(all, place{name, 443, p})
		if n%4 == 0 { // behind two addresses
			all = append(all, place{fmt.Sprintf("192.0.2.%d", 100+n), 8443, p})
		}
	}
	for n := range 4 {
		name := fmt.Sprintf("printer-%d", n+1)
		all = append(all, place{fmt.Sprintf("192.0.2.%d", 120+n), 443, paper{name: name, issued: 1000, ends: 2650, odd: selfSigned}})
	}
	first := deliveries()[0].papers[1]
	return append(all, place{first.name, 443, first}, place{"mail.data-centre.example.com", 25, first})
}

// tellSightings tells of what is brought in, of a private key that lay among it, and of
// a scan that is run twice.
func (s *seeding) tellSightings(t *telling) {
	for _, d := range deliveries() {
		t.add(d.unit, d.at, func(ctx context.Context) error { return s.importFile(ctx, d) })
		for _, p := range d.papers {
			t.endsOf(p, d.at)
		}
	}
	t.add("manufacturing", moment{26, 92}, s.importKey)
	scans := []moment{{12, 130}, {5, 130}}
	for n, at := range scans {
		t.add("data-centre", at, func(ctx context.Context) error { return s.scan(ctx, n, at) })
	}
	for _, p := range places() {
		t.endsOf(p.paper, scans[0])
	}
}

// endsOf has a certificate that was brought in or found at a moment, and ends after it,
// written down as expired on its day.
func (t *telling) endsOf(p paper, at moment) {
	if p.ends >= 0 || -p.ends >= at.daysAgo {
		return
	}
	t.ends[-p.ends] = append(t.ends[-p.ends], p.until())
}

// importFile brings a file in.
func (s *seeding) importFile(ctx context.Context, d delivery) error {
	ders := make([][]byte, len(d.papers))
	for n, p := range d.papers {
		var err error
		if ders[n], err = p.der(s.today); err != nil {
			return err
		}
	}
	return s.brings(ctx, act{name: "import-" + d.unit + "-" + d.file, at: s.on(d.at.daysAgo, d.at.minute), by: ines}, d.unit, d.file, issuer.PEM(ders...))
}

// importKey tries to bring in what is none.
func (s *seeding) importKey(ctx context.Context) error {
	a := act{name: "import-a-key", at: s.on(26, 92), by: ines, want: refusal.Invalid}
	return s.brings(ctx, a, "manufacturing", "plant-backup/gateway.key", "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n")
}

func (s *seeding) brings(ctx context.Context, a act, unit, file, content string) error {
	return s.do(ctx, a, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		p, err := s.house.Inventory.ImportCertificates(ctx, inventory.ImportCertificatesInput{
			BusinessUnitID: s.units[unit], Files: []*inventory.CertificateFile{{Name: &file, Content: content}}, IdempotencyKey: key,
		})
		if err != nil {
			return nil, err
		}
		all := p.UserErrors
		for _, r := range p.Results {
			all = append(all, r.UserErrors...)
		}
		return all, nil
	})
}

// scan records what the network shows.
func (s *seeding) scan(ctx context.Context, n int, at moment) error {
	in := inventory.RecordDiscoveredCertificatesInput{BusinessUnitID: s.units["data-centre"]}
	for k, p := range places() {
		der, err := p.paper.der(s.today)
		if err != nil {
			return err
		}
		seen := s.on(at.daysAgo, at.minute).Add(-time.Duration(k) * time.Second)
		in.Certificates = append(in.Certificates, &inventory.DiscoveredCertificate{Content: issuer.PEM(der), Host: p.host, Port: p.port, SeenAt: &seen})
	}
	a := act{name: fmt.Sprintf("scan-%d", n+1), at: s.on(at.daysAgo, at.minute), by: ines}
	return s.do(ctx, a, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		in.IdempotencyKey = key
		p, err := s.house.Inventory.RecordDiscoveredCertificates(ctx, in)
		if err != nil {
			return nil, err
		}
		all := p.UserErrors
		for _, r := range p.Results {
			all = append(all, r.UserErrors...)
		}
		return all, nil
	})
}
