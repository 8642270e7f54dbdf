package issuer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/mholt/acmez/v3/acme"
)

// ACMEOptions are what a certificate authority that speaks ACME (RFC 8555) is
// reached by, and by what it finds a host's name proven.
type ACMEOptions struct {
	// Directory is the URL of the authority's directory: https, or http on this
	// machine. Setting it agrees to the authority's terms of service.
	Directory string
	// Contact are the e-mail addresses that the authority may write to; may be none.
	Contact []string
	// RootCAs are whom the authority's own server is trusted by; nil means the
	// system's.
	RootCAs *x509.CertPool
	// EABKeyID and EABKey bind the account to one that the operator has with the
	// authority (RFC 8555 section 7.3.4); the key in base64url. Empty: none.
	EABKeyID, EABKey string
	// DNSCommand is a program that sets and removes TXT records (dns-01), run as
	//
	//	PROGRAM present|cleanup FQDN VALUE
	//
	// where FQDN ends with a dot, such as _acme-challenge.www.example.com. Present
	// returns once the record can be looked up. Empty: http-01, for which the server
	// answers by Challenge.
	DNSCommand string
	// Accounts and Challenges are shared by all servers.
	Accounts   Accounts
	Challenges Challenges
}

// Accounts keeps the account that all servers have with a directory.
type Accounts interface {
	// Load is the account with a directory; false when there is none.
	Load(ctx context.Context, directory string) (ACMEAccount, bool, error)
	// Add keeps an account unless its directory has one, and returns the one that is
	// kept: of servers that begin at once, one's.
	Add(ctx context.Context, a ACMEAccount) (ACMEAccount, error)
	// Locate writes down by what URL the authority knows the account.
	Locate(ctx context.Context, directory, location string) error
}

// ACMEAccount is an account with a directory.
type ACMEAccount struct {
	Directory string
	// Location is the account's URL; empty until the authority has told it.
	Location string
	// Key is its private key, PKCS#8 in PEM.
	Key []byte
}

// Challenges keeps what the authority will be answered at
// /.well-known/acme-challenge, by whichever server it asks (RFC 8555 section 8.3).
type Challenges interface {
	Put(ctx context.Context, token, keyAuthorization string) error
	// Get is the answer for a token; false when there is none.
	Get(ctx context.Context, token string) (string, bool, error)
	Delete(ctx context.Context, token string) error
}

// ACME is a certificate authority of others that speaks ACME. It certifies host
// names, and decides by itself what else a certificate says.
type ACME struct {
	options ACMEOptions
	client  *acme.Client
}

var _ Issuer = (*ACME)(nil)

const (
	// answerTime is how long the authority may take for one answer.
	answerTime = 30 * time.Second
	// pollTime is how long it may take to validate a name, and to issue.
	pollTime = 4 * time.Minute
	// pollPause is between two questions where the authority names none.
	pollPause = 500 * time.Millisecond
)

// NewACME is the authority with these options. It refuses options that cannot
// work, and asks nobody yet.
func NewACME(o ACMEOptions) (*ACME, error) {
	u, err := url.Parse(o.Directory)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())) {
		return nil, fmt.Errorf("%q is no ACME directory; write its URL, such as https://acme.example.com/directory", o.Directory)
	}
	for _, address := range o.Contact {
		if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address {
			return nil, fmt.Errorf("%q is no e-mail address that an ACME authority could write to; write the address alone, such as ca@example.com", address)
		}
	}
	if (o.EABKeyID == "") != (o.EABKey == "") {
		return nil, errors.New("an external account binding has a key id and a key; set both, or neither")
	}
	o.EABKey = strings.TrimRight(o.EABKey, "=")
	if _, err := base64.RawURLEncoding.DecodeString(o.EABKey); err != nil {
		return nil, errors.New("the key of the external account binding is not in base64url; take it as the authority shows it")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12}
	return &ACME{options: o, client: &acme.Client{
		Directory: o.Directory, UserAgent: "gatehouse",
		HTTPClient:   &http.Client{Transport: transport, Timeout: answerTime},
		PollInterval: pollPause, PollTimeout: pollTime,
	}}, nil
}

// isLoopback reports whether a host is this machine, to which nobody listens in.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Challenge is what the server answers at /.well-known/acme-challenge/{token};
// false when nobody is waiting for that token.
func (a *ACME) Challenge(ctx context.Context, token string) (string, bool, error) {
	if len(token) > maxToken || !challengeToken.MatchString(token) {
		return "", false, nil
	}
	return a.options.Challenges.Get(ctx, token)
}

// Issue orders the certificate: it proves the names, has the order finalized with
// the invited person's own CSR, and downloads what was issued. The order's URL is
// kept before anything is proven, and an order that was kept is continued from
// wherever it stands; only one that the authority has given up is replaced.
func (a *ACME) Issue(ctx context.Context, o Order, progress json.RawMessage, keep func(context.Context, json.RawMessage) error) (Certificate, error) {
	account, err := a.account(ctx)
	if err != nil {
		return Certificate{}, answer(err, o.DNSNames)
	}
	der, err := a.obtain(ctx, account, o, progress, keep)
	if problemOf(err, acme.ProblemTypeAccountDoesNotExist) {
		// The authority has forgotten us, as test authorities do: we come anew, with
		// the key that we have.
		if account, err = a.register(ctx, account); err == nil {
			der, err = a.obtain(ctx, account, o, nil, keep)
		}
	}
	if err != nil {
		return Certificate{}, answer(err, o.DNSNames)
	}
	return Certificate{DER: der[0], Chain: der[1:]}, nil
}
