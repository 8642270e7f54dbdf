package discover_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/discover"
)

// shows is a certificate for a name, until a time; alone, and signed by itself.
func shows(t *testing.T, name string, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(17), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: until.AddDate(-1, 0, 0), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func good(t *testing.T) tls.Certificate {
	t.Helper()
	return shows(t, "good.example.com", time.Now().AddDate(1, 0, 0))
}

// host listens on loopback and talks to each who comes, until the test ends.
func host(t *testing.T, talk func(conn net.Conn)) discover.Target {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var conns []net.Conn
	var talking sync.WaitGroup
	talking.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			talking.Go(func() { defer conn.Close(); talk(conn) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, conn := range conns {
			conn.Close()
		}
	})
	name, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return discover.Target{Host: name, Port: number}
}

// speaks is a host with TLS from its beginning.
func speaks(t *testing.T, config *tls.Config) discover.Target {
	t.Helper()
	return host(t, func(conn net.Conn) { secure(conn, config) })
}

// secure shakes hands and waits for the goodbye.
func secure(conn net.Conn, config *tls.Config) {
	session := tls.Server(conn, config)
	if session.Handshake() == nil {
		_, _ = io.Copy(io.Discard, session)
	}
}

// hangs accepts, and says nothing for ever.
func hangs(t *testing.T) discover.Target {
	t.Helper()
	return host(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
}

// drips promises a record of TLS and sends it byte by byte, for ever.
func drips(t *testing.T) discover.Target {
	t.Helper()
	return host(t, func(conn net.Conn) {
		for text := []byte{22, 3, 3, 0x40, 0, 2, 0, 0x3F, 0xFC}; ; text = []byte{0} {
			if _, err := conn.Write(text); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
}

// says talks first, reads a line after each text, and then closes.
func says(t *testing.T, texts ...string) discover.Target {
	t.Helper()
	return host(t, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for _, text := range texts {
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
			if _, err := in.ReadByte(); err != nil {
				return
			}
		}
	})
}

// closed is a port that nobody listens at, and nobody else takes meanwhile: it is the
// near end of a connection.
func closed(t *testing.T) discover.Target {
	t.Helper()
	near, err := net.Dial("tcp", hangs(t).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close() })
	return discover.Target{Host: "127.0.0.1", Port: near.LocalAddr().(*net.TCPAddr).Port}
}

// line is one exchange before TLS: what is awaited of the client, and what is said
// then. The greeting awaits nothing.
type line struct{ awaits, says string }

// starts is a host that comes to TLS by a dialogue, and says so when the client keeps
// to it no more.
func starts(t *testing.T, config *tls.Config, dialogue ...line) discover.Target {
	t.Helper()
	return host(t, func(conn net.Conn) {
		for _, part := range dialogue {
			got := make([]byte, len(part.awaits))
			if _, err := io.ReadFull(conn, got); err != nil || !bytes.EqualFold(got, []byte(part.awaits)) {
				t.Errorf("awaited %q, heard %q, %v", part.awaits, got, err)
				return
			}
			// In two pieces, as networks do.
			for _, piece := range []string{part.says[:len(part.says)/2], part.says[len(part.says)/2:]} {
				if _, err := io.WriteString(conn, piece); err != nil {
					return
				}
			}
		}
		secure(conn, config)
	})
}

// negative is a certificate whose serial is changed to -111, which Go refuses.
func negative(t *testing.T) tls.Certificate {
	t.Helper()
	c := shows(t, "negative.example.com", time.Now().AddDate(1, 0, 0))
	serial := []byte{2, 1, 17}
	if bytes.Count(c.Certificate[0], serial) != 1 {
		t.Fatal("the serial cannot be found")
	}
	c.Certificate[0] = bytes.Replace(c.Certificate[0], serial, []byte{2, 1, 0x91}, 1)
	if _, err := x509.ParseCertificate(c.Certificate[0]); err == nil || !strings.Contains(err.Error(), "negative serial") {
		t.Fatalf("Go reads it: %v", err)
	}
	return c
}
