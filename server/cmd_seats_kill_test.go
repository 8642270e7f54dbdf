package main

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/world"
)

// The rows of the file, and the call of importSeats that is interrupted: neither
// the first nor the last of 1,000 rows each.
const (
	killRows  = 2100
	killCalls = 2
)

// when an import is interrupted, as seen from the server.
type when int

const (
	before when = iota // it has not heard of the rows
	while              // it is in the middle of their transaction
	after              // it has committed, and nobody has heard of that
)

// TestAnImportIsWholeWhoeverIsKilled kills processes, which can then tell nobody
// that they end. When the command is killed, it is run again; when the server is,
// it is started again, and the command goes on by itself. Either way the end is the
// same: every seat made once and told of once, and every row in the report.
func TestAnImportIsWholeWhoeverIsKilled(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		victim string
		when   when
		// done is how many rows the last run of the command found to be done.
		done int
	}{
		"the command, before the server hears of the rows":    {"command", before, 1000},
		"the command, while the server works on them":         {"command", while, 1000},
		"the command, before it hears that they are done":     {"command", after, 2000},
		"the server, before it hears of the rows":             {"server", before, 0},
		"the server, in the middle of their transaction":      {"server", while, 0},
		"the server, when they are done and nobody has heard": {"server", after, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKilling(t, test.when)
			k.kill = func() { k.running(&k.server).kill(t); k.serve(t) }
			if test.victim == "command" {
				k.kill = func() {
					k.running(&k.command).kill(t)
					k.await(t, false) // the server notices, and gives up
				}
			}
			status, done := k.seatsImport(t)
			if test.victim == "command" {
				if status >= 0 {
					t.Fatalf("the command ended by itself, with %d", status)
				}
				status, done = k.seatsImport(t)
			}
			if status != 0 || done != test.done || !k.killed.Load() {
				t.Fatalf("exit %d; %d rows were done before; killed: %v", status, done, k.killed.Load())
			}
			k.isWhole(t)
		})
	}
}

// killing is a database, a server, and a proxy between it and the command that
// interrupts the import.
type killing struct {
	world  *world.World
	owner  *sql.DB
	proxy  *httptest.Server
	file   string
	token  string
	secret string
	keyset string

	when    when
	kill    func()
	reports int
	calls   atomic.Int32
	killed  atomic.Bool

	mu      sync.Mutex // of what follows
	server  *child
	command *child
	target  *url.URL
}

func newKilling(t *testing.T, when when) *killing {
	t.Helper()
	k := &killing{world: world.New(t), when: when, secret: strings.Repeat("s", 32), keyset: filepath.Join(t.TempDir(), "keyset.json")}
	k.owner = k.world.DB.Owner(t)
	k.world.Purchase(lifecycle.User)
	k.world.Allocate(k.world.Unit("berlin").ID, lifecycle.User, 2*killRows)
	if err := createKeyset(k.keyset); err != nil {
		t.Fatal(err)
	}
	k.token = sign(t, jwt.SigningMethodHS256, []byte(k.secret), jwt.MapClaims{
		"iss": testIssuer, "aud": testAudience, "sub": "ada", "roles": []string{"ADMIN"}, "business_units": "*", "exp": time.Now().Add(time.Hour).Unix(),
	}, nil)
	var text strings.Builder
	text.WriteString("seat_id,seat_name\n")
	for n := range killRows {
		fmt.Fprintf(&text, "seat-%d,No. %d\n", n, n)
	}
	k.file = writeFile(t, "seats.csv", []byte(text.String()))
	k.serve(t)
	k.proxy = httptest.NewServer(k.between(t))
	t.Cleanup(k.proxy.Close)
	return k
}

// serve starts the server, with the settings that it always has.
func (k *killing) serve(t *testing.T) {
	t.Helper()
	server := launch(t, []string{
		"DATABASE_URL=" + k.world.DB.AppURL, "GATEHOUSE_ADDR=127.0.0.1:0", "GATEHOUSE_KEYSET_FILE=" + k.keyset,
		"GATEHOUSE_JWT_SECRET=" + k.secret, "GATEHOUSE_JWT_ISSUER=" + testIssuer, "GATEHOUSE_JWT_AUDIENCE=" + testAudience,
	}, "serve")
	address := server.says(t, regexp.MustCompile(`"address":"(127\.0\.0\.1:\d+)"`))
	k.mu.Lock()
	defer k.mu.Unlock()
	k.server, k.target = server, &url.URL{Scheme: "http", Host: address}
}

