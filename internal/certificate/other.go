package certificate

import (
	"bytes"
	"fmt"
	"strings"
)

// secret is what is said about a private key, in whatever form.
const secret = "a private key, which does not belong here: leave it out, and replace it if others could read this file"

// bareKey is what is said about a public key, in whatever form.
const bareKey = "a public key alone; send the certificate that has it"

const keyStore = "a Java key store; keytool -exportcert writes its certificates, and whatever private key is in it does not belong here"

// isKeyStore knows how both formats of Java begin.
func isKeyStore(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\xfe\xed\xfe\xed")) || bytes.HasPrefix(b, []byte("\xce\xce\xce\xce"))
}

// labelled says what a block of PEM of that label is.
func labelled(label string) string {
	switch {
	case strings.HasSuffix(label, "PRIVATE KEY"):
		return secret
	case strings.HasSuffix(label, "CERTIFICATE REQUEST"):
		return "a certificate request, which asks for a certificate and is none; send the certificate that came of it"
	case strings.HasSuffix(label, "CRL"):
		return "a list of revoked certificates, which holds none; leave it out"
	case strings.HasSuffix(label, "PUBLIC KEY"):
		return bareKey
	case label == "ATTRIBUTE CERTIFICATE":
		return "an attribute certificate, which says what somebody may do, and is for no key"
	}
	return fmt.Sprintf("a block of PEM labelled %.64q, which holds no certificate; leave it out", label)
}

// otherThing says what bytes are that are no certificate, by how they begin, and
// what to do instead; empty when they are nothing that is known here. They may be
// cut off.
func otherThing(b []byte) string {
	switch {
	case isKeyStore(b):
		return keyStore
	case bytes.HasPrefix(b, []byte(markEnd)):
		return "PEM where DER should be"
	}
	tag, whole, _ := head(b)
	if tag != tagSequence {
		return ""
	}
	first, content, next := head(whole)
	second, _, rest := head(next)
	switch first {
	case tagInteger:
		return numbered(content, second, next, rest)
	case tagObjectID:
		if second == 0xa0 {
			return "PKCS#7, or CMS, without certificates"
		}
	case 0x0a:
		return "an OCSP response, which tells of a certificate and is none"
	case tagSequence:
		return twofold(content, second)
	}
	return ""
}

// head takes the first value apart, as far as it is there.
func head(b []byte) (tag byte, content, rest []byte) {
	h, _, ok := readHeader(b)
	if !ok {
		return tagNone, nil, nil
	}
	content = b[h.size:]
	if h.length >= 0 && h.length <= len(content) {
		return h.tag, content[:h.length], content[h.length:]
	}
	return h.tag, content, nil
}

// numbered knows what begins with a version number.
func numbered(version []byte, second byte, next, rest []byte) string {
	third, _, _ := head(rest)
	_, inside, _ := head(next)
	oid, _, _ := head(inside)
	switch {
	case bytes.Equal(version, []byte{3}) && second == tagSequence && oid == tagObjectID:
		return "PKCS#12; openssl pkcs12 -nokeys writes its certificates, and whatever private key is in it does not belong here"
	case len(version) == 1 && version[0] <= 1 && (second == tagSequence && third == tagOctetString || second == tagOctetString || second == tagInteger && third == tagInteger):
		return secret
	case second == tagInteger:
		return bareKey
	}
	return ""
}

// twofold knows what begins with a SEQUENCE as a certificate does.
func twofold(inside []byte, second byte) string {
	one, number, rest := head(inside)
	if one == tagObjectID {
		switch second {
		case tagOctetString:
			return secret
		case tagBitString:
			return bareKey
		}
		return ""
	}
	var tags [4]byte
	left := inside
	for n := range tags {
		tags[n], _, left = head(left)
	}
	isTime := func(tag byte) bool { return tag == tagUTCTime || tag == tagGeneralTime }
	_, _, afterName := head(rest)
	_, key, _ := head(afterName)
	_, _, bitString := head(key)
	is, _, _ := head(bitString)
	switch {
	case one == tagInteger && isTime(tags[3]), one == tagSequence && isTime(tags[2]):
		return labelled("X509 CRL")
	case one == tagInteger && bytes.Equal(number, []byte{0}) && is == tagBitString:
		return labelled("CERTIFICATE REQUEST")
	}
	return ""
}
