package demo

import (
	"bytes"
	"strings"
	"testing"

	"gatehouse/internal/certificate"
)

// TestPapers shows that a certificate from elsewhere that is made anew is the same to
// the byte, and is as odd as it is to be.
func TestPapers(t *testing.T) {
	t.Parallel()
	var all []paper
	for _, d := range deliveries() {
		all = append(all, d.papers...)
	}
	for _, p := range places() {
		all = append(all, p.paper)
	}
	for _, p := range all {
		one, err := p.der(noon)
		if err != nil {
			t.Fatal(err)
		}
		other, err := p.der(noon)
		if err != nil || !bytes.Equal(one, other) {
			t.Errorf("%s differs: %v", p.name, err)
		}
		says, err := certificate.Read(one)
		if err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		is := map[oddity]bool{
			selfSigned: says.SelfIssued && !says.IsCA, ownAuthority: says.IsCA, weak: says.KeyAlgorithm == "RSA_1024",
			negative: strings.HasPrefix(says.Serial, "-"), anonymous: says.Subject == "",
		}
		for odd, so := range is {
			if so != (odd == p.odd) {
				t.Errorf("%s is to be %q; %s: %t", p.name, p.odd, odd, so)
			}
		}
	}
}
