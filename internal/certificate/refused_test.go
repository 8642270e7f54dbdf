package certificate_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"strings"
	"testing"

	"gatehouse/internal/certificate"
)

// TestWhatIsNoCertificateIsRefused shows each reason once.
func TestWhatIsNoCertificateIsRefused(t *testing.T) {
	t.Parallel()
	at := func(tag byte, s string) func(*parts) {
		return func(p *parts) { p.notAfter = tlv(tag, []byte(s)) }
	}
	for _, one := range []struct {
		name string
		der  []byte
		want string
	}{
		{"nothing", nil, "there is nothing where a certificate should be"},
		{"too much", make([]byte, certificate.MaxSize+1), "this has 65537 bytes; a certificate of up to 65536 is read"},
		{"a text", []byte("hello"), "this is no X.509 certificate: at byte 0, there should be a certificate, which is a SEQUENCE, and there is a value of type 0x68"},
		{"PEM", []byte("-----BEGIN CERTIFICATE-----\n"), "this is PEM where DER should be"},
		{"its first half", plain().der()[:100], "this is no X.509 certificate: at byte 0, a certificate says that it has 173 bytes, and there are 97"},
		{"two", append(plain().der(), plain().der()...), "this is no X.509 certificate: at byte 176, 176 more bytes stand behind its end"},
		{"an empty SEQUENCE", tlv(0x30), "this is no X.509 certificate: at byte 2, what is signed is missing"},
		{"no serial number", with(func(p *parts) { p.serial = nil }), "this is no X.509 certificate: at byte 11, there should be the serial number, which is an INTEGER, and there is a SEQUENCE"},
		{"a serial number without a byte", with(serials()), "this is no X.509 certificate: at byte 13, an INTEGER is empty"},
		{"a serial number that is filled up", with(serials(0, 1)), "this is no X.509 certificate: at byte 13, an INTEGER is filled up in front"},
		{"a negative serial number that is filled up", with(serials(0xff, 0xff)), "this is no X.509 certificate: at byte 13, an INTEGER is filled up in front"},
		{"a serial number of 513 bytes", with(serials(bytes.Repeat([]byte{1}, 513)...)), "this is no X.509 certificate: at byte 17, the serial number has 513 bytes; up to 512 are read"},
		{"no validity", with(func(p *parts) { p.notBefore, p.notAfter = nil, nil }), "this is no X.509 certificate: at byte 55, notBefore is missing"},
		{"a time in words", with(func(p *parts) { p.notBefore = tlv(0x0c, []byte("today")) }), "this is no X.509 certificate: at byte 56, there should be notBefore, which is a UTCTime or a GeneralizedTime, and there is a UTF8String"},
		{"a month that there is not", with(at(0x17, "271302030405Z")), `this is no X.509 certificate: at byte 73, the notAfter is "271302030405Z", which is no time`},
		{"February 29 of no leap year", with(at(0x17, "270229030405Z")), `this is no X.509 certificate: at byte 73, the notAfter is "270229030405Z", which is no time`},
		{"a leap second", with(at(0x17, "161231235960Z")), `this is no X.509 certificate: at byte 73, the notAfter is "161231235960Z", which is no time`},
		{"a local time", with(at(0x17, "270102030405")), `this is no X.509 certificate: at byte 73, the notAfter is "270102030405", which is no time`},
		{"a time with more behind it", with(at(0x17, "270102030405Z0")), `this is no X.509 certificate: at byte 73, the notAfter is "270102030405Z0", which is no time`},
		{"half an offset", with(at(0x17, "270102030405+01")), `this is no X.509 certificate: at byte 73, the notAfter is "270102030405+01", which is no time`},
		{"a fraction of nothing", with(at(0x18, "20270102030405.Z")), `this is no X.509 certificate: at byte 73, the notAfter is "20270102030405.Z", which is no time`},
		{"a fraction in UTCTime", with(at(0x17, "270102030405.5Z")), `this is no X.509 certificate: at byte 73, the notAfter is "270102030405.5Z", which is no time`},
		{"the year 10000", with(at(0x18, "99991231235959-0100")), `this is no X.509 certificate: at byte 73, the notAfter is "99991231235959-0100", which is no time`},
		{"no key", with(func(p *parts) { p.key = nil }), "this is no X.509 certificate: at byte 125, the public key is missing"},
		{"a key of no bits", with(func(p *parts) { p.key = tlv(0x30, sha256RSA, tlv(0x03)) }), "this is no X.509 certificate: at byte 145, a BIT STRING does not say how many bits of its last byte count"},
		{"an identifier that is cut off", with(func(p *parts) { p.subject = tlv(0x30, tlv(0x31, tlv(0x30, tlv(0x06, []byte{0x55, 0x84}), tlv(0x0c)))) }), "this is no X.509 certificate: at byte 93, an OBJECT IDENTIFIER is malformed, or has more than 128 bytes"},
		{"an identifier that is filled up", with(func(p *parts) {
			p.subject = tlv(0x30, tlv(0x31, tlv(0x30, tlv(0x06, []byte{0x55, 0x80, 4}), tlv(0x0c))))
		}), "this is no X.509 certificate: at byte 93, an OBJECT IDENTIFIER is malformed, or has more than 128 bytes"},
		{"no signature", with(func(p *parts) { p.signature = nil }), "this is no X.509 certificate: at byte 170, the signature is missing"},
		{"something behind the signature", with(func(p *parts) { p.behind = tlv(0x05) }), "this is no X.509 certificate: at byte 176, 2 bytes too many stand in the certificate"},
		{"extensions that are no list", with(func(p *parts) { p.extensions = tlv(0x05) }), "this is no X.509 certificate: at byte 159, there should be an extension, which is a SEQUENCE, and there is a NULL"},
		{"an end that is marked nowhere", bytes.TrimRight(open(0x30, plain().der()), "\x00"), "this is no X.509 certificate: at byte 178, the end of a certificate is missing"},
		{"values without a length, deep in each other", bytes.Repeat([]byte{0x30, 0x80}, 40), "this is no X.509 certificate: at byte 34, values without a length stand in each other more than 16 deep"},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			if _, err := certificate.Read(one.der); err == nil || err.Error() != one.want {
				t.Errorf("got  %v\nwant %s", err, one.want)
			}
		})
	}
}

