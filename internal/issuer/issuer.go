// Package issuer asks certificate authorities for certificates: one file per kind
// of authority behind one small interface. It knows X.509 and its authority, and
// nothing of enrollments, seats or licences; it is called outside any transaction.
//
// What is asked for is an Order, which the caller writes down before the authority
// is asked. Whoever goes on after a crash asks again with the same Order, and with
// what the authority's last steps had kept, and gets the same certificate.
package issuer

import (
	"context"
	"encoding/json"
	"time"

	"gatehouse/internal/lifecycle"
)

// Order is what a certificate is to say and for which key, fixed before the
// authority is asked. It is kept as JSON beside the CSR.
type Order struct {
	// Serial is the certificate's serial number in hex; empty where the authority
	// gives one.
	Serial string `json:"serial,omitempty"`
	// NotBefore and NotAfter bound the validity, both included (RFC 5280 section
	// 4.1.2.5); whole seconds, UTC. An authority of others may decide otherwise.
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
	// Subject is the distinguished name, attribute by attribute in the order of the
	// certificate.
	Subject []Attribute `json:"subject"`
	// The subject alternative names, in the form of their kind.
	DNSNames       []string `json:"dnsNames,omitempty"`
	EmailAddresses []string `json:"emailAddresses,omitempty"`
	IPAddresses    []string `json:"ipAddresses,omitempty"`
	URIs           []string `json:"uris,omitempty"`
	// KeyUsages and ExtendedKeyUsages are what the profile asks for; of key usages
	// none means those usual for the key. Those that the key cannot have are left out.
	KeyUsages         []lifecycle.KeyUsage         `json:"keyUsages,omitempty"`
	ExtendedKeyUsages []lifecycle.ExtendedKeyUsage `json:"extendedKeyUsages,omitempty"`
	// CRL, OCSP and CAIssuers are where it can be learned whether the certificate was
	// revoked, and where its issuer's own one lies (RFC 5280 sections 4.2.1.13 and
	// 4.2.2.1); empty where nothing is published.
	CRL       string `json:"crl,omitempty"`
	OCSP      string `json:"ocsp,omitempty"`
	CAIssuers string `json:"caIssuers,omitempty"`
	// CSR is the PKCS#10 request in DER; of it only the public key is used. It is
	// kept in a column of its own.
	CSR []byte `json:"-"`
}

// Attribute is one attribute of a distinguished name, by the names of subject
// templates: CN, O, OU, L, ST, C, emailAddress, serialNumber.
type Attribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Certificate is what an authority answered.
type Certificate struct {
	DER []byte
	// Chain is the certificates above it in DER, its issuer's first; the root last
	// where it is known.
	Chain [][]byte
}

// Issuer is one certificate authority.
type Issuer interface {
	// Prepare completes an order for a certificate that is valid from now for so
	// long: what the authority wants fixed beforehand (serial, dates). It does no
	// input or output. The error is a *refusal.Refusal when the authority can never
	// issue this, and a *No when it can issue nothing now.
	Prepare(o *Order, now time.Time, validity time.Duration) error
	// Issue asks for the certificate. It may take minutes, and may be called again
	// with the same order when an earlier call was cut off; progress is then what
	// the last call kept, else nil. keep writes progress down before the next step
	// relies on it; its error ends the call. A *No is the authority's final answer;
	// any other error is worth another try.
	Issue(ctx context.Context, o Order, progress json.RawMessage, keep func(context.Context, json.RawMessage) error) (Certificate, error)
}

// Revoker is an authority of others that is told of revocations.
type Revoker interface {
	// Revoke tells it that a certificate of its own, in DER, counts no more. It may
	// take as long as Issue, and telling it twice does no harm. A *No is the
	// authority's final answer; any other error is worth another try.
	Revoke(ctx context.Context, certificate []byte, reason lifecycle.RevocationReason) error
}

// No is an authority's final no. Its text is shown to the invited person and to
// administrators: one sentence, without secrets.
type No struct {
	Reason string
	// Cause is what it follows from, for the log; may be nil.
	Cause error
}

// Error is the reason.
func (n *No) Error() string { return n.Reason }

// Unwrap is the cause.
func (n *No) Unwrap() error { return n.Cause }
