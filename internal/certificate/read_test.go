package certificate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/certificate"
)

// odd is a certificate that is odd in one way, and how one field of it reads.
type odd struct {
	name   string
	change func(*parts)
	field  func(certificate.Text) string
	want   string
}

// alone are those that openssl refuses whole, for one string.
var alone = []string{
	"VisibleString", "a type of no string", "BMPString of an odd length", "BMPString with half a pair", "UniversalString beyond Unicode",
	"UTF8String that is none", "a common name that is no text",
}

func serial(t certificate.Text) string    { return t.Serial }
func subject(t certificate.Text) string   { return t.Subject }
func common(t certificate.Text) string    { return t.CommonName }
func keyOf(t certificate.Text) string     { return t.KeyAlgorithm }
func signature(t certificate.Text) string { return t.SignatureAlgorithm }
func times(t certificate.Text) string {
	return t.NotBefore.Format(time.RFC3339Nano) + " " + t.NotAfter.Format(time.RFC3339Nano)
}
func names(t certificate.Text) string {
	written, err := json.Marshal(t.Names)
	if err != nil {
		panic(err)
	}
	return string(written)
}
func keyIDs(t certificate.Text) string { return t.SubjectKeyID + " " + t.AuthorityKeyID }
func flags(t certificate.Text) string  { return fmt.Sprint(t.IsCA, t.SelfIssued) }

func serials(b ...byte) func(*parts) { return func(p *parts) { p.serial = tlv(0x02, b) } }
func before(tag byte, s string) func(*parts) {
	return func(p *parts) { p.notBefore = tlv(tag, []byte(s)) }
}
func called(tag byte, s string) func(*parts) {
	return func(p *parts) { p.subject = name(attribute("2.5.4.3", tag, s)) }
}
func keyed(id string, parameters, bits []byte) func(*parts) {
	return func(p *parts) { p.key = key(id, parameters, bits) }
}
func curved(id string) func(*parts) {
	return keyed("1.2.840.10045.2.1", oid(id), []byte{4, 1, 2})
}
func signed(id string, parameters []byte) func(*parts) {
	return func(p *parts) { p.inner = tlv(0x30, oid(id), parameters); p.algorithm = p.inner }
}
func extended(all ...[]byte) func(*parts) {
	return func(p *parts) { p.extensions = bytes.Join(all, nil) }
}
func named(kinds ...[]byte) func(*parts) {
	return extended(extension("2.5.29.17", tlv(0x30, kinds...)))
}

