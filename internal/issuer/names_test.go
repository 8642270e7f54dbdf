package issuer_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"maps"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/issuer"
	"gatehouse/internal/refusal"
	"gatehouse/internal/subject"
)

func TestASeatsSubject(t *testing.T) {
	t.Parallel()
	long, wide := strings.Repeat("x", 65), strings.Repeat("ä", 64)
	for _, c := range []struct{ name, template, id, seat, email, want, says string }{
		{"the seat's name", "", "a1", "Ada", "", "CN=Ada", ""},
		{"without a name the id", " ", "a1", "", "", "CN=a1", ""},
		{"every placeholder", "CN={seat.name},O=Example,OU={seat.id},emailAddress={seat.email}", "a1", "Ada", "ada@example.com", "CN=Ada,O=Example,OU=a1,emailAddress=ada@example.com", ""},
		{"text around one", "CN={seat.name} (staff)", "", "Ada", "", "CN=Ada (staff)", ""},
		{"letters of any script, up to the bound", "", "", wide, "", "CN=" + wide, ""},
		{"characters with a meaning", "", "", `#A, "B" + <C>; \D=`, "", `CN=\#A\, \"B\" \+ \<C\>\; \\D=`, ""},
		{"a serial number", "serialNumber={seat.id}", "SN-7 (a)", "", "", "serialNumber=SN-7 (a)", ""},

		{"too long", "", "", long, "", "", "has 65 characters, and a certificate has room for 64"},
		{"too long together", "CN={seat.name}{seat.id}", "a1", strings.Repeat("x", 63), "", "", "has 65 characters"},
		{"no name", "CN={seat.name}", "a1", " ", "", "", "takes the seat's name, and the seat has none"},
		{"no address beside other text", "CN=a {seat.email}", "a1", "Ada", "", "", "takes the seat's e-mail address"},
		{"an address beyond ASCII", "emailAddress={seat.email}", "a1", "Ada", "jörg@example.com", "", "ASCII characters only"},
		{"a serial number with an underscore", "serialNumber={seat.id}", "a_1", "", "", "", "letters, digits, spaces"},
		{"a line break", "", "", "Ada\nLovelace", "", "", "a reader does not see"},
		{"a mark that turns the writing", "", "", "Ada\u202eecalevoL", "", "", "a reader does not see"},
		{"no UTF-8", "", "", "Ada\xff", "", "", "no UTF-8"},
		{"a template that is none", "CN={seat.phone}", "a1", "Ada", "", "", "placeholder"},
	} {
		all, no := issuer.RenderSubject(c.template, c.id, c.seat, c.email)
		switch {
		case c.says == "" && (no != nil || issuer.SubjectText(all) != c.want):
			t.Errorf("%s: %s, %v", c.name, issuer.SubjectText(all), no)
		case c.says != "" && (no == nil || no.Code != refusal.NameNotAllowed || !strings.Contains(no.Message, c.says)):
			t.Errorf("%s: %v", c.name, no)
		}
	}
}

