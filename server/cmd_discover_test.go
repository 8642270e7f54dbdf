package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// onNetwork is a host on loopback that talks so to each who comes. It returns its
// address.
func onNetwork(t *testing.T, talk func(conn net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	ending, end := context.WithCancel(context.Background())
	t.Cleanup(end)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ending, func() { conn.Close() })
			go func() { defer conn.Close(); talk(conn) }()
		}
	}()
	return listener.Addr().String()
}

// shownBy is a certificate as a host has it.
func shownBy(t *testing.T, name string) tls.Certificate {
	t.Helper()
	der, keyPEM := selfSigned(t, name)
	block, _ := pem.Decode(keyPEM)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key.(crypto.Signer)}
}

// inTLS is how a host talks that has a certificate.
func inTLS(certificate tls.Certificate) func(conn net.Conn) {
	return func(conn net.Conn) { shake(conn, &tls.Config{Certificates: []tls.Certificate{certificate}}) }
}

// shake shakes hands and waits for the goodbye.
func shake(conn net.Conn, config *tls.Config) {
	session := tls.Server(conn, config)
	if session.Handshake() == nil {
		_, _ = io.Copy(io.Discard, session)
	}
}

// silent is how a host talks that hangs.
func silent(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// discovered runs the command against an API.
func discovered(t *testing.T, api http.Handler, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	server := httptest.NewServer(api)
	defer server.Close()
	return command(t, []string{"GATEHOUSE_URL=" + server.URL, "GATEHOUSE_TOKEN=a-token"}, append([]string{"discover"}, args...)...)
}

// TestDiscover records what hosts show, and tells of the others what they are like.
func TestDiscover(t *testing.T) {
	t.Parallel()
	one, other := shownBy(t, "=one"), shownBy(t, "other")
	first, second, mute := onNetwork(t, inTLS(one)), onNetwork(t, inTLS(other)), onNetwork(t, silent)
	api, report := &kept{}, filepath.Join(t.TempDir(), "report.csv")
	file := writeFile(t, "hosts.txt", []byte(second+" # the second\n"+first+"\n"))
	args := []string{"--file=" + file, "--business-unit=berlin", "--timeout=3s", "--rate=1000/s", first}
	status, stdout, stderr := discovered(t, seatsAPI{sights: api.sights}, append(args, mute, "--report="+report)...)
	if status != 0 || stdout != "" || stderr != "3 of 3 hosts asked, 2 certificates found (at once). Without one: 1 TIMED_OUT\nrecorded: 2 CREATED\n" {
		t.Errorf("exit %d, %q, %q", status, stdout, stderr)
	}
	line := func(address, result, subject string, der []byte) string {
		host, port, _ := net.SplitHostPort(address)
		return fmt.Sprint([]string{host, port, result, subject, noon().AddDate(1, 0, 0).UTC().Format(time.RFC3339), thumbprint(der)})
	}
	lines := map[string]bool{}
	for _, got := range reportLines(t, report)[1:] {
		lines[fmt.Sprint(got)] = true
	}
	host, port, _ := net.SplitHostPort(mute)
	want := map[string]bool{line(first, "CREATED", `CN==one`, one.Certificate[0]): true, line(second, "CREATED", "CN=other", other.Certificate[0]): true, fmt.Sprint([]string{host, port, "TIMED_OUT", "", "", ""}): true}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("the report (-want +got)\n%s", diff)
	}
	if _, _, stderr = discovered(t, seatsAPI{sights: api.sights}, args...); !strings.HasSuffix(stderr, "recorded: 2 UNCHANGED\n") {
		t.Errorf("the second run: %s", stderr)
	}
}

// TestDiscoverDryRun prints, and needs neither a server nor a token.
func TestDiscoverDryRun(t *testing.T) {
	t.Parallel()
	one := shownBy(t, "one")
	at := onNetwork(t, inTLS(one))
	status, stdout, stderr := command(t, nil, "discover", at, "--dry-run")
	want := fmt.Sprintf("%s\tCN=one\t%s\t%s\n", at, noon().AddDate(1, 0, 0).UTC().Format(time.RFC3339), thumbprint(one.Certificate[0]))
	if status != 0 || stdout != want || stderr != "1 of 1 hosts asked, 1 certificates found (at once)\n" {
		t.Errorf("exit %d, %q, %q", status, stdout, stderr)
	}
}

