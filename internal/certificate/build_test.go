package certificate_test

import (
	"encoding/hex"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cryptobyte_asn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// parts are the parts of a certificate, each in DER, so that any of them can be odd.
// Nothing here is signed: reading looks at no signature.
type parts struct {
	version, serial, inner, issuer, notBefore, notAfter, subject, key, extensions, algorithm, signature []byte
	behind                                                                                              []byte // inside, behind the signature
}

// plain are those of a certificate in which nothing is odd.
func plain() parts {
	return parts{
		version: tlv(0xa0, tlv(0x02, []byte{2})), serial: tlv(0x02, []byte{1, 2, 3}), inner: sha256RSA, algorithm: sha256RSA,
		issuer: name(attribute("2.5.4.3", 0x0c, "Example CA")), subject: name(attribute("2.5.4.10", 0x0c, "Example"), attribute("2.5.4.3", 0x0c, "a.example")),
		notBefore: tlv(0x17, []byte("260102030405Z")), notAfter: tlv(0x17, []byte("270102030405Z")),
		key: ecKey("06082a8648ce3d030107"), signature: tlv(0x03, []byte{0, 1, 2, 3}),
	}
}

// sha256RSA is the algorithm of most signatures.
var sha256RSA = tlv(0x30, oid("1.2.840.113549.1.1.11"), tlv(0x05))

// der puts them together.
func (p parts) der() []byte {
	extensions := p.extensions
	if extensions != nil {
		extensions = tlv(0xa3, tlv(0x30, extensions))
	}
	signed := tlv(0x30, p.version, p.serial, p.inner, p.issuer, tlv(0x30, p.notBefore, p.notAfter), p.subject, p.key, extensions)
	return tlv(0x30, signed, p.algorithm, p.signature, p.behind)
}

// tlv is a value of DER.
func tlv(tag byte, content ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cryptobyte_asn1.Tag(tag), func(b *cryptobyte.Builder) {
		for _, c := range content {
			b.AddBytes(c)
		}
	})
	return b.BytesOrPanic()
}

// open is a value of BER whose end is marked.
func open(tag byte, content ...[]byte) []byte {
	b := []byte{tag, 0x80}
	for _, c := range content {
		b = append(b, c...)
	}
	return append(b, 0, 0)
}

// oid is an OBJECT IDENTIFIER.
func oid(dotted string) []byte {
	var all []uint64
	number := uint64(0)
	for _, c := range dotted + "." {
		if c == '.' {
			all, number = append(all, number), 0
			continue
		}
		number = number*10 + uint64(c-'0')
	}
	content := []byte{byte(all[0]*40 + all[1])}
	for _, n := range all[2:] {
		one := []byte{byte(n & 0x7f)}
		for n >>= 7; n > 0; n >>= 7 {
			one = append([]byte{byte(n&0x7f | 0x80)}, one...)
		}
		content = append(content, one...)
	}
	return tlv(0x06, content)
}

// attribute is one of a name; the tag tells its type of string.
func attribute(id string, tag byte, value string) []byte {
	return tlv(0x30, oid(id), tlv(tag, []byte(value)))
}

// name is a name of attributes, each in a part of its own.
func name(attributes ...[]byte) []byte {
	var all []byte
	for _, a := range attributes {
		all = append(all, tlv(0x31, a)...)
	}
	return tlv(0x30, all)
}

// ecKey is a key on the curve that the parameters, in hex, name.
func ecKey(parameters string) []byte {
	raw, err := hex.DecodeString(parameters)
	if err != nil {
		panic(err)
	}
	return key("1.2.840.10045.2.1", raw, []byte{4, 1, 2})
}

// key is a key of an algorithm.
func key(id string, parameters, bits []byte) []byte {
	return tlv(0x30, tlv(0x30, oid(id), parameters), tlv(0x03, append([]byte{0}, bits...)))
}

// modulus is an INTEGER of that many bits.
func modulus(bits int) []byte {
	b := make([]byte, (bits+7)/8)
	b[0] = 1 << ((bits - 1) % 8)
	if b[0] >= 0x80 {
		b = append([]byte{0}, b...)
	}
	return tlv(0x02, b)
}

// extension is one of a certificate.
func extension(id string, value []byte) []byte {
	return tlv(0x30, oid(id), tlv(0x04, value))
}

// with is a plain certificate that is odd in one way.
func with(change func(*parts)) []byte {
	p := plain()
	change(&p)
	return p.der()
}

func TestThePlainOneIsPlain(t *testing.T) {
	t.Parallel()
	if said := openssl(t, plain().der(), "x509", "-inform", "DER", "-noout", "-serial"); said != "serial=010203\n" {
		t.Errorf("openssl prints %q of the certificate that all others are made of", said)
	}
}
