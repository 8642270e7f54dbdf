package certificate_test

import (
	"fmt"
	"strings"
	"testing"

	"gatehouse/internal/certificate"
)

func TestWhatASearchLooksThrough(t *testing.T) {
	t.Parallel()
	text, err := certificate.Read(with(func(p *parts) {
		p.subject = name(attribute("2.5.4.10", 0x0c, "Example  Ltd"), attribute("2.5.4.11", 0x0c, "\xff"), attribute("2.5.4.3", 0x0c, "Ju\u0308rgen\nX"), attribute("1.2.3.4", 0x0c, "Nobody Knows"))
		named(tlv(0x82, []byte("WWW.Example")), tlv(0x82, []byte("www.example")), tlv(0x81, []byte("A@b.example")), tlv(0x87, []byte{10, 0, 0, 1}), tlv(0x86, []byte("urn:X")))(p)
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{"", "10203", text.SHA256, "jürgen\ufffdx", "www.example", "a@b.example", "10.0.0.1", "urn:x", "example", "ltd", "nobody", "knows", ""}, "\n")
	if text.SearchText != want {
		t.Errorf("got  %q\nwant %q", text.SearchText, want)
	}
	if want := `1.2.3.4=#0c0c4e6f626f6479204b6e6f7773,cn=ju` + "\u0308" + `rgen\0ax,ou=#0c01ff,o=example  ltd`; text.SubjectKey != want {
		t.Errorf("the subject's key is %q, want %q", text.SubjectKey, want)
	}
}

// TestLongNames are cut where lists and searches would become slow, and nowhere else.
func TestLongNames(t *testing.T) {
	t.Parallel()
	var kinds [][]byte
	for n := range 3000 {
		kinds = append(kinds, tlv(0x82, fmt.Appendf(nil, "host-%d.example", n)))
	}
	text, err := certificate.Read(with(func(p *parts) {
		called(0x0c, strings.Repeat("Ä", 300))(p)
		named(kinds...)(p)
	}))
	if err != nil {
		t.Fatal(err)
	}
	if want := "cn=" + strings.Repeat("ä", 252); text.SubjectKey != want {
		t.Errorf("the subject's key is %q, want %q", text.SubjectKey, want)
	}
	if text.CommonName != strings.Repeat("Ä", 300) || len(text.Names.DNSNames) != len(kinds) {
		t.Errorf("there are %d names, want %d; the common name is %q", len(text.Names.DNSNames), len(kinds), text.CommonName)
	}
	if all := len(text.SearchText); all > 64<<10 || all < 40_000 || !strings.HasSuffix(text.SearchText, "example\n") {
		t.Errorf("a search looks through %d bytes, which end in %q", all, text.SearchText[all-20:])
	}
}