// TestDiscoverThatIsInterrupted records what was found so far, and says by its exit
// status that this is not all.
func TestDiscoverThatIsInterrupted(t *testing.T) {
	t.Parallel()
	one := shownBy(t, "one")
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	asked := make(chan struct{}, 10)
	mute := onNetwork(t, func(conn net.Conn) { asked <- struct{}{}; silent(conn) })
	_, port, _ := net.SplitHostPort(mute)
	api := &kept{}
	server := httptest.NewServer(seatsAPI{sights: api.sights})
	t.Cleanup(server.Close)
	var out, stderr bytes.Buffer
	ended := make(chan int)
	go func() {
		// One at a time: the first is found before the second, which hangs, is asked.
		ended <- run(ctx, []string{"discover", onNetwork(t, inTLS(one)), mute, "localhost:" + port, "--parallel=1", "--timeout=5m", "--business-unit=berlin"},
			host{stdout: &out, stderr: &stderr, environ: []string{"GATEHOUSE_URL=" + server.URL, "GATEHOUSE_TOKEN=a-token"}, clock: noon}, house{})
	}()
	<-asked
	interrupt()
	if status := <-ended; status != 130 || api.many() != 1 ||
		stderr.String() != "1 of 3 hosts asked, 1 certificates found (at once)\nrecorded: 1 CREATED\ngatehouse: stopped as you asked, after 1 of 3 hosts\n" {
		t.Errorf("exit %d, %d kept, %q", status, api.many(), stderr.String())
	}
}

// TestDiscoverThatCannotRecord ends, and says what is lost by it; the scan is left.
func TestDiscoverThatCannotRecord(t *testing.T) {
	t.Parallel()
	one := shownBy(t, "one")
	at := onNetwork(t, inTLS(one))
	expires := func(map[string]any) any {
		return map[string]any{"results": []any{}, "userErrors": []any{map[string]any{"code": "FORBIDDEN", "message": "You need IMPORT_CERTIFICATES."}}}
	}
	status, _, stderr := discovered(t, seatsAPI{sights: expires}, at, "--business-unit=berlin")
	if want := "gatehouse: You need IMPORT_CERTIFICATES. 1 certificates that were found are not recorded; run the command again\n"; status != 2 || !strings.HasSuffix(stderr, want) {
		t.Errorf("exit %d, %q", status, stderr)
	}
}

// TestDiscoverRefused: each in one sentence that says what to do, before any host is
// asked.
func TestDiscoverRefused(t *testing.T) {
	t.Parallel()
	hosts := writeFile(t, "hosts.txt", []byte("a\nb c\n"))
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"no host":                {[]string{"--dry-run"}, "no host is named; name hosts, ranges with --cidr, or files of them with --file"},
		"no business unit":       {[]string{"a"}, "--business-unit KEY is missing"},
		"another business unit":  {[]string{"a", "--business-unit=berln"}, `no business unit "berln" for your token`},
		"a URL":                  {[]string{"https://a", "--dry-run"}, "is a URL"},
		"a range for a host":     {[]string{"10.0.0.0/24", "--dry-run"}, "named with --cidr"},
		"too large a range":      {[]string{"--cidr=10.0.0.0/8", "--dry-run"}, "--cidr: 10.0.0.0/8 has more than 65536 addresses"},
		"too many":               {[]string{"--cidr=10.0.0.0/16", "--port=443,8443", "--dry-run"}, "This asks 131,072 hosts and ports, for 44m0s at 50/s. Name fewer, or repeat the command with --yes"},
		"no such file":           {[]string{"--file=/nowhere", "--dry-run"}, "/nowhere cannot be opened"},
		"a line that is none":    {[]string{"--file=" + hosts, "--dry-run"}, "hosts.txt, line 2: "},
		"a port that is none":    {[]string{"a", "--port=https", "--dry-run"}, `--port: "https" is no port`},
		"a rate that is none":    {[]string{"a", "--rate=fast", "--dry-run"}, `"fast" is no rate; write how many connections are begun in a second, like 50/s`},
		"a rate of nothing":      {[]string{"a", "--rate=0/s", "--dry-run"}, `"0/s" is no rate`},
		"a rate by the hour":     {[]string{"a", "--rate=50/h", "--dry-run"}, `"50/h" is no rate`},
		"too many at once":       {[]string{"a", "--parallel=5000", "--dry-run"}, "--parallel 5000: it is a number from 1 to 1024"},
		"no time":                {[]string{"a", "--timeout=0s", "--dry-run"}, "--timeout 0s: it is a time from 10ms to 5m"},
		"an unknown protocol":    {[]string{"a", "--starttls=ftp", "--dry-run"}, `"ftp" is no protocol that is known here`},
		"a report that is there": {[]string{"a", "--report=" + hosts, "--dry-run"}, "is there already; name a new file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := discovered(t, seatsAPI{}, test.args...)
			if status != 2 || stdout != "" || !strings.Contains(stderr, test.says) {
				t.Errorf("exit %d, %q, %q", status, stdout, stderr)
			}
		})
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"50": "50/s", "50/s": "50/s", "120/m": "2/s", "6/m": "6/m", "0.5": "30/m", "10000/s": "10000/s"} {
		var rate perSecond
		if err := rate.UnmarshalText([]byte(text)); err != nil || rate.String() != want {
			t.Errorf("%s is %s, %v", text, rate, err)
		}
	}
}
