package issuer_test

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
)

// asks is an OCSP request for a certificate, with a hash.
func asks(t *testing.T, c, by *x509.Certificate, hash crypto.Hash) []byte {
	t.Helper()
	return must(ocsp.CreateRequest(c, by, &ocsp.RequestOptions{Hash: hash}))
}

// says is what is known of one certificate, whichever is asked for.
func says(issued bool, revoked *issuer.Revoked) issuer.Known {
	return func(context.Context, string) (bool, *issuer.Revoked, error) { return issued, revoked, nil }
}

func TestOCSPAnswers(t *testing.T) {
	t.Parallel()
	since := noon.Add(-time.Hour)
	type want struct {
		status, reason int
		at             time.Time
	}
	tests := map[string]struct {
		known issuer.Known
		want  want
	}{
		"good":    {says(true, nil), want{status: ocsp.Good}},
		"unknown": {says(false, nil), want{status: ocsp.Unknown}},
		"on hold": {says(true, &issuer.Revoked{At: since}), want{ocsp.Revoked, 6, since}},
	}
	for _, reason := range lifecycle.RevocationReasons {
		tests[string(reason)] = struct {
			known issuer.Known
			want  want
		}{says(true, &issuer.Revoked{At: since, Reason: reason}), want{ocsp.Revoked, codes[reason], since}}
	}
	for _, kind := range []string{"RSA_2048", "EC_P256", "EC_P384", "EC_P521"} {
		ca := bare(t, keys()[kind], x509.KeyUsageCertSign)
		own := must(x509.ParseCertificate(ca.Chain()[0]))
		c := issued(t, ca, issuer.Order{Subject: []issuer.Attribute{{"CN", "Ada"}}, CSR: plain(keys()["EC_P256"])})
		for name, test := range tests {
			for _, hash := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
				answer, err := ca.AnswerOCSP(t.Context(), asks(t, c, own, hash), noon, test.known)
				if err != nil {
					t.Fatal(err)
				}
				got, err := ocsp.ParseResponseForCert(answer.DER, c, own) // checks the signature
				if err != nil {
					t.Fatalf("%s, %s, %s: %v", kind, name, hash, err)
				}
				if (want{got.Status, got.RevocationReason, got.RevokedAt}) != (want{test.want.status, test.want.reason, test.want.at.Truncate(time.Second)}) {
					t.Errorf("%s, %s, %s: %d, %d, %s", kind, name, hash, got.Status, got.RevocationReason, got.RevokedAt)
				}
				if from := noon.Truncate(time.Second); !got.ThisUpdate.Equal(from) || !got.NextUpdate.Equal(from.Add(time.Hour)) || !answer.ThisUpdate.Equal(got.ThisUpdate) || !answer.NextUpdate.Equal(got.NextUpdate) || got.IssuerHash != hash {
					t.Errorf("%s, %s: %s to %s, by %s", kind, name, got.ThisUpdate, got.NextUpdate, got.IssuerHash)
				}
			}
		}
	}
}

// TestOCSPAsksForTheSerialOfTheRequest in the form in which serials are kept.
func TestOCSPAsksForTheSerialOfTheRequest(t *testing.T) {
	t.Parallel()
	ca := authority(t)
	c := issued(t, ca, issuer.Order{Subject: []issuer.Attribute{{"CN", "Ada"}}, CSR: plain(keys()["EC_P256"])})
	var asked string
	_, err := ca.AnswerOCSP(t.Context(), asks(t, c, must(x509.ParseCertificate(ca.Chain()[0])), crypto.SHA1), noon, func(_ context.Context, serial string) (bool, *issuer.Revoked, error) {
		asked = serial
		return true, nil, nil
	})
	if want := c.SerialNumber.Text(16); err != nil || asked != want {
		t.Errorf("asked for %q, want %q; %v", asked, want, err)
	}
}

// TestOCSPAnswersThatAreNone: nobody is asked about the certificate, or cannot tell.
func TestOCSPAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	ca, other, mute := authority(t), authority(t), bare(t, keys()["ED25519"], x509.KeyUsageCertSign)
	own := must(x509.ParseCertificate(ca.Chain()[0]))
	stranger := must(x509.ParseCertificate(other.Chain()[0]))
	c := issued(t, ca, issuer.Order{Subject: []issuer.Attribute{{"CN", "Ada"}}, CSR: plain(keys()["EC_P256"])})
	good := asks(t, c, own, crypto.SHA1)
	renamed := *own
	renamed.RawSubject = must(asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true}))
	nobody := func(context.Context, string) (bool, *issuer.Revoked, error) {
		panic("it is asked about a certificate")
	}
	broken := errors.New("the database is down")
	for name, test := range map[string]struct {
		ca      *issuer.Private
		request []byte
		known   issuer.Known
		want    ocsp.ResponseStatus
		fault   error
	}{
		"nothing":                            {ca, nil, nobody, ocsp.Malformed, nil},
		"no request":                         {ca, []byte("GET / HTTP/1.1"), nobody, ocsp.Malformed, nil},
		"half of one":                        {ca, good[:len(good)/2], nobody, ocsp.Malformed, nil},
		"something behind it":                {ca, append(good[:len(good):len(good)], 0), nobody, ocsp.Malformed, nil},
		"another issuer's":                   {ca, asks(t, c, stranger, crypto.SHA1), nobody, ocsp.Unauthorized, nil},
		"one of its name, with another key":  {ca, asks(t, c, &x509.Certificate{RawSubject: own.RawSubject, RawSubjectPublicKeyInfo: stranger.RawSubjectPublicKeyInfo}, crypto.SHA256), nobody, ocsp.Unauthorized, nil},
		"one of its key, under another name": {ca, asks(t, c, &renamed, crypto.SHA256), nobody, ocsp.Unauthorized, nil},
		"a key that OCSP does not know":      {mute, asks(t, c, must(x509.ParseCertificate(mute.Chain()[0])), crypto.SHA1), nobody, ocsp.Unauthorized, nil},
		"nobody can tell":                    {ca, good, func(context.Context, string) (bool, *issuer.Revoked, error) { return false, nil, broken }, ocsp.TryLater, broken},
	} {
		answer, err := test.ca.AnswerOCSP(t.Context(), test.request, noon, test.known)
		if !errors.Is(err, test.fault) {
			t.Errorf("%s: %v", name, err)
		}
		_, err = ocsp.ParseResponse(answer.DER, own)
		if want := (ocsp.ResponseError{Status: test.want}); fmt.Sprint(err) != want.Error() || !answer.NextUpdate.IsZero() {
			t.Errorf("%s: the answer is %v", name, err)
		}
	}
}
