package certificate_test

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"gatehouse/internal/certificate"
)

func collect(file []byte) []certificate.Item {
	return slices.Collect(certificate.Scan(bytes.NewReader(file)))
}

// armoured is something in PEM.
func armoured(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

// numbered is a plain certificate with that serial number.
func numbered(n byte) []byte { return with(serials(n)) }

// message is a SignedData without a signer, its parts put together by so.
func message(so func(byte, ...[]byte) []byte, parts ...[]byte) []byte {
	all := append([][]byte{tlv(0x02, []byte{1}), tlv(0x31), so(0x30, oid("1.2.840.113549.1.7.1"))}, parts...)
	return so(0x30, oid("1.2.840.113549.1.7.2"), so(0xa0, so(0x30, append(all, tlv(0x31))...)))
}

// seen writes items down: "1@line 3" for a certificate with that serial number,
// "!line 3: why" for what is none.
func seen(items []certificate.Item) string {
	var all []string
	for n, item := range items {
		if item.Position != n {
			all = append(all, fmt.Sprintf("position %d", item.Position))
		}
		if item.Err != nil {
			all = append(all, fmt.Sprintf("!%s: %v", item.Where(), item.Err))
			continue
		}
		text, err := certificate.Read(item.DER)
		if err != nil {
			all = append(all, fmt.Sprintf("?%s: %v", item.Where(), err))
			continue
		}
		all = append(all, text.Serial+"@"+item.Where())
	}
	return strings.Join(all, "\n")
}

// TestFilesOfCertificates reads files as they are in the wild.
func TestFilesOfCertificates(t *testing.T) {
	t.Parallel()
	one, two, three := numbered(1), numbered(2), numbered(3)
	pem1, pem2 := armoured("CERTIFICATE", one), armoured("CERTIFICATE", two)
	base := base64.StdEncoding.EncodeToString
	both := append(slices.Clone(one), two...)
	list := tlv(0x30, tlv(0x30, tlv(0x02, []byte{1}), sha256RSA, name(), tlv(0x17, []byte("260102030405Z"))), sha256RSA, tlv(0x03, []byte{0}))
	large := make([]byte, certificate.MaxSize)
	const (
		cut     = "this is cut off: its -----END CERTIFICATE----- is missing; copy it whole"
		private = "this is a private key, which does not belong here: leave it out, and replace it if others could read this file"
		tooMuch = "this has more than 65536 bytes; a certificate of up to as many is read"
		nothing = "there is no certificate in it: neither PEM, which begins with -----BEGIN CERTIFICATE----- and is sent as it is, nor DER or PKCS#7, as they are or in base64"
	)
	for _, f := range []struct {
		name, file string
		want       []string
	}{
		{"an empty file", "", []string{"!line 1: there is nothing in it"}},
		{"a byte order mark alone", "\ufeff", []string{"!line 1: there is nothing in it"}},
		{"a text", "hello\n", []string{"!line 1: " + nothing}},
		{"a text that begins as DER does", "0123456789", []string{"!line 1: " + nothing}},
		{"a program", "\x7fELF\x02\x01\x01\x00\x00", []string{"!line 1: " + nothing}},
		{"a certificate in a program", "\x7fELF\x02\x00" + pem1 + "\x00", []string{"1@line 1"}},
		{"text in UTF-16", "\xff\xfe-\x00-\x00", []string{"!line 1: this is text in UTF-16; save it in UTF-8"}},

		{"PEM", pem1, []string{"1@line 1"}},
		{"PEM of Windows", strings.ReplaceAll(pem1+pem2, "\n", "\r\n"), []string{"1@line 1", "2@line 7"}},
		{"PEM behind a byte order mark", "\ufeff" + pem1, []string{"1@line 1"}},
		{"PEM without a line break at its end", strings.TrimSpace(pem1), []string{"1@line 1"}},
		{"PEM in one line", strings.ReplaceAll(pem1, "\n", " "), []string{"1@line 1"}},
		{"PEM without line breaks", strings.ReplaceAll(pem1+pem2, "\n", ""), []string{"1@line 1", "2@line 1"}},
		{"PEM with blanks", "  " + strings.ReplaceAll(pem1, "\n", " \n\n\t "), []string{"1@line 1"}},
		{"PEM between text", "Bag Attributes\n    friendlyName: x -- y\nsubject=CN = x\n" + pem1 + "\n# the other --\n" + pem2 + "-----\n", []string{"1@line 4", "2@line 12"}},
		{"PEM with lines in front of its content", strings.Replace(pem1, "\n", "\nX-Note: a: b\nX-More: c\n\n", 1), []string{"1@line 1"}},
		{"names of before", armoured("X509 CERTIFICATE", one) + armoured("TRUSTED CERTIFICATE", append(slices.Clone(two), tlv(0x30, tlv(0x30, oid("1.3.6.1.5.5.7.3.1")))...)), []string{"1@line 1", "2@line 7"}},
		{"one in PEM that is none", armoured("CERTIFICATE", tlv(0x30)) + pem1, []string{"?line 1: this is no X.509 certificate: at byte 2, what is signed is missing", "1@line 4"}},
		{"two in one block", armoured("CERTIFICATE", both) + pem1, []string{"?line 1: this is no X.509 certificate: at byte 174, 174 more bytes stand behind its end", "1@line 11"}},
		{"blocks of other things", armoured("RSA PRIVATE KEY", one) + armoured("CERTIFICATE REQUEST", one) + armoured("X509 CRL", one) + armoured("PGP MESSAGE", one) + pem1, []string{
			"!line 1: " + private,
			"!line 7: this is a certificate request, which asks for a certificate and is none; send the certificate that came of it",
			"!line 13: this is a list of revoked certificates, which holds none; leave it out",
			`!line 19: this is a block of PEM labelled "PGP MESSAGE", which holds no certificate; leave it out`,
			"1@line 25",
		}},
		{"a private key that says it is a certificate", armoured("CERTIFICATE", tlv(0x30, tlv(0x02, []byte{1}), tlv(0x04, []byte{7}))), []string{"!line 1: " + private}},
		{"broken base64", strings.Replace(pem1, "MI", "M?", 1) + pem2, []string{`!line 1: its base64 is broken: there is "?" in line 2; copy it anew`, "2@line 7"}},
		{"base64 of the alphabet of links", strings.Replace(pem1, "MI", "M-", 1) + pem2, []string{`!line 1: its base64 is broken: there is "-" in line 2; copy it anew`, "2@line 7"}},
		{"base64 that lacks a digit", strings.Replace(pem1, "MI", "M", 1) + pem2, []string{"!line 1: its base64 is cut off or damaged: it does not come out even; copy it anew", "2@line 7"}},
		{"a block without its end", pem1[:100] + "\n" + pem2, []string{"!line 1: " + cut, "2@line 4"}},
		{"a block without its end, at the end", pem1 + pem2[:100], []string{"1@line 1", "!line 7: " + cut}},
		{"a block without its beginning", pem1[100:] + pem2, []string{`!line 4: a block of PEM, "CERTIFICATE", ends here that has no beginning`, "2@line 5"}},
		{"a block whose first line is cut off", "-----BEGIN CERTIFI\n" + pem2, []string{"!line 1: this begins as a block of PEM does, and its first line is not whole", "2@line 2"}},
		{"a block whose last line is cut off", strings.TrimSuffix(pem1, "---\n"), []string{"!line 1: this is cut off: its -----END CERTIFICATE----- is not whole; copy it whole"}},
		{"a block that ends as another", strings.Replace(pem1, "END CERTIFICATE", "END X509 CRL", 1) + pem2, []string{`!line 1: this begins as "CERTIFICATE" and ends as "X509 CRL"`, "2@line 7"}},
		{"an empty block", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n" + pem2, []string{"!line 1: there is nothing between its first and its last line", "2@line 3"}},
		{"a block that is too large", armoured("CERTIFICATE", append(large, 0)) + pem2, []string{"!line 1: " + tooMuch, "2@line 1369"}},

		{"DER", string(one), []string{"1@byte 0"}},
		{"DER, one after the other", string(both), []string{"1@byte 0", "2@byte 174"}},
		{"DER with padding", string(one) + "\x00\x00\n" + string(two) + "\r\n", []string{"1@byte 0", "2@byte 177"}},
		{"DER that is cut off", string(both[:300]), []string{"1@byte 0", "!byte 174: it is cut off at byte 300; copy it whole"}},
		{"DER with a text behind it", string(one) + "hello", []string{"1@byte 0", "!byte 174: neither a certificate nor PKCS#7 begins here, so that what follows cannot be found"}},
		{"DER with a header that is none", string(one) + "\x30\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", []string{"1@byte 0", "!byte 174: no value of DER begins at byte 174"}},
		{"DER that is too large", string(tlv(0x30, large)) + string(two), []string{"!byte 0: " + tooMuch, "2@byte 65541"}},
		{"BER without a length", string(open(0x30, one[3:])) + string(two), []string{"1@byte 0", "2@byte 175"}},
		{"BER without a length that is too large", string(open(0x30, tlv(0x04, large), tlv(0x04, large), tlv(0x04, []byte{1}))) + string(two), []string{"!byte 0: " + tooMuch, "2@byte 131089"}},
		{"BER too deep in itself", strings.Repeat("\x30\x80", 40), []string{"!byte 0: at byte 34, values without a length stand in each other more than 16 deep"}},

		{"PKCS#7", string(message(tlv, tlv(0xa0, one, two))), []string{"1@byte 45", "2@byte 219"}},
		{"PKCS#7 of Windows", string(message(open, open(0xa0, one, two))) + string(three), []string{"1@byte 39", "2@byte 213", "3@byte 397"}},
		{"PKCS#7 in PEM", "x\n" + armoured("PKCS7", message(tlv, tlv(0xa0, one, two))) + pem1, []string{"1@line 2", "2@line 2", "1@line 13"}},
		{"PKCS#7 in other words", armoured("CMS", message(open, tlv(0xa0, one))) + armoured("PKCS #7 SIGNED DATA", message(tlv, open(0xa0, two))), []string{"1@line 1", "2@line 8"}},
		{"PKCS#7 that says it is a certificate", armoured("CERTIFICATE", message(tlv, tlv(0xa0, one, two))), []string{"1@line 1", "2@line 1"}},
		{"PKCS#7 that is a certificate", armoured("PKCS7", one), []string{"1@line 1"}},
		{"PKCS#7 between certificates", string(one) + string(message(tlv, tlv(0xa0, two))) + string(three), []string{"1@byte 0", "2@byte 215", "3@byte 391"}},
		{"PKCS#7 with other things", string(message(tlv, tlv(0xa0, tlv(0xa1, one), two), tlv(0xa1, list))), []string{
			"!byte 45: this is an attribute certificate, which says what somebody may do, and is for no key", "2@byte 222", "!byte 398: this is a list of revoked certificates, which holds none; leave it out",
		}},
		{"PKCS#7 with something large", string(message(tlv, tlv(0xa0, tlv(0x30, large), two))), []string{"!byte 49: " + tooMuch, "2@byte 65590"}},
		{"PKCS#7 of a large content", string(tlv(0x30, oid("1.2.840.113549.1.7.2"), tlv(0xa0, tlv(0x30, tlv(0x02, []byte{1}), tlv(0x31), open(0x30, oid("1.2.840.113549.1.7.1"), open(0xa0, open(0x24, tlv(0x04, large), tlv(0x04, large)))), tlv(0xa0, one))))), []string{"1@byte 131139"}},
		{"PKCS#7 without a certificate", string(message(tlv)) + string(one), []string{"!byte 0: this is PKCS#7 without a certificate", "1@byte 37"}},
		{"PKCS#7 that is cut off", string(message(tlv, tlv(0xa0, one, two))[:300]), []string{"1@byte 45", "!byte 300: this PKCS#7 cannot be read on: it is cut off at byte 300; copy it whole"}},
		{"PKCS#7 with a certificate that is longer than what it stands in", string(message(tlv, tlv(0xa0, one, two[:100]))), []string{"1@byte 45", "!byte 219: this PKCS#7 cannot be read on: the value at byte 219 is longer than what it stands in"}},
		{"PKCS#7 with something else where its content should be", string(tlv(0x30, oid("1.2.840.113549.1.7.2"), tlv(0x04, one))), []string{"!byte 14: this PKCS#7 cannot be read on: at byte 14, there should be its content, which is a [0], and there is an OCTET STRING"}},
		{"PKCS#7 in PEM that is cut off", armoured("PKCS7", message(tlv, tlv(0xa0, one, two)))[:400] + "\n" + pem1, []string{"1@line 1", "!line 1: this PKCS#7 cannot be read on: its base64 is cut off or damaged: it does not come out even; copy it anew", "1@line 8"}},
		{"PKCS#7 in PEM with broken base64", armoured("PKCS7", message(tlv, tlv(0xa0, one, two)))[:400] + "!\n" + pem1, []string{"1@line 1", `!line 1: this PKCS#7 cannot be read on: its base64 is broken: there is "!" in line 7; copy it anew`, "1@line 8"}},
		{"PKCS#7 in PEM without its end", strings.TrimSuffix(armoured("PKCS7", message(tlv, tlv(0xa0, one))), "-----END PKCS7-----\n"), []string{"1@line 1", "!line 1: this is cut off: its -----END PKCS7----- is missing; copy it whole"}},

		{"base64 of DER", base(one), []string{"1@line 1"}},
		{"base64 of DER in lines", strings.Join(slices.Collect(chunks(base(one), 40)), "\r\n") + "\n", []string{"1@line 1"}},
		{"base64 of PKCS#7", base(message(tlv, tlv(0xa0, one, two))), []string{"1@line 1", "2@line 1"}},
		{"base64 that is cut off", base(one)[:100], []string{"!line 1: it is cut off at byte 75; copy it whole"}},
		{"base64 that is broken", base(one)[:100] + "!" + base(one)[100:], []string{`!line 1: its base64 is broken: there is "!" in line 1; copy it anew`}},
		{"base64 with a text behind it", base(one) + "\n# the end", []string{"1@line 1", `!line 1: its base64 is broken: there is "#" in line 2; copy it anew`}},
		{"base64, and PEM behind it", base(one) + "\n" + pem2, []string{"1@line 1", "2@line 2"}},
		{"base64 of something else", base([]byte("hello, world")), []string{"!line 1: " + nothing}},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			want := strings.Join(f.want, "\n")
			if got := seen(collect([]byte(f.file))); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if got := seen(slices.Collect(certificate.Scan(iotest.OneByteReader(strings.NewReader(f.file))))); got != want {
				t.Errorf("read byte by byte, got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// chunks are the pieces of a text.
func chunks(s string, size int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for len(s) > size {
			if !yield(s[:size]) {
				return
			}
			s = s[size:]
		}
		yield(s)
	}
}

// TestScanReadsAhead by a buffer and no further, whatever the size of the file, and
// stops when its caller has seen enough.
func TestScanReadsAhead(t *testing.T) {
	t.Parallel()
	one := numbered(1)
	const many = 20_000
	for _, f := range []struct{ name, file string }{
		{"PEM", strings.Repeat(armoured("CERTIFICATE", one), many)},
		{"DER", strings.Repeat(string(one), many)},
		{"PKCS#7", string(message(tlv, tlv(0xa0, bytes.Repeat(one, many))))},
		{"PKCS#7 in PEM", armoured("PKCS7", message(tlv, tlv(0xa0, bytes.Repeat(one, many))))},
		{"base64", base64.StdEncoding.EncodeToString(bytes.Repeat(one, many))},
	} {
		left := strings.NewReader(f.file)
		count := 0
		for item := range certificate.Scan(left) {
			if item.Err != nil {
				t.Errorf("%s: %s: %v", f.name, item.Where(), item.Err)
			}
			if count++; count == many/2 {
				break
			}
		}
		if part := left.Len() * 100 / len(f.file); count != many/2 || part < 48 || part > 50 {
			t.Errorf("%s: after %d of %d certificates, %d %% of the file are unread; want a bit below half", f.name, count, many, part)
		}
		if all := len(collect([]byte(f.file))); all != many {
			t.Errorf("%s: there are %d, want %d", f.name, all, many)
		}
	}
}

// TestAFileThatCannotBeRead to its end says so, and why.
func TestAFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk has a hole")
	one := numbered(1)
	for _, f := range []struct {
		name, file string
		want       []string
	}{
		{"at once", "", []string{"!byte 0: reading stopped here: the disk has a hole"}},
		{"in DER", string(one) + string(one[:50]), []string{"1@byte 0", "!byte 224: reading stopped here: the disk has a hole"}},
		{"in PKCS#7", string(message(tlv, tlv(0xa0, one, one))[:230]), []string{"1@byte 45", "!byte 230: reading stopped here: the disk has a hole"}},
		{"in text", armoured("CERTIFICATE", one) + "and", []string{"1@line 1", "!byte 293: reading stopped here: the disk has a hole"}},
		{"in a block", armoured("CERTIFICATE", one)[:90], []string{"!line 1: this is cut off: its -----END CERTIFICATE----- is missing; copy it whole", "!byte 90: reading stopped here: the disk has a hole"}},
	} {
		items := slices.Collect(certificate.Scan(io.MultiReader(strings.NewReader(f.file), iotest.ErrReader(broken))))
		if got, want := seen(items), strings.Join(f.want, "\n"); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", f.name, got, want)
		}
		if last := items[len(items)-1]; !errors.Is(last.Err, broken) {
			t.Errorf("%s: the last error is %v, which does not wrap the reader's", f.name, last.Err)
		}
	}
}

func TestFromContent(t *testing.T) {
	t.Parallel()
	one := numbered(1)
	for _, content := range []string{armoured("CERTIFICATE", one), base64.StdEncoding.EncodeToString(one)} {
		if got := seen(slices.Collect(certificate.FromContent(content))); got != "1@line 1" {
			t.Errorf("%q reads as %s", content, got)
		}
	}
}