func TestARequestsSubject(t *testing.T) {
	t.Parallel()
	pair := func(oid []int, value any) pkix.AttributeTypeAndValue {
		return pkix.AttributeTypeAndValue{Type: oid, Value: value}
	}
	cn, ou, dc := []int{2, 5, 4, 3}, []int{2, 5, 4, 11}, []int{0, 9, 2342, 19200300, 100, 1, 25}
	one := func(all ...pkix.AttributeTypeAndValue) (name pkix.RDNSequence) {
		for _, a := range all {
			name = append(name, pkix.RelativeDistinguishedNameSET{a})
		}
		return name
	}
	for _, c := range []struct {
		name       string
		subject    pkix.RDNSequence
		want, says string
	}{
		{"nothing", nil, "", ""},
		{"in the order of the request", one(pair(ou, "b"), pair(cn, "Ada"), pair(ou, "a")), "OU=a,CN=Ada,OU=b", ""},
		{"an address in the type it has", one(pair([]int{1, 2, 840, 113549, 1, 9, 1}, asn1.RawValue{Tag: asn1.TagIA5String, Bytes: []byte("ada@example.com")})), "emailAddress=ada@example.com", ""},
		{"the wide type of old programs", one(pair(cn, asn1.RawValue{Tag: asn1.TagBMPString, Bytes: []byte{0, 'A', 1, 0x7d}})), "CN=AŽ", ""},
		{"an attribute of another kind", one(pair(cn, "Ada"), pair(dc, "example")), "", "0.9.2342.19200300.100.1.25, which is never issued"},
		{"two common names", one(pair(cn, "Ada"), pair(cn, "Mallory")), "", "stands there twice"},
		{"several of a kind in one part, as Go writes them", pkix.RDNSequence{{pair(cn, "Ada")}, {pair(ou, "a"), pair(ou, "b")}}, "OU=b,OU=a,CN=Ada", ""},
		{"several kinds in one part", pkix.RDNSequence{{pair(cn, "Ada"), pair(ou, "a")}}, "", "joined by +"},
		{"a number for a name", one(pair(cn, 7)), "", "is no text"},
		{"an empty value", one(pair(cn, "")), "", "without a value"},
		{"a country of three letters", one(pair([]int{2, 5, 4, 6}, "DEU")), "", "has 3 characters"},
		{"a country of small letters", one(pair([]int{2, 5, 4, 6}, "de")), "", "two capital letters"},
	} {
		all, no := issuer.ParseName(must(asn1.Marshal(c.subject)))
		switch {
		case c.says == "" && (no != nil || issuer.SubjectText(all) != c.want):
			t.Errorf("%s: %s, %v", c.name, issuer.SubjectText(all), no)
		case c.says != "" && (no == nil || no.Code != refusal.NameNotAllowed || !strings.Contains(no.Message, c.says)):
			t.Errorf("%s: %v", c.name, no)
		}
	}
	for _, der := range [][]byte{nil, []byte("CN=Ada"), append(must(asn1.Marshal(pkix.RDNSequence{})), 0)} {
		if _, no := issuer.ParseName(der); no == nil {
			t.Errorf("%x was read", der)
		}
	}
}

// TestSubjectsAreWrittenByTheirTypes looks at the bytes: programs compare them.
func TestSubjectsAreWrittenByTheirTypes(t *testing.T) {
	t.Parallel()
	want := map[string]int{}
	var all []issuer.Attribute
	for _, k := range subject.Kinds {
		value, tag := "x@example.com", asn1.TagUTF8String
		switch k.Name {
		case "C":
			value, tag = "DE", asn1.TagPrintableString
		case "serialNumber":
			value, tag = "7", asn1.TagPrintableString
		case "emailAddress":
			tag = asn1.TagIA5String
		}
		all, want[k.OID] = append(all, issuer.Attribute{Name: k.Name, Value: value}), tag
	}
	c := issued(t, authority(t), issuer.Order{Subject: all, CSR: plain(keys()["EC_P256"])})
	if got := tags(t, c.RawSubject); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestARequestsSubjectComesBackInTheCertificate(t *testing.T) {
	t.Parallel()
	csr := must(x509.ParseCertificateRequest(request(keys()["EC_P256"], x509.CertificateRequest{
		Subject: pkix.Name{CommonName: "Ada", Organization: []string{"Example"}, OrganizationalUnit: []string{"b", "a"}, Country: []string{"DE"}, SerialNumber: "7"},
	})))
	all, no := issuer.ParseName(csr.RawSubject)
	if no != nil {
		t.Fatal(no)
	}
	c := issued(t, authority(t), issuer.Order{Subject: all, CSR: csr.Raw})
	back, no := issuer.ParseName(c.RawSubject)
	if no != nil || !slices.Equal(all, back) {
		t.Errorf("%v became %v, %v", all, back, no)
	}
}