// TestWhatItIsInsteadIsSaid gives what people take for certificates.
func TestWhatItIsInsteadIsSaid(t *testing.T) {
	t.Parallel()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	must := func(der []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	for _, one := range []struct {
		name string
		der  []byte
		want string
	}{
		{"PKCS#8", must(x509.MarshalPKCS8PrivateKey(ec)), "this is a private key,"},
		{"SEC 1", must(x509.MarshalECPrivateKey(ec)), "this is a private key,"},
		{"PKCS#1", x509.MarshalPKCS1PrivateKey(long), "this is a private key,"},
		{"PKCS#8 under a password", tlv(0x30, tlv(0x30, oid("1.2.840.113549.1.5.13"), tlv(0x30)), tlv(0x04, []byte{1})), "this is a private key,"},
		{"a public key", must(x509.MarshalPKIXPublicKey(&ec.PublicKey)), "this is a public key"},
		{"a public key of RSA", x509.MarshalPKCS1PublicKey(&long.PublicKey), "this is a public key"},
		{"a request", must(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{"a.example"}}, ec)), "this is a certificate request,"},
		{"a list of revoked certificates", tlv(0x30, tlv(0x30, tlv(0x02, []byte{1}), sha256RSA, name(), tlv(0x17, []byte("260102030405Z"))), sha256RSA, tlv(0x03, []byte{0})), "this is a list of revoked certificates,"},
		{"an old list of revoked certificates", tlv(0x30, tlv(0x30, sha256RSA, name(), tlv(0x17, []byte("260102030405Z"))), sha256RSA, tlv(0x03, []byte{0})), "this is a list of revoked certificates,"},
		{"an OCSP response", tlv(0x30, tlv(0x0a, []byte{0})), "this is an OCSP response,"},
		{"PKCS#12", tlv(0x30, tlv(0x02, []byte{3}), tlv(0x30, oid("1.2.840.113549.1.7.1"))), "this is PKCS#12;"},
		{"a Java key store", []byte("\xfe\xed\xfe\xed\x00\x00\x00\x02"), "this is a Java key store;"},
		{"an enveloped message", tlv(0x30, oid("1.2.840.113549.1.7.3"), tlv(0xa0)), "this is PKCS#7, or CMS, without certificates"},
	} {
		if _, err := certificate.Read(one.der); err == nil || !strings.HasPrefix(err.Error(), one.want) {
			t.Errorf("%s:\ngot  %v\nwant %s…", one.name, err, one.want)
		}
		items := collect(one.der)
		if len(items) != 1 || items[0].DER != nil || items[0].Err == nil || !strings.HasPrefix(items[0].Err.Error(), one.want) {
			t.Errorf("%s: a file of it has %v, want one item: %s…", one.name, items, one.want)
		}
	}
}