// running is the present process of the two.
func (k *killing) running(which **child) *child {
	k.mu.Lock()
	defer k.mu.Unlock()
	return *which
}

// seatsImport runs the command and gives its exit status, which is below zero when
// it was killed, and how many rows it says that an earlier call had done.
func (k *killing) seatsImport(t *testing.T) (status, before int) {
	t.Helper()
	k.reports++
	report := filepath.Join(t.TempDir(), fmt.Sprintf("report-%d.csv", k.reports))
	command := launch(t, []string{"GATEHOUSE_URL=" + k.proxy.URL, "GATEHOUSE_TOKEN=" + k.token},
		"seats", "import", k.file, "--business-unit=berlin", "--type=USER", "--report="+report)
	k.mu.Lock()
	k.command = command
	k.mu.Unlock()
	<-command.ended
	if status = command.cmd.ProcessState.ExitCode(); status != 0 {
		return status, 0
	}
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(lines) != killRows+1 {
		t.Fatalf("the report has %d lines, %v", len(lines), err)
	}
	for n, line := range lines[1:] {
		if line[0] != fmt.Sprint(n+2) || line[1] != fmt.Sprintf("seat-%d", n) || line[2] != "CREATED" {
			t.Fatalf("line %d of the report is %v", n+1, line)
		}
		if line[4] != "" {
			before++
		}
	}
	return status, before
}

// between passes requests on, and interrupts one.
func (k *killing) between(t *testing.T) http.Handler {
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			k.mu.Lock()
			defer k.mu.Unlock()
			r.SetURL(k.target)
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if !bytes.Contains(body, []byte("importSeats")) || k.calls.Add(1) != killCalls {
			forward.ServeHTTP(w, r)
			return
		}
		switch k.when {
		case before:
			k.kill()
		case while:
			release := k.hold(t)
			passed := make(chan struct{})
			go func() { forward.ServeHTTP(httptest.NewRecorder(), r); close(passed) }()
			k.await(t, true)
			k.kill()
			release()
			<-passed
		case after:
			forward.ServeHTTP(httptest.NewRecorder(), r)
			k.kill()
		}
		k.killed.Store(true)
		w.WriteHeader(http.StatusBadGateway)
	})
}

// hold lets no transaction add a seat until it is released.
func (k *killing) hold(t *testing.T) (release func()) {
	tx, err := k.owner.BeginTx(t.Context(), nil)
	if err == nil {
		_, err = tx.ExecContext(t.Context(), "LOCK TABLE seats IN SHARE MODE")
	}
	if err != nil {
		t.Errorf("holding the seats: %v", err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Errorf("releasing the seats: %v", err)
		}
	}
}

// await waits until a transaction is held, or none is.
func (k *killing) await(t *testing.T, held bool) {
	for now := !held; now != held; time.Sleep(time.Millisecond) {
		const waiting = `SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'seats'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`
		if err := k.owner.QueryRowContext(t.Context(), waiting).Scan(&now); err != nil {
			t.Errorf("looking whether the import is held: %v", err)
			return
		}
	}
}

// isWhole looks at what is in the database in the end.
func (k *killing) isWhole(t *testing.T) {
	t.Helper()
	for what, statement := range map[string]string{
		"seats":                     `SELECT count(*) FROM seats WHERE version = 1 AND deleted_at IS NULL`,
		"licences taken":            `SELECT sum(created) FROM seat_allocations`,
		"audit entries of creation": `SELECT count(*) FROM audit_entries WHERE action = 'CREATE_SEAT' AND outcome = 'SUCCESS'`,
		"seats that they are about": `SELECT count(DISTINCT resource_id) FROM audit_entries WHERE action = 'CREATE_SEAT' AND outcome = 'SUCCESS'`,
	} {
		var n int
		if err := k.owner.QueryRowContext(t.Context(), statement).Scan(&n); err != nil || n != killRows {
			t.Errorf("%d %s after %d rows, %v", n, what, killRows, err)
		}
	}
	if differences, err := licence.Verify(t.Context(), k.owner); err != nil || len(differences) > 0 {
		t.Errorf("verify: %v, %v", differences, err)
	}
}
