package discover

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"time"
)

// Prober asks hosts for their certificates.
type Prober struct {
	// Protocol is how connections come to TLS.
	Protocol Protocol
	// ServerName is the name that hosts are asked for (SNI). Left out: a host's own
	// name, and none of an address.
	ServerName string
	// Timeout is how long one connection may take in all, from the name to the
	// certificate.
	Timeout time.Duration
	// Pace is waited for before each connection. Its error ends the asking.
	Pace func(ctx context.Context) error
}

// Probe connects to a target and returns what it shows: its certificate, and those
// that it sent with it, as they are. They are taken whatever comes of the handshake,
// and nothing about them is checked. A second connection, with TLS 1.2 at most, is
// made to a host that spoke TLS and came to no certificate: some hosts do not get on
// with what is new, and there a certificate that Go does not read can be read.
//
// Its error is a *Failure, or that of ctx.
func (p Prober) Probe(ctx context.Context, target Target) ([][]byte, error) {
	shown, first := p.attempt(ctx, target, tls.VersionTLS13)
	if first != nil && first.inTLS && (first.Kind == NoCertificate || first.Kind == Closed) {
		shown, _ = p.attempt(ctx, target, tls.VersionTLS12)
	}
	switch {
	case len(shown) > 0:
		return shown, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	default:
		return nil, first
	}
}

// attempt makes one connection, and gives what it came to: certificates, or a failure.
func (p Prober) attempt(ctx context.Context, target Target, newest uint16) ([][]byte, *Failure) {
	if err := p.Pace(ctx); err != nil {
		return nil, classify(ctx, err)
	}
	own, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(own, "tcp", target.String())
	if err != nil {
		return nil, classify(own, err)
	}
	defer func() { _ = conn.Close() }() // nothing that was sent matters any more
	// A host that hangs, or sends a byte now and then, is left when its time is over.
	stop := context.AfterFunc(own, func() { _ = conn.Close() })
	defer stop()
	if err := begin(conn, p.Protocol.on(target.Port)); err != nil {
		return nil, classify(own, err)
	}
	return p.handshake(own, conn, target, newest)
}

// handshake does as much of a handshake as there is to be done.
func (p Prober) handshake(ctx context.Context, conn net.Conn, target Target, newest uint16) (shown [][]byte, _ *Failure) {
	heard := &recorder{Conn: conn}
	session := tls.Client(heard, p.settings(target, newest, func(raw [][]byte) {
		for _, der := range raw {
			shown = append(shown, bytes.Clone(der))
		}
	}))
	err := session.HandshakeContext(ctx)
	if err == nil {
		_ = session.Close() // a proper goodbye, which nobody waits for
		err = failed(NoCertificate, "the host speaks TLS without a certificate")
	} else if len(shown) == 0 {
		shown = heard.certificates()
	}
	if len(shown) > 0 {
		return shown, nil
	}
	why := *classify(ctx, err)
	why.inTLS = true
	return nil, &why
}

// settings are those of a client that wants to see certificates and nothing else: it
// sends no secret, takes nothing but the certificates, and trusts none of them. So it
// speaks the oldest versions and the weakest ciphers that there are, since what still
// uses those is what its owner wants to hear of.
func (p Prober) settings(target Target, newest uint16, show func(raw [][]byte)) *tls.Config {
	name := p.ServerName
	if name == "" && !target.isAddress() {
		name = target.Host
	}
	return &tls.Config{
		InsecureSkipVerify: true, //nolint:gosec // G402: an expired or self-signed certificate is to be seen, and nothing is sent
		MinVersion:         tls.VersionTLS10,
		MaxVersion:         newest,
		CipherSuites:       ciphers(),
		ServerName:         name,
		// A session that is gone on with shows no certificate.
		SessionTicketsDisabled: true,
		// It is called before the handshake ends, so also in one that fails later, such
		// as with a host that wants a certificate of its client.
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			show(raw)
			return nil
		},
	}
}

// ciphers are all that Go has.
func ciphers() []uint16 {
	var ids []uint16
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		ids = append(ids, suite.ID)
	}
	return ids
}
