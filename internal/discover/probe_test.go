package discover_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/discover"
)

// patient waits longer than any test runs, hasty not long.
func patient(protocol discover.Protocol) discover.Prober {
	return discover.Prober{Protocol: protocol, Timeout: time.Minute, Pace: func(context.Context) error { return nil }}
}

func hasty(protocol discover.Protocol) discover.Prober {
	p := patient(protocol)
	p.Timeout = 100 * time.Millisecond
	return p
}

// TestWhatHostsShow: a certificate is seen whatever it is like, and whatever comes of
// the handshake.
func TestWhatHostsShow(t *testing.T) {
	t.Parallel()
	whole, old, odd := good(t), shows(t, "old.example.com", time.Now().AddDate(-1, 0, 0)), negative(t)
	chain := tls.Certificate{Certificate: [][]byte{whole.Certificate[0], old.Certificate[0]}, PrivateKey: whole.PrivateKey}
	for name, test := range map[string]struct {
		config *tls.Config
		want   tls.Certificate
	}{
		"a good one":                {&tls.Config{Certificates: []tls.Certificate{whole}}, whole},
		"an expired one":            {&tls.Config{Certificates: []tls.Certificate{old}}, old},
		"with a chain":              {&tls.Config{Certificates: []tls.Certificate{chain}}, chain},
		"for its clients only":      {&tls.Config{Certificates: []tls.Certificate{whole}, ClientAuth: tls.RequireAnyClientCert}, whole},
		"the same, TLS 1.2":         {&tls.Config{Certificates: []tls.Certificate{whole}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}, whole},
		"TLS 1.0":                   {&tls.Config{Certificates: []tls.Certificate{whole}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, whole},
		"a weak cipher":             {&tls.Config{Certificates: []tls.Certificate{whole}, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}}, whole},
		"one that Go refuses":       {&tls.Config{Certificates: []tls.Certificate{odd}}, odd},
		"the same, TLS 1.2 at most": {&tls.Config{Certificates: []tls.Certificate{odd}, MaxVersion: tls.VersionTLS12}, odd},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shown, err := patient(discover.Auto).Probe(t.Context(), speaks(t, test.config))
			if err != nil || len(shown) != len(test.want.Certificate) {
				t.Fatalf("%d certificates, %v", len(shown), err)
			}
			for n := range shown {
				if !bytes.Equal(shown[n], test.want.Certificate[n]) {
					t.Errorf("certificate %d is another", n)
				}
			}
		})
	}
}

// TestAHostWithSeveralNames shows the certificate of the name that it is asked for.
func TestAHostWithSeveralNames(t *testing.T) {
	t.Parallel()
	fallback, own, other := good(t), shows(t, "localhost", time.Now().AddDate(1, 0, 0)), shows(t, "other.example.com", time.Now().AddDate(1, 0, 0))
	at := speaks(t, &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		switch hello.ServerName {
		case "localhost":
			return &own, nil
		case "other.example.com":
			return &other, nil
		case "":
			return &fallback, nil
		}
		return nil, errors.New("nobody is called that")
	}})
	named := discover.Target{Host: "localhost", Port: at.Port}
	for name, test := range map[string]struct {
		target     discover.Target
		serverName string
		want       tls.Certificate
	}{
		"by address":              {at, "", fallback},
		"by name":                 {named, "", own},
		"by address, with a name": {at, "other.example.com", other},
		"by name, with another's": {named, "other.example.com", other},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := patient(discover.Auto)
			p.ServerName = test.serverName
			shown, err := p.Probe(t.Context(), test.target)
			if err != nil || !bytes.Equal(shown[0], test.want.Certificate[0]) {
				t.Errorf("another certificate, or none: %v", err)
			}
		})
	}
}

// TestWhatIsNoCertificate: each host is left, and it is said why.
func TestWhatIsNoCertificate(t *testing.T) {
	t.Parallel()
	none := &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, errors.New("none for you") }}
	unread := negative(t)
	for name, test := range map[string]struct {
		target discover.Target
		prober discover.Prober
		kind   discover.Kind
		says   string
	}{
		"a port that is closed":           {closed(t), patient("none"), discover.Refused, "the connection is refused"},
		"a name that is none":             {discover.Target{Host: "no-such-host.invalid", Port: 443}, patient("none"), discover.Unresolved, "no address"},
		"one that hangs":                  {hangs(t), hasty("none"), discover.TimedOut, "in time"},
		"one that drips":                  {drips(t), hasty("none"), discover.TimedOut, "in time"},
		"one that hangs before TLS":       {hangs(t), hasty("smtp"), discover.TimedOut, "in time"},
		"one that closes":                 {host(t, func(net.Conn) {}), patient("none"), discover.Closed, "ended the connection"},
		"one that closes before TLS":      {host(t, func(net.Conn) {}), patient("imap"), discover.Closed, "ended the connection"},
		"one that speaks HTTP":            {says(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), patient("none"), discover.NotTLS, "does not speak TLS"},
		"one that talks garbage":          {says(t, "\x00\xff\x16\x03\x01 garbage", strings.Repeat("\x80", 1<<16)), patient("none"), discover.NotTLS, "does not speak TLS"},
		"a record that is too long":       {says(t, "\x16\x03\x03\xff\xff"+strings.Repeat("x", 1<<16)), patient("none"), discover.NotTLS, "does not speak TLS"},
		"a message out of turn":           {says(t, "\x16\x03\x03\x00\x04\x14\x00\x00\x00"), patient("none"), discover.NoCertificate, "tls: "},
		"a certificate that is nothing":   {says(t, "\x16\x03\x03\x00\x0a\x0b\x00\x00\x06\x00\x00\x03\x00\x00\x09"), patient("none"), discover.NoCertificate, "tls: "},
		"an alert":                        {speaks(t, none), patient("none"), discover.NoCertificate, "the host ended the handshake (tls: "},
		"one that Go refuses, in TLS 1.3": {speaks(t, &tls.Config{Certificates: []tls.Certificate{unread}, MinVersion: tls.VersionTLS13}), patient("none"), discover.NoCertificate, "negative serial"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shown, err := test.prober.Probe(t.Context(), test.target)
			var failed *discover.Failure
			if !errors.As(err, &failed) || failed.Kind != test.kind || !strings.Contains(err.Error(), test.says) || len(shown) > 0 {
				t.Errorf("%d certificates, %#v", len(shown), err)
			}
		})
	}
}

// TestAProbeThatIsEnded is no failure of the host.
func TestAProbeThatIsEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	target := host(t, func(conn net.Conn) {
		cancel()
		_, _ = io.Copy(io.Discard, conn)
	})
	_, err := patient("none").Probe(ctx, target)
	var failed *discover.Failure
	if !errors.Is(err, context.Canceled) || errors.As(err, &failed) {
		t.Errorf("got %v", err)
	}
}
