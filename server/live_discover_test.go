package main

import (
	"bufio"
	"bytes"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/licence"
)

// commanded runs a command as an administrator's client of the live server.
func (l *live) commanded(args ...string) (status int, stderr string) {
	l.t.Helper()
	var out, err bytes.Buffer
	status = run(l.t.Context(), args, host{stdin: strings.NewReader(""), stdout: &out, stderr: &err, environ: []string{"GATEHOUSE_URL=" + l.url(), "GATEHOUSE_TOKEN=" + l.admin}, clock: time.Now}, house{})
	if out.Len() > 0 {
		l.t.Errorf("printed %q", out.String())
	}
	return status, err.String()
}

// sightedAt are the certificates that the database has, by the places where they were
// seen, with their seats.
func (l *live) sightedAt() map[string]string {
	l.t.Helper()
	rows, err := l.owner.QueryContext(l.t.Context(), `SELECT l.place, c.status || ' ' || s.seat_type || ' ' || s.seat_id
		FROM certificate_locations l JOIN certificates c ON c.id = l.certificate_id JOIN seats s ON s.id = c.seat_row_id WHERE c.assigned`)
	if err != nil {
		l.t.Fatal(err)
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var place, seat string
		if err := rows.Scan(&place, &seat); err != nil {
			l.t.Fatal(err)
		}
		found[place] = seat
	}
	if rows.Err() != nil {
		l.t.Fatal(rows.Err())
	}
	return found
}

// until is a self-signed certificate that ends so far from now, as a host has it.
func until(t *testing.T, name string, left time.Duration) tls.Certificate {
	t.Helper()
	key, end := newECDSA(t, elliptic.P256()), time.Now().Add(left)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: end.AddDate(-2, 0, 0), NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestDiscoverIntoALiveServer: against hosts of all kinds, the right certificates are
// in the database in the end, on seats of their own, and a second look changes
// nothing.
func TestDiscoverIntoALiveServer(t *testing.T) {
	t.Parallel()
	l := newLive(t)
	l.world.Unit("berlin")
	const year = 365 * 24 * time.Hour
	good, expired, named, fallback, private, mail := until(t, "good.example.com", year), until(t, "expired.example.com", -year), until(t, "localhost", year), until(t, "fallback.example.com", year), until(t, "private.example.com", year), until(t, "mail.example.com", year)
	several := onNetwork(t, func(conn net.Conn) {
		shake(conn, &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if hello.ServerName == "localhost" {
				return &named, nil
			}
			return &fallback, nil
		}})
	})
	_, port, err := net.SplitHostPort(several)
	if err != nil {
		t.Fatal(err)
	}
	goodAt, expiredAt, privateAt := onNetwork(t, inTLS(good)), onNetwork(t, inTLS(expired)), onNetwork(t, func(conn net.Conn) {
		shake(conn, &tls.Config{Certificates: []tls.Certificate{private}, ClientAuth: tls.RequireAnyClientCert})
	})
	hangs, garbage := onNetwork(t, silent), onNetwork(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n") })
	near, err := net.Dial("tcp", hangs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close() })
	nobody := near.LocalAddr().String() // connected itself, it listens to nothing

	args := []string{"discover", "--business-unit=berlin", "--timeout=5s", goodAt, expiredAt, several, "localhost:" + port, privateAt, garbage, nobody}
	status, stderr := l.commanded(append(args, hangs)...)
	if status != 0 || !strings.Contains(stderr, "8 of 8 hosts asked, 5 certificates found") || !strings.Contains(stderr, ". Without one: 1 REFUSED, 1 TIMED_OUT, 1 NOT_TLS; --report FILE writes which\nrecorded: 5 CREATED\n") {
		t.Errorf("exit %d, %s", status, stderr)
	}
	mailAt := onNetwork(t, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for _, says := range []string{"220 mail\r\n", "250-mail\r\n250 STARTTLS\r\n", "220 go\r\n"} {
			if _, err := io.WriteString(conn, says); err != nil {
				return
			}
			if !strings.HasPrefix(says, "220 go") {
				_, _ = in.ReadString('\n')
			}
		}
		shake(conn, &tls.Config{Certificates: []tls.Certificate{mail}})
	})
	if status, stderr := l.commanded("discover", mailAt, "--starttls=smtp", "--business-unit=berlin"); status != 0 || !strings.Contains(stderr, "recorded: 1 CREATED") {
		t.Errorf("exit %d, %s", status, stderr)
	}
	want := map[string]string{
		goodAt: "ISSUED DISCOVERY good.example.com", expiredAt: "EXPIRED DISCOVERY expired.example.com", several: "ISSUED DISCOVERY fallback.example.com",
		"localhost:" + port: "ISSUED DISCOVERY localhost", privateAt: "ISSUED DISCOVERY private.example.com", mailAt: "ISSUED DISCOVERY mail.example.com",
	}
	if diff := cmp.Diff(want, l.sightedAt()); diff != "" {
		t.Errorf("what is kept (-want +got)\n%s", diff)
	}
	entries := l.count(`SELECT count(*) FROM audit_entries`)
	if status, stderr := l.commanded(args...); status != 0 || !strings.Contains(stderr, "recorded: 5 UNCHANGED\n") || l.count(`SELECT count(*) FROM audit_entries`) != entries {
		t.Errorf("again: exit %d, %s", status, stderr)
	}

	// The same certificate from a file is the same certificate, in another place too.
	file := writeFile(t, "good.pem", inPEM(good.Certificate[0], fallback.Certificate[0], good.Certificate[0]))
	if status, stderr := l.commanded("certificates", "import", file, "--business-unit=berlin"); status != 0 || !strings.Contains(stderr, "3 certificates: 2 RECOGNIZED, 1 UNCHANGED") {
		t.Errorf("imported: exit %d, %s", status, stderr)
	}
	if status, stderr := l.commanded("certificates", "import", file, "--business-unit=berlin"); status != 0 || !strings.Contains(stderr, "3 certificates: 3 UNCHANGED") {
		t.Errorf("imported again: exit %d, %s", status, stderr)
	}
	if n := l.count(`SELECT count(*) FROM seats`); n != 6 {
		t.Errorf("%d seats", n)
	}
	if differences, err := licence.Verify(t.Context(), l.owner); err != nil || len(differences) > 0 {
		t.Errorf("verify: %v, %v", differences, err)
	}
}
