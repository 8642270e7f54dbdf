package issuer

import (
	"bytes"
	"context"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ocsp"
)

// ocspLife is how long an answer may be kept by who got it.
const ocspLife = time.Hour

// OCSPAnswer is what the authority says of one certificate.
type OCSPAnswer struct {
	DER []byte
	// ThisUpdate and NextUpdate are from when and until when it holds; zero for an
	// answer that says why there is none, and is not signed.
	ThisUpdate, NextUpdate time.Time
}

// Known says what is known of a certificate of this authority, by its serial number
// in hex: whether it was issued here, and if it is revoked or on hold.
type Known func(ctx context.Context, serial string) (issued bool, revoked *Revoked, err error)

// AnswerOCSP answers a request in DER (RFC 6960) about one certificate; of several
// the first. There always is an answer to send: good, revoked or unknown, signed by
// the issuing key itself; malformedRequest for what is none, or is signed;
// unauthorized for certificates of other issuers, and where it cannot sign
// (AnswersOCSP). An error is a fault that the caller logs; the answer then is
// tryLater.
//
// A nonce is not repeated, as RFC 9654 section 2.1 leaves to the responder; an
// answer is of the second in which it was asked for.
func (p *Private) AnswerOCSP(ctx context.Context, request []byte, now time.Time, known Known) (OCSPAnswer, error) {
	asked, err := ocsp.ParseRequest(request)
	if err != nil || asked.SerialNumber == nil {
		return OCSPAnswer{DER: ocsp.MalformedRequestErrorResponse}, nil //nolint:nilerr // what is no request is answered as such
	}
	ours, err := p.isIssuer(asked)
	if err != nil {
		return OCSPAnswer{DER: ocsp.TryLaterErrorResponse}, err
	}
	if !ours || !p.AnswersOCSP() {
		return OCSPAnswer{DER: ocsp.UnauthorizedErrorResponse}, nil
	}
	issued, revoked, err := known(ctx, asked.SerialNumber.Text(16))
	if err != nil {
		return OCSPAnswer{DER: ocsp.TryLaterErrorResponse}, err
	}
	from := now.UTC().Truncate(time.Second)
	answer := ocsp.Response{
		SerialNumber: asked.SerialNumber, IssuerHash: asked.HashAlgorithm, ThisUpdate: from, NextUpdate: from.Add(ocspLife),
		Status: ocsp.Good,
	}
	switch {
	case !issued:
		answer.Status = ocsp.Unknown
	case revoked != nil:
		answer.Status, answer.RevokedAt, answer.RevocationReason = ocsp.Revoked, revoked.At.UTC().Truncate(time.Second), revoked.code()
	}
	der, err := ocsp.CreateResponse(p.chain[0], p.chain[0], answer, p.key)
	if err != nil {
		return OCSPAnswer{DER: ocsp.TryLaterErrorResponse}, fmt.Errorf("issuer: sign an OCSP answer: %w", err)
	}
	return OCSPAnswer{DER: der, ThisUpdate: answer.ThisUpdate, NextUpdate: answer.NextUpdate}, nil
}

// NoOCSPAnswer is the answer where there is no authority to ask: unauthorized.
func NoOCSPAnswer() OCSPAnswer { return OCSPAnswer{DER: ocsp.UnauthorizedErrorResponse} }

// Unauthorized reports whether another authority is to be asked.
func (a OCSPAnswer) Unauthorized() bool { return bytes.Equal(a.DER, ocsp.UnauthorizedErrorResponse) }

// isIssuer reports whether the hashes of a request are of this authority's name and
// key (RFC 6960 section 4.1.1).
func (p *Private) isIssuer(asked *ocsp.Request) (bool, error) {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(p.chain[0].RawSubjectPublicKeyInfo, &info); err != nil {
		return false, fmt.Errorf("issuer: read a public key: %w", err)
	}
	if !asked.HashAlgorithm.Available() {
		return false, errors.New("issuer: a hash that OCSP requests use is not linked in")
	}
	sum := func(of []byte) []byte {
		h := asked.HashAlgorithm.New()
		h.Write(of)
		return h.Sum(nil)
	}
	return bytes.Equal(asked.IssuerNameHash, sum(p.chain[0].RawSubject)) && bytes.Equal(asked.IssuerKeyHash, sum(info.Key.RightAlign())), nil
}
