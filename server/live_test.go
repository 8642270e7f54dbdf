package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/secretscan"
	"gatehouse/internal/store"
	"gatehouse/internal/world"
)

// live is a server in a process of its own, which may be killed and started again:
// over a database, with a mail server, and with a certificate authority in files.
type live struct {
	t     *testing.T
	world *world.World // over the same database, to found what is asked about
	owner *sql.DB
	post  *mailServer
	admin string // an administrator's token
	// roots and between are whom certificates are held against.
	roots, between *x509.CertPool

	environ []string
	client  *http.Client

	mu       sync.Mutex // of what follows
	children []*child   // all that there were, the present one last
	base     string

	heard atomic.Int64 // answers of redeemEnrollment
}

// machine is held by one live server's test at a time: each of them takes the whole
// machine.
var machine sync.Mutex

// newLive founds and starts it. The settings are added to those that it always has.
func newLive(t *testing.T, settings ...string) *live {
	t.Helper()
	machine.Lock()
	t.Cleanup(machine.Unlock)
	l := &live{t: t, post: receiving(t), world: world.New(t, func(o *store.Options) { o.Now = time.Now })}
	l.owner = l.world.DB.Owner(t)
	l.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 50}, Timeout: time.Minute}
	t.Cleanup(l.client.CloseIdleConnections)
	keyset, ca, secret := filepath.Join(t.TempDir(), "keyset.json"), filepath.Join(t.TempDir(), "ca"), strings.Repeat("s", 32)
	if err := createKeyset(keyset); err != nil {
		t.Fatal(err)
	}
	if _, err := issuer.OpenPrivate(ca, "Test", time.Now()); err != nil {
		t.Fatal(err)
	}
	for file, pool := range map[string]**x509.CertPool{"root.pem": &l.roots, "chain.pem": &l.between} {
		text, err := os.ReadFile(filepath.Join(ca, file))
		if err != nil {
			t.Fatal(err)
		}
		*pool = x509.NewCertPool()
		(*pool).AppendCertsFromPEM(text)
	}
	l.admin = sign(t, jwt.SigningMethodHS256, []byte(secret), jwt.MapClaims{
		"iss": testIssuer, "aud": testAudience, "sub": "ada", "roles": []string{"ADMIN"}, "business_units": "*", "exp": time.Now().Add(time.Hour).Unix(),
	}, nil)
	l.environ = append([]string{
		"DATABASE_URL=" + l.world.DB.AppURL, "GATEHOUSE_ADDR=127.0.0.1:0", "GATEHOUSE_KEYSET_FILE=" + keyset,
		"GATEHOUSE_JWT_SECRET=" + secret, "GATEHOUSE_JWT_ISSUER=" + testIssuer, "GATEHOUSE_JWT_AUDIENCE=" + testAudience,
		"GATEHOUSE_SMTP_URL=smtp://" + l.post.address + "?tls=none", "GATEHOUSE_MAIL_FROM=pki@example.com", "GATEHOUSE_PUBLIC_URL=https://pki.example.com",
		"GATEHOUSE_CA_KEY_FILE=" + ca + "/issuing.key", "GATEHOUSE_CA_CHAIN=" + ca + "/chain.pem",
	}, settings...)
	l.serve()
	return l
}

// serve starts the server and returns when it answers.
func (l *live) serve() {
	l.t.Helper()
	server := launch(l.t, l.environ, "serve")
	address := server.says(l.t, regexp.MustCompile(`"msg":"serving","address":"(127\.0\.0\.1:\d+)"`))
	if address == "" {
		l.t.FailNow()
	}
	go func() {
		for range server.lines { // nobody waits for more of it
			continue
		}
	}()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.children, l.base = append(l.children, server), "http://"+address
}

// killed kills the server and starts it again.
func (l *live) killed() {
	l.t.Helper()
	l.children[len(l.children)-1].kill(l.t)
	l.serve()
}

// url is where the present server answers.
func (l *live) url() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.base
}

// errLost: it is not known whether the call was heard.
var errLost = errors.New("no answer came")

// call asks GraphQL; nobody is signed in without a token. An answer that is not one,
// or has errors, is an error too.
func (l *live) call(ctx context.Context, token, document string, variables map[string]any, answer any) error {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url()+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := l.client.Do(r)
	if err != nil {
		return errors.Join(errLost, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return errors.Join(errLost, err)
	}
	var got struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(text, &got); err != nil || response.StatusCode != http.StatusOK || got.Errors != nil {
		return fmt.Errorf("answered %d: %s", response.StatusCode, text)
	}
	return json.Unmarshal(got.Data, answer)
}

// invited are n people with an invitation each under one profile, whose codes are so
// long that none stands anywhere by chance.
func (l *live) invited(n int) []*guest {
	l.t.Helper()
	w, unit := l.world, l.world.Unit("berlin").ID
	w.Purchase(lifecycle.User)
	w.Allocate(unit, lifecycle.User, n)
	under := w.Profile(unit, "Mail", world.WithCodes, world.WithCSR, func(in *profile.CreateCertificateProfileInput) {
		in.CodeLength, in.MailCode = new(20), new(true)
	})
	names, seats := make([]string, n), make([]map[string]any, n)
	for k := range n {
		names[k] = fmt.Sprintf("guest-%d", k)
	}
	for k, s := range w.Seats(unit, lifecycle.User, names...) {
		seats[k] = map[string]any{"id": s.ID.String()}
	}
	var made struct {
		EnrollSeats struct {
			Results []struct {
				Enrollment          struct{ ID string }
				Code, EnrollmentURL string
			}
		}
	}
	err := l.call(l.t.Context(), l.admin, `mutation ($input: EnrollSeatsInput!) {
  enrollSeats(input: $input) { results { enrollment { id } code enrollmentUrl userErrors { message } } userErrors { message } }
}`, map[string]any{"input": map[string]any{"profileId": under.ID.String(), "seats": seats}}, &made)
	if err != nil || len(made.EnrollSeats.Results) != n {
		l.t.Fatalf("enrolling: %v, %+v", err, made)
	}
	all := make([]*guest, n)
	for k, r := range made.EnrollSeats.Results {
		_, token, _ := strings.Cut(r.EnrollmentURL, "#")
		all[k] = newGuest(l, k, r.Enrollment.ID, token, r.Code)
	}
	return all
}

// count is a number that a statement counts.
func (l *live) count(statement string, args ...any) (n int) {
	l.t.Helper()
	if err := l.owner.QueryRowContext(l.t.Context(), statement, args...).Scan(&n); err != nil {
		l.t.Fatalf("%s: %v", statement, err)
	}
	return n
}

// keepsSecrets looks for secrets in all that the servers have said and in the whole
// database.
func (l *live) keepsSecrets(secrets []string) {
	l.t.Helper()
	found, err := secretscan.Scan(l.t.Context(), l.world.DB.Admin(l.t), secrets)
	if err != nil {
		l.t.Fatal(err)
	}
	for n, server := range l.children {
		text := server.text()
		if !strings.Contains(text, `"msg":"serving"`) {
			l.t.Errorf("what server %d has said was not kept", n)
		}
		found = append(found, secretscan.ScanText(fmt.Sprintf("the log of server %d", n), text, secrets)...)
	}
	for _, where := range found {
		l.t.Error(where)
	}
	// Were there anything to find, it would be found: the mails have both.
	if said := secretscan.ScanText("the mails", l.post.text(), secrets); len(said) == 0 && l.post.text() != "" {
		l.t.Error("the secrets that were mailed are not found in the mails")
	}
}
