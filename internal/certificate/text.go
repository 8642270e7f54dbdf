// Package certificate reads X.509 certificates as they are in the wild: what one
// says, and which ones a file holds. It judges nothing and knows nothing of seats.
//
// It reads more than crypto/x509 does, which refuses what it could not verify: old
// versions, negative serial numbers, times without seconds, unknown algorithms,
// weak keys and malformed extensions are shown as they are. What openssl x509 can
// print is read; where a value could be understood in two ways it is written in hex
// or left empty, and never guessed.
package certificate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"gatehouse/internal/lifecycle"
)

// MaxSize bounds a certificate, in bytes: what chains carry is below 8 KiB, and one
// with some hundred names below 64.
const MaxSize = 64 << 10

// ReadAs is the version of what Read fills in. Rows that were read by an older one
// are read again, by the server itself (inventory.RereadCertificates): whoever raises
// it writes a migration that makes the index certificates_unread anew for it, too.
const ReadAs = 1

// Text is what a certificate says, as it is kept beside its bytes. Every string is
// valid UTF-8 without a NUL, as PostgreSQL wants it.
type Text struct {
	DER []byte
	// SHA256 is the hex thumbprint of the DER.
	SHA256 string
	// Serial is hex without leading zeros, with a minus sign where it is negative.
	Serial string
	// Subject and Issuer are written by RFC 4514; empty for a name without parts.
	Subject, Issuer string
	// CommonName is the subject's first one, as Names are written; empty without one,
	// or where it is no text.
	CommonName string
	// Names are the subject alternative names in the certificate's order, with U+FFFD
	// for what no screen shows as it is: "bank.example\x00.evil.example" must not be
	// read as the bank's, and PostgreSQL keeps no NUL.
	Names lifecycle.CertificateNames
	// SubjectKey is what lists are ordered by; SearchText what a search looks through.
	SubjectKey, SearchText string
	NotBefore, NotAfter    time.Time
	// KeyAlgorithm is a KeyKind, or one written alike; KeySHA256 the hex SHA-256 of the
	// SubjectPublicKeyInfo.
	KeyAlgorithm, KeySHA256, SignatureAlgorithm string
	// AuthorityKeyID and SubjectKeyID are hex, or empty.
	AuthorityKeyID, SubjectKeyID string
	// IsCA is what the basic constraints say; SelfIssued, whether subject and issuer
	// are written alike.
	IsCA, SelfIssued bool
}

// Read reads one certificate in DER, or in the BER that it was signed in, and keeps
// the slice. The error is one sentence, without a capital and a full stop, that says
// why it is no certificate: what was found, and at which byte.
func Read(der []byte) (Text, error) {
	switch {
	case len(der) == 0:
		return Text{}, errors.New("there is nothing where a certificate should be")
	case len(der) > MaxSize:
		return Text{}, fmt.Errorf("this has %d bytes; a certificate of up to %d is read", len(der), MaxSize)
	}
	text, err := read(der)
	if err == nil {
		return text, nil
	}
	if other := otherThing(der); other != "" {
		return Text{}, fmt.Errorf("this is %s", other)
	}
	return Text{}, fmt.Errorf("this is no X.509 certificate: %w", err)
}

// read reads by RFC 5280 section 4.1, in the order in which it writes.
func read(der []byte) (Text, error) {
	file := reader{all: der, end: len(der)}
	whole, err := file.want(tagSequence, "a certificate")
	if err != nil {
		return Text{}, err
	}
	if more := len(der) - len(whole.whole); more > 0 {
		return Text{}, malformed(len(whole.whole), "%d more bytes stand behind its end", more)
	}
	outer := whole.inside()
	signed, err := outer.want(tagSequence, "what is signed")
	if err != nil {
		return Text{}, err
	}
	algorithm, err := outer.want(tagSequence, "the signature's algorithm")
	if err != nil {
		return Text{}, err
	}
	signature, err := outer.want(tagBitString, "the signature")
	if err == nil {
		err = outer.done("the certificate")
	}
	if err == nil {
		err = bitString(signature)
	}
	if err != nil {
		return Text{}, err
	}
	t := Text{DER: der}
	if t.SignatureAlgorithm, err = signatureAlgorithm(algorithm); err != nil {
		return Text{}, err
	}
	sum := sha256.Sum256(der)
	t.SHA256 = hex.EncodeToString(sum[:])
	words, err := t.readSigned(signed.inside())
	if err != nil {
		return Text{}, err
	}
	t.SelfIssued = t.Subject == t.Issuer
	t.SubjectKey, t.SearchText = subjectKey(t.Subject), t.searchText(words)
	return t, nil
}

// readSigned reads the TBSCertificate; words are the values of the subject.
func (t *Text) readSigned(r reader) (words []string, err error) {
	if r.next() == tagVersion {
		if err := readVersion(&r); err != nil {
			return nil, err
		}
	}
	serial, err := r.want(tagInteger, "the serial number")
	if err != nil {
		return nil, err
	}
	if t.Serial, err = serialText(serial); err != nil {
		return nil, err
	}
	algorithm, err := r.want(tagSequence, "the signature's algorithm")
	if err != nil {
		return nil, err
	}
	if _, err := signatureAlgorithm(algorithm); err != nil {
		return nil, err
	}
	issuer, err := readName(&r, "the issuer")
	if err != nil {
		return nil, err
	}
	if err := t.readValidity(&r); err != nil {
		return nil, err
	}
	subject, err := readName(&r, "the subject")
	if err != nil {
		return nil, err
	}
	t.Issuer, t.Subject, t.CommonName = issuer.text, subject.text, subject.commonName
	key, err := r.want(tagSequence, "the public key")
	if err != nil {
		return nil, err
	}
	if t.KeyAlgorithm, err = keyAlgorithm(key); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(key.whole)
	t.KeySHA256 = hex.EncodeToString(sum[:])
	return subject.values, t.readRest(&r)
}

// readRest reads what may follow the public key: unique identifiers, which nobody
// uses, and extensions.
func (t *Text) readRest(r *reader) error {
	for _, what := range []struct {
		tag  byte
		text string
	}{{tagIssuerID, "the issuer's unique identifier"}, {tagSubjectID, "the subject's unique identifier"}} {
		if r.next() == what.tag {
			if _, err := r.want(what.tag, what.text); err != nil {
				return err
			}
		}
	}
	if r.next() == tagExtensions {
		if err := t.readExtensions(r); err != nil {
			return err
		}
	}
	return r.done("what is signed")
}

// readVersion passes over the version, which says nothing that the rest does not.
func readVersion(r *reader) error {
	tagged, err := r.want(tagVersion, "the version")
	if err != nil {
		return err
	}
	inside := tagged.inside()
	version, err := inside.want(tagInteger, "the version")
	if err != nil {
		return err
	}
	if _, err := integer(version); err != nil {
		return err
	}
	return inside.done("the version")
}
