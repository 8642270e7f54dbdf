package issuer

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/mholt/acmez/v3/acme"

	"gatehouse/internal/lifecycle"
)

var _ Revoker = (*ACME)(nil)

// unrevoked are the problems about a revocation that asking again does not change,
// each with what it means to an administrator. What is not here is worth another
// try, as is an authority that cannot be reached.
var unrevoked = map[string]string{
	acme.ProblemTypeUnauthorized:            "The certificate authority does not let this server's account revoke the certificate: it was issued to another account, or by another authority than the one that is set up now. Revoke it there.",
	acme.ProblemTypeMalformed:               "The certificate authority does not know the certificate: it was issued by another one than is set up now. Revoke it there.",
	acme.ProblemTypeBadRevocationReason:     "The certificate authority takes a revocation for no reason that it is given, nor without one. Revoke the certificate there.",
	acme.ProblemTypeBadPublicKey:            unrevokedAccount,
	acme.ProblemTypeBadSignatureAlgorithm:   unrevokedAccount,
	acme.ProblemTypeExternalAccountRequired: unrevokedAccount,
	acme.ProblemTypeUserActionRequired:      unrevokedAccount,
	acme.ProblemTypeInvalidContact:          unrevokedAccount,
	acme.ProblemTypeUnsupportedContact:      unrevokedAccount,
}

// unrevokedAccount is about the account.
const unrevokedAccount = "The certificate authority does not accept this server's account with it, so the certificate is not revoked there; the administrators of Gatehouse find the reason in its log."

// Revoke has the authority revoke a certificate (RFC 8555 section 7.6), by the
// account that all servers share. One that is revoked there already is as it should
// be. Authorities take some reasons only; where this one does not take the reason,
// it is told none: that it is revoked matters more than why.
func (a *ACME) Revoke(ctx context.Context, certificate []byte, reason lifecycle.RevocationReason) error {
	code, known := reasonCodes[reason]
	if !known || code == certificateHold {
		return fmt.Errorf("issuer: %q is no reason to revoke a certificate", reason)
	}
	parsed, err := x509.ParseCertificate(certificate)
	if err != nil {
		return &No{Reason: "The certificate cannot be read, so its authority cannot be told which one to revoke.", Cause: err}
	}
	account, err := a.account(ctx)
	if err != nil {
		return answerToRevocation(err)
	}
	err = a.revoke(ctx, account, parsed, code)
	if problemOf(err, acme.ProblemTypeAccountDoesNotExist) {
		// The authority has forgotten us, as test authorities do: we come anew, with
		// the key that we have.
		if account, err = a.register(ctx, account); err == nil {
			err = a.revoke(ctx, account, parsed, code)
		}
	}
	return answerToRevocation(err)
}

// revoke asks once, and without a reason where the one given is not taken.
func (a *ACME) revoke(ctx context.Context, account acme.Account, certificate *x509.Certificate, code int) error {
	err := a.client.RevokeCertificate(ctx, account, certificate, nil, code)
	if code != acme.ReasonUnspecified && problemOf(err, acme.ProblemTypeBadRevocationReason) {
		err = a.client.RevokeCertificate(ctx, account, certificate, nil, acme.ReasonUnspecified)
	}
	if problemOf(err, acme.ProblemTypeAlreadyRevoked) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("issuer: revoke certificate %s at %s: %w", certificate.SerialNumber.Text(16), a.options.Directory, err)
	}
	return nil
}

// answerToRevocation makes an error that is the authority's final no a *No.
func answerToRevocation(err error) error {
	var problem acme.Problem
	if !errors.As(err, &problem) {
		return err
	}
	if sentence := unrevoked[problem.Type]; sentence != "" {
		return &No{Reason: sentence, Cause: err}
	}
	return err
}
