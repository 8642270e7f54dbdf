package issuer_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/letsencrypt/challtestsrv"
	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"

	"gatehouse/internal/issuer"
)

// dnsProgram is the argument by which the test binary is the operator's program
// for TXT records: it passes what it is asked on to the test that started it.
const dnsProgram = "dns-program"

// TestMain spares Pebble's validator its random naps; it validates all the same.
func TestMain(m *testing.M) {
	if len(os.Args) == 6 && os.Args[1] == dnsProgram {
		os.Exit(runDNSProgram(os.Args[2], os.Args[3:]))
	}
	must(0, os.Setenv("PEBBLE_VA_NOSLEEP", "1"))
	os.Exit(m.Run())
}

// nameserver is the DNS of all authorities, in which every name leads to this
// machine; there is one, since challtestsrv's handler is its process's. A test that
// sets a record has a name of its own.
var nameserver = sync.OnceValues(func() (*challtestsrv.ChallSrv, string) {
	address := freeAddress()
	dns := must(challtestsrv.New(challtestsrv.Config{DNSAddrs: []string{address}, Log: slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)}))
	dns.SetDefaultDNSIPv4("127.0.0.1")
	dns.SetDefaultDNSIPv6("")
	go dns.Run() // until the process ends
	for {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return dns, address
		}
	}
})

// pebble is an ACME authority and a server of ours, whose port is where it looks
// for proofs.
type pebble struct {
	directory string
	roots     *x509.CertPool // of its own server
	ca        *ca.CAImpl
	db        *db.MemoryStore
	dns       *challtestsrv.ChallSrv
	// ours is what answers at /.well-known/acme-challenge/.
	ours *ourServer
	*kept

	mu sync.Mutex
	// cut, when it is set, is called after a request to that path was served and
	// before its answer leaves.
	cutPath string
	cut     func()
	// problem, when it is set, is answered at that path instead, so many times; below
	// zero, always.
	problemPath, problem string
	problems             int
	served               map[string]int
}

// lockedLines are what several goroutines write.
type lockedLines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// ourServer answers challenges.
type ourServer struct {
	mu     sync.Mutex
	answer func(ctx context.Context, token string) (string, bool, error)
}

func (o *ourServer) by(answer func(context.Context, string) (string, bool, error)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answer = answer
}

func (o *ourServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	answer := o.answer
	o.mu.Unlock()
	if answer != nil {
		if text, found, err := answer(r.Context(), strings.TrimPrefix(r.URL.Path, "/.well-known/acme-challenge/")); err == nil && found {
			fmt.Fprint(w, text)
			return
		}
	}
	http.NotFound(w, r)
}

// startPebble starts one; it ends with the test.
func startPebble(t *testing.T, eab ...string) *pebble {
	t.Helper()
	p := &pebble{ours: new(ourServer), kept: &kept{accounts: map[string]issuer.ACMEAccount{}, challenges: map[string]string{}}, served: map[string]int{}}
	told := new(lockedLines)
	quiet := slog.NewLogLogger(slog.NewTextHandler(told, nil), slog.LevelInfo)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("what the authority told:\n%s", told)
		}
	})

	var resolver string
	p.dns, resolver = nameserver()
	ours := httptest.NewServer(p.ours)
	t.Cleanup(ours.Close)
	_, port, _ := net.SplitHostPort(ours.Listener.Addr().String())

	memory := db.NewMemoryStore()
	p.db = memory
	must(0, memory.AddBlockedDomain("blocked.example"))
	for n := 0; n+1 < len(eab); n += 2 {
		must(0, memory.AddExternalAccountKeyByID(eab[n], eab[n+1]))
	}
	p.ca = ca.New(quiet, memory, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {ValidityPeriod: 7776000}})
	validator := va.New(quiet, must(strconv.Atoi(port)), 1, true, resolver, memory)
	front := wfe.New(quiet, memory, validator, p.ca, []string{"pebble.example"}, true, len(eab) > 0, 0, 0)
	served := front.Handler()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(served, w, r) }))
	server.Config.ErrorLog = quiet
	server.StartTLS()
	t.Cleanup(server.Close)
	p.roots = x509.NewCertPool()
	p.roots.AddCert(server.Certificate())
	p.directory = server.URL + wfe.DirectoryPath
	return p
}

// serve has Pebble answer, counts its successes by the first part of the path, and
// does what the test set up.
func (p *pebble) serve(inner http.Handler, w http.ResponseWriter, r *http.Request) {
	path := "/" + strings.Split(r.URL.Path, "/")[1]
	p.mu.Lock()
	problem := ""
	if path == p.problemPath && p.problems != 0 {
		problem = p.problem
		p.problems--
	}
	p.mu.Unlock()
	if problem != "" {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, problem)
		return
	}
	recorded := httptest.NewRecorder()
	inner.ServeHTTP(recorded, r)
	p.mu.Lock()
	if recorded.Code < 300 {
		p.served[path]++
	}
	var cut func()
	if path == p.cutPath && recorded.Code < 300 {
		cut = p.cut
	}
	p.mu.Unlock()
	if cut != nil {
		cut()
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), recorded.Header())
	w.WriteHeader(recorded.Code)
	_, _ = w.Write(recorded.Body.Bytes())
}

// count is how often Pebble served a path well.
func (p *pebble) count(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.served[path]
}

// cutAt has the answer to a path never arrive, and calls first; "" ends that.
func (p *pebble) cutAt(path string, first func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cutPath, p.cut = path, first
}

// saysNoAt has it answer with a problem at a path.
func (p *pebble) saysNoAt(path, problem string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problemPath, p.problem, p.problems = path, problem, -1
}

// saysNoOnceAt has it answer with a problem at a path, one time.
func (p *pebble) saysNoOnceAt(path, problem string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problemPath, p.problem, p.problems = path, problem, 1
}

// client is our side of it.
func (p *pebble) client(t *testing.T, change func(*issuer.ACMEOptions)) *issuer.ACME {
	t.Helper()
	o := issuer.ACMEOptions{Directory: p.directory, Contact: []string{"ca@example.com"}, RootCAs: p.roots, Accounts: p.kept, Challenges: p.kept}
	if change != nil {
		change(&o)
	}
	a, err := issuer.NewACME(o)
	if err != nil {
		t.Fatal(err)
	}
	p.ours.by(a.Challenge)
	return a
}

// freeAddress is an address of this machine that nobody listened at a moment ago.
func freeAddress() string {
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	defer l.Close()
	return l.Addr().String()
}