// odds are certificates as they are in the wild.
var odds = []odd{
	{"nothing", func(*parts) {}, serial, "10203"},
	{"version 1", func(p *parts) { p.version = nil }, serial, "10203"},
	{"version 2", func(p *parts) { p.version = tlv(0xa0, tlv(0x02, []byte{1})) }, serial, "10203"},
	{"a version that there is not", func(p *parts) { p.version = tlv(0xa0, tlv(0x02, []byte{41})) }, serial, "10203"},
	{"serial 0", serials(0), serial, "0"},
	{"serial -1", serials(0xff), serial, "-1"},
	{"serial -128", serials(0x80), serial, "-80"},
	{"a serial number of 40 bytes", serials(append([]byte{0x7f}, make([]byte, 39)...)...), serial, "7f" + strings.Repeat("00", 39)},
	{"a serial number that begins with a zero digit", serials(0x0a, 0xbc), serial, "abc"},

	{"UTCTime", before(0x17, "991231235959Z"), times, "1999-12-31T23:59:59Z 2027-01-02T03:04:05Z"},
	{"UTCTime of 1950", before(0x17, "500101000000Z"), times, "1950-01-01T00:00:00Z 2027-01-02T03:04:05Z"},
	{"UTCTime of 2049", before(0x17, "491231000000Z"), times, "2049-12-31T00:00:00Z 2027-01-02T03:04:05Z"}, // behind its end, too
	{"UTCTime without seconds", before(0x17, "9912312359Z"), times, "1999-12-31T23:59:00Z 2027-01-02T03:04:05Z"},
	{"UTCTime ahead of UTC", before(0x17, "991231235959+0130"), times, "1999-12-31T22:29:59Z 2027-01-02T03:04:05Z"},
	{"UTCTime behind UTC, without seconds", before(0x17, "9912312359-0800"), times, "2000-01-01T07:59:00Z 2027-01-02T03:04:05Z"},
	{"GeneralizedTime before 2050", before(0x18, "20200229000000Z"), times, "2020-02-29T00:00:00Z 2027-01-02T03:04:05Z"},
	{"GeneralizedTime without seconds", before(0x18, "202002290000Z"), times, "2020-02-29T00:00:00Z 2027-01-02T03:04:05Z"},
	{"GeneralizedTime with a fraction", before(0x18, "20200229000000.1234567Z"), times, "2020-02-29T00:00:00.123456Z 2027-01-02T03:04:05Z"},
	{"GeneralizedTime with a fraction and an offset", before(0x18, "20200229000000.5+0100"), times, "2020-02-28T23:00:00.5Z 2027-01-02T03:04:05Z"},
	{"the first year", before(0x18, "00000101000000Z"), times, "0000-01-01T00:00:00Z 2027-01-02T03:04:05Z"},
	{"the last instant", before(0x18, "99991231235959Z"), times, "9999-12-31T23:59:59Z 2027-01-02T03:04:05Z"},

	{"UTF8String", called(0x0c, "Jürgen"), subject, "CN=Jürgen"},
	{"PrintableString", called(0x13, "host-1"), subject, "CN=host-1"},
	{"IA5String", called(0x16, "a@b.example"), subject, "CN=a@b.example"},
	{"VisibleString", called(0x1a, "x"), subject, "CN=x"},
	{"NumericString", called(0x12, "12 34"), subject, "CN=12 34"},
	{"TeletexString", called(0x14, "J\xfcrgen"), subject, "CN=Jürgen"},
	{"BMPString", called(0x1e, "\x00J\x00\xfc\x26\x3a"), subject, "CN=Jü☺"},
	{"BMPString of an odd length", called(0x1e, "\x00J\x00"), subject, "CN=#1e03004a00"},
	{"BMPString with half a pair", called(0x1e, "\xd8\x3d\x00a"), subject, "CN=#1e04d83d0061"},
	{"UniversalString", called(0x1c, "\x00\x00\x00J\x00\x01\xf6\x00"), subject, "CN=J😀"},
	{"UniversalString beyond Unicode", called(0x1c, "\x00\x11\x00\x00"), subject, "CN=#1c0400110000"},
	{"UTF8String that is none", called(0x0c, "J\xfcrgen"), subject, "CN=#0c064afc7267656e"},
	{"PrintableString beyond ASCII", called(0x13, "J\xfcrgen"), subject, "CN=#13064afc7267656e"},
	{"a BIT STRING", called(0x03, "\x00\x01"), subject, "CN=#03020001"},
	{"a type of no string", called(0x15, "video"), subject, "CN=#1505766964656f"},
	{"no characters", called(0x0c, ""), subject, "CN="},
	{"no name at all", func(p *parts) { p.subject = name() }, subject, ""},
	{"what RFC 4514 escapes", called(0x0c, ` #a,b+c"d\e<f>g;h=i `), subject, `CN=\ #a\,b\+c\"d\\e\<f\>g\;h=i\ `},
	{"a number sign in front", called(0x0c, "#1"), subject, `CN=\#1`},
	{"a NUL", called(0x0c, "bank.example\x00.evil.example"), subject, `CN=bank.example\00.evil.example`},
	{"a line break", called(0x0c, "a\r\nb"), subject, `CN=a\0D\0Ab`},
	{"a mark of the direction of writing", called(0x0c, "a\u202eb\u2028"), subject, `CN=a\E2\80\AEb\E2\80\A8`},
	{"a part with several attributes", func(p *parts) {
		p.subject = tlv(0x30, tlv(0x31, attribute("2.5.4.10", 0x0c, "Example")), tlv(0x31, attribute("2.5.4.3", 0x0c, "Ada"), attribute("2.5.4.5", 0x13, "7")))
	}, subject, "CN=Ada+serialNumber=7,O=Example"},
	{"attributes in everybody's words", func(p *parts) {
		p.subject = name(attribute("0.9.2342.19200300.100.1.25", 0x16, "example"), attribute("2.5.4.9", 0x0c, "Main St 1"), attribute("1.2.840.113549.1.9.1", 0x16, "a@b.example"))
	}, subject, "emailAddress=a@b.example,STREET=Main St 1,DC=example"},
	{"an attribute that nobody knows", func(p *parts) { p.subject = name(attribute("1.2.3.4", 0x0c, "x")) }, subject, "1.2.3.4=#0c0178"},
	{"an attribute with a long identifier", func(p *parts) { p.subject = name(attribute("2.25.329800735698586629", 0x0c, "x")) }, subject, "2.25.329800735698586629=#0c0178"},

	{"two common names", func(p *parts) {
		p.subject = name(attribute("2.5.4.3", 0x0c, "first"), attribute("2.5.4.3", 0x0c, "second"))
	}, common, "first"},
	{"a common name with a NUL", called(0x0c, "bank.example\x00.evil.example"), common, "bank.example\ufffd.evil.example"},
	{"a common name that is no text", called(0x0c, "\xff"), common, ""},

	{"a key of 512 bits", keyed("1.2.840.113549.1.1.1", tlv(0x05), tlv(0x30, modulus(512), modulus(17))), keyOf, "RSA_512"},
	{"a key of 2047 bits", keyed("1.2.840.113549.1.1.1", tlv(0x05), tlv(0x30, modulus(2047), modulus(17))), keyOf, "RSA_2047"},
	{"a key without parameters", keyed("1.2.840.113549.1.1.1", nil, tlv(0x30, modulus(4096), modulus(17))), keyOf, "RSA_4096"},
	{"a key that cannot be read", keyed("1.2.840.113549.1.1.1", tlv(0x05), []byte{1, 2, 3}), keyOf, "RSA"},
	{"a key of a negative number", keyed("1.2.840.113549.1.1.1", tlv(0x05), tlv(0x30, tlv(0x02, []byte{0x80, 0}), modulus(17))), keyOf, "RSA"},
	{"a key for RSASSA-PSS", keyed("1.2.840.113549.1.1.10", nil, tlv(0x30, modulus(2048), modulus(17))), keyOf, "RSA_PSS_2048"},
	{"DSA", keyed("1.2.840.10040.4.1", tlv(0x30, modulus(1024), modulus(160), modulus(1023)), modulus(1000)), keyOf, "DSA_1024"},
	{"DSA with inherited parameters", keyed("1.2.840.10040.4.1", nil, modulus(1000)), keyOf, "DSA"},
	{"DH", keyed("1.2.840.10046.2.1", tlv(0x30, modulus(2048), modulus(2)), modulus(1000)), keyOf, "DH_2048"},
	{"P-256", curved("1.2.840.10045.3.1.7"), keyOf, "EC_P256"},
	{"P-521", curved("1.3.132.0.35"), keyOf, "EC_P521"},
	{"secp256k1", curved("1.3.132.0.10"), keyOf, "EC_SECP256K1"},
	{"brainpoolP256r1", curved("1.3.36.3.3.2.8.1.1.7"), keyOf, "EC_BRAINPOOLP256R1"},
	{"a curve that nobody knows", curved("1.2.3.4"), keyOf, "EC_1.2.3.4"},
	{"a curve that is written out", keyed("1.2.840.10045.2.1", tlv(0x30, tlv(0x02, []byte{1})), []byte{4, 1, 2}), keyOf, "EC_EXPLICIT"},
	{"no curve", keyed("1.2.840.10045.2.1", nil, []byte{4, 1, 2}), keyOf, "EC_UNKNOWN"},
	{"Ed25519", keyed("1.3.101.112", nil, make([]byte, 32)), keyOf, "ED25519"},
	{"Ed448", keyed("1.3.101.113", nil, make([]byte, 57)), keyOf, "ED448"},
	{"X25519", keyed("1.3.101.110", nil, make([]byte, 32)), keyOf, "X25519"},
	{"ML-DSA", keyed("2.16.840.1.101.3.4.3.18", nil, make([]byte, 1952)), keyOf, "ML_DSA_65"},
	{"a key of an algorithm that nobody knows", keyed("1.2.3.4.5", nil, []byte{1}), keyOf, "1.2.3.4.5"},

	{"SHA-256 with RSA", func(*parts) {}, signature, "SHA256-RSA"},
	{"MD5 with RSA", signed("1.2.840.113549.1.1.4", tlv(0x05)), signature, "MD5-RSA"},
	{"MD2 with RSA", signed("1.2.840.113549.1.1.2", tlv(0x05)), signature, "MD2-RSA"},
	{"SHA-1 with RSA, in OIW's words", signed("1.3.14.3.2.29", nil), signature, "SHA1-RSA"},
	{"ECDSA with SHA-384", signed("1.2.840.10045.4.3.3", nil), signature, "ECDSA-SHA384"},
	{"RSASSA-PSS with SHA-512", signed("1.2.840.113549.1.1.10", tlv(0x30, tlv(0xa0, tlv(0x30, oid("2.16.840.1.101.3.4.2.3"))))), signature, "SHA512-RSAPSS"},
	{"RSASSA-PSS as it is without a word", signed("1.2.840.113549.1.1.10", tlv(0x30)), signature, "SHA1-RSAPSS"},
	{"RSASSA-PSS with a hash that nobody knows", signed("1.2.840.113549.1.1.10", tlv(0x30, tlv(0xa0, tlv(0x30, oid("1.2.3.4"))))), signature, "1.2.840.113549.1.1.10"},
	{"a signature of an algorithm that nobody knows", signed("1.2.3.4.5", nil), signature, "1.2.3.4.5"},
	{"an algorithm beside the signature that is not the one inside", func(p *parts) { p.algorithm = tlv(0x30, oid("1.2.840.113549.1.1.5"), tlv(0x05)) }, signature, "SHA1-RSA"},

	{"names of every kind", named(tlv(0x82, []byte("*.Example")), tlv(0x81, []byte("a@b.example")), tlv(0x86, []byte("spiffe://x/y")), tlv(0x87, []byte{10, 0, 0, 1}), tlv(0x87, make([]byte, 16)), tlv(0x88, []byte{0x2a, 3})), names,
		`{"dnsNames":["*.Example"],"emailAddresses":["a@b.example"],"ipAddresses":["10.0.0.1","::"],"uris":["spiffe://x/y"]}`},
	{"a name with a NUL", named(tlv(0x82, []byte("bank.example\x00.evil.example"))), names, `{"dnsNames":["bank.example�.evil.example"]}`},
	{"a name that is no UTF-8", named(tlv(0x82, []byte("a\xff\xfeb"))), names, `{"dnsNames":["a��b"]}`},
	{"a name without a character", named(tlv(0x82), tlv(0x82, []byte("b"))), names, `{"dnsNames":["b"]}`},
	{"an address of five bytes", named(tlv(0x87, make([]byte, 5)), tlv(0x82, []byte("b"))), names, `{"dnsNames":["b"]}`},
	{"an IPv4 address that is written as IPv6", named(tlv(0x87, []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1})), names, `{"ipAddresses":["::ffff:10.0.0.1"]}`},
	{"names that are cut off", extended(extension("2.5.29.17", []byte{0x30, 0x07, 0x82, 0x01, 'a', 0x82, 0x09, 'b'})), names, `{}`},
	{"names that stand there twice", extended(extension("2.5.29.17", tlv(0x30, tlv(0x82, []byte("a")))), extension("2.5.29.17", tlv(0x30, tlv(0x82, []byte("b"))))), names, `{}`},
	{"names in version 1", func(p *parts) { named(tlv(0x82, []byte("a")))(p); p.version = nil }, names, `{"dnsNames":["a"]}`},

	{"key identifiers", extended(extension("2.5.29.14", tlv(0x04, []byte{1, 0xab})), extension("2.5.29.35", tlv(0x30, tlv(0x80, []byte{2, 0xcd})))), keyIDs, "01ab 02cd"},
	{"an authority by its name", extended(extension("2.5.29.35", tlv(0x30, tlv(0x82, []byte{1})))), keyIDs, " "},
	{"key identifiers that are malformed", extended(extension("2.5.29.14", []byte{1, 2}), extension("2.5.29.35", []byte{0x30})), keyIDs, " "},

	{"an authority", extended(tlv(0x30, oid("2.5.29.19"), tlv(0x01, []byte{0xff}), tlv(0x04, tlv(0x30, tlv(0x01, []byte{0xff}), tlv(0x02, []byte{3}))))), flags, "true false"},
	{"no authority, in so many words", extended(extension("2.5.29.19", tlv(0x30, tlv(0x01, []byte{0})))), flags, "false false"},
	{"an authority's constraints that are malformed", extended(extension("2.5.29.19", tlv(0x30, tlv(0x01, []byte{0xff}), tlv(0x0c)))), flags, "false false"},
	{"an issuer that is the subject", func(p *parts) { p.issuer = p.subject }, flags, "false true"},
	{"an issuer that is the subject in another type of string", func(p *parts) {
		p.issuer, p.subject = name(attribute("2.5.4.3", 0x0c, "x")), name(attribute("2.5.4.3", 0x13, "x"))
	}, flags, "false true"},

	{"unique identifiers", func(p *parts) {
		p.key = append(p.key, append(tlv(0x81, []byte{0, 1}), tlv(0x82, []byte{0, 2})...)...)
	}, serial, "10203"},
	{"a length that is written with too many bytes", func(p *parts) { p.serial = []byte{0x02, 0x82, 0, 1, 5} }, serial, "5"},
	{"a subject whose end is marked", func(p *parts) { p.subject = open(0x30, open(0x31, attribute("2.5.4.3", 0x0c, "x"))) }, subject, "CN=x"},
}

// TestOddCertificatesAreRead reads each as it is, and finds that openssl reads its
// serial number, times and names alike.
func TestOddCertificatesAreRead(t *testing.T) {
	t.Parallel()
	var both []aCertificate
	for _, o := range odds {
		text, err := certificate.Read(with(o.change))
		if err != nil {
			t.Errorf("%s: refused: %v", o.name, err)
			continue
		}
		if got := o.field(text); got != o.want {
			t.Errorf("%s:\ngot  %s\nwant %s", o.name, got, o.want)
		}
		if one := (aCertificate{Text: text, where: o.name}); !slices.Contains(alone, o.name) {
			both = append(both, one)
		} else if p := printOne(t, one); p.subject != "" {
			t.Errorf("%s: openssl reads it, too: %v", o.name, p)
		}
	}
	compareAll(t, both)
}
