package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/golang-jwt/jwt/v5"

	"gatehouse/internal/issuer"
	"gatehouse/internal/testdb"
)

// withoutDemo is the product over a database that stays empty.
func withoutDemo() house {
	build := newHouse()
	build.seed = func(context.Context, opening) (bool, error) { return false, nil }
	return build
}

// send asks GraphQL and decodes the data into an answer; nobody is signed in without
// a token.
func send(t *testing.T, base, token, document string, variables map[string]any, answer any) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	status, text := ask(t, http.MethodPost, base+"/graphql", token, string(body))
	var got struct {
		Data   json.RawMessage
		Errors []any
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil || status != http.StatusOK || got.Errors != nil || strings.Contains(text, `"userErrors":[{`) {
		t.Fatalf("%d %s\nfor %s", status, text, body)
	}
	if err := json.Unmarshal(got.Data, answer); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// invite makes what an invitation needs, and invites somebody at an address. It
// returns the link and the code.
func invite(t *testing.T, base, token, address string) (link, code string) {
	t.Helper()
	var made struct {
		CreateBusinessUnit       struct{ BusinessUnit struct{ ID string } }
		CreateCertificateProfile struct{ CertificateProfile struct{ ID string } }
		CreateSeat               struct{ Seat struct{ ID string } }
		EnrollSeat               struct{ Code, EnrollmentURL string }
		SetPurchasedSeats        any
		AllocateSeats            any
	}
	change := func(document string, input map[string]any) {
		t.Helper()
		send(t, base, token, document, map[string]any{"input": input}, &made)
	}
	change(`mutation ($input: CreateBusinessUnitInput!) { createBusinessUnit(input: $input) { businessUnit { id } userErrors { message } } }`,
		map[string]any{"key": "red", "name": "Red"})
	unit := made.CreateBusinessUnit.BusinessUnit.ID
	change(`mutation ($input: SetPurchasedSeatsInput!) { setPurchasedSeats(input: $input) { userErrors { message } } }`,
		map[string]any{"seatType": "USER", "purchased": 1})
	change(`mutation ($input: AllocateSeatsInput!) { allocateSeats(input: $input) { userErrors { message } } }`,
		map[string]any{"businessUnitId": unit, "seatType": "USER", "allocated": 1})
	change(`mutation ($input: CreateCertificateProfileInput!) { createCertificateProfile(input: $input) { certificateProfile { id } userErrors { message } } }`,
		map[string]any{
			"businessUnitId": unit, "name": "Mail", "seatType": "USER", "caType": "PRIVATE", "authenticationMethod": "ENROLLMENT_CODE",
			"enrollmentMethod": "CSR", "allowedSans": []string{"EMAIL"},
		})
	change(`mutation ($input: CreateSeatInput!) { createSeat(input: $input) { seat { id } userErrors { message } } }`,
		map[string]any{"businessUnitId": unit, "seatType": "USER", "seatId": address, "name": "Kim Berg", "email": address})
	change(`mutation ($input: EnrollSeatInput!) { enrollSeat(input: $input) { code enrollmentUrl userErrors { message } } }`,
		map[string]any{"id": made.CreateSeat.Seat.ID, "profileId": made.CreateCertificateProfile.CertificateProfile.ID})
	return made.EnrollSeat.EnrollmentURL, made.EnrollSeat.Code
}

// redeem takes the certificate with a link and a code, without a login.
func redeem(t *testing.T, base, link, code string) (certificate *x509.Certificate, chainPEM string) {
	t.Helper()
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, crypto.Signer(newECDSA(t, elliptic.P256())))
	if err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(link, "/enroll#")
	var got struct {
		RedeemEnrollment struct {
			Invitation struct {
				Status      string
				Certificate *struct{ Pem, ChainPem string }
			}
		}
	}
	send(t, base, "", `mutation ($input: RedeemEnrollmentInput!) {
		redeemEnrollment(input: $input) { invitation { status certificate { pem chainPem } } userErrors { message } }
	}`, map[string]any{"input": map[string]any{"token": secret, "code": code, "csr": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request}))}}, &got)
	invitation := got.RedeemEnrollment.Invitation
	if invitation.Status != "REDEEMED" || invitation.Certificate == nil {
		t.Fatalf("redeemed, it is %+v", invitation)
	}
	block, _ := pem.Decode([]byte(invitation.Certificate.Pem))
	certificate, err = x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return certificate, invitation.Certificate.ChainPem
}

// trusted checks a certificate against the root in a file.
func trusted(t *testing.T, certificate *x509.Certificate, chainPEM, root string) {
	t.Helper()
	text, err := os.ReadFile(root)
	if err != nil {
		t.Fatal(err)
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	between.AppendCertsFromPEM([]byte(chainPEM))
	if _, err := certificate.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: noon().Add(time.Minute), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		t.Errorf("the certificate is not trusted: %v", err)
	}
}

// TestDevFromInvitationToCertificate plays dev's story: the invitation lies in the
// mailbox, and its link and the code lead to a certificate of dev's own authority.
func TestDevFromInvitationToCertificate(t *testing.T) {
	t.Parallel()
	dir := dataDirForDev(t)
	base, end := started(t, withoutDemo(), []string{"GATEHOUSE_DATA_DIR=" + dir, "GATEHOUSE_ADDR=127.0.0.1:0"}, "dev")
	var admin, viewer struct{ Token string }
	for role, into := range map[string]*struct{ Token string }{"ADMIN": &admin, "VIEWER": &viewer} {
		_, answer := ask(t, http.MethodPost, base+"/dev/token", "", `{"subject":"ada","roles":["`+role+`"],"businessUnits":["*"]}`)
		if err := json.Unmarshal([]byte(answer), into); err != nil || into.Token == "" {
			t.Fatalf("/dev/token: %s", answer)
		}
	}
	link, code := invite(t, base, admin.Token, "kim@example.com")
	if !strings.HasPrefix(link, base+"/enroll#") {
		t.Errorf("the link is %q", link)
	}
	if status, page := ask(t, http.MethodGet, base+"/enroll", "", ""); status != http.StatusOK || !strings.Contains(page, "<html") {
		t.Errorf("the link's page is answered %d: %s", status, page)
	}
	eventually(t, "the invitation is in the mailbox", func() bool {
		_, mails := ask(t, http.MethodGet, base+"/dev/mailbox/messages", admin.Token, "")
		return strings.Contains(mails, link) && strings.Contains(mails, "INVITATION")
	})
	for token, want := range map[string]int{viewer.Token: http.StatusForbidden, "": http.StatusUnauthorized, "x": http.StatusUnauthorized} {
		if status, mails := ask(t, http.MethodGet, base+"/dev/mailbox/messages", token, ""); status != want || strings.Contains(mails, "kim") {
			t.Errorf("the mailbox answers %d: %s", status, mails)
		}
	}
	certificate, chain := redeem(t, base, link, code)
	trusted(t, certificate, chain, filepath.Join(dir, "ca", "root.pem"))
	if status := end(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
}

// TestServeFromInvitationToCertificate plays it in production: the mail goes to a
// mail server, and the certificate is of the authority in the files.
func TestServeFromInvitationToCertificate(t *testing.T) {
	t.Parallel()
	db, post, ca, secret := testdb.New(t), receiving(t), keptCA(t), strings.Repeat("s", 40)
	base, end := started(t, withoutDemo(), safe(t, "DATABASE_URL="+db.AppURL, "GATEHOUSE_ADDR=127.0.0.1:0", "GATEHOUSE_JWT_PEM=", "GATEHOUSE_JWT_SECRET="+secret,
		"GATEHOUSE_SMTP_URL=smtp://"+post.address, "GATEHOUSE_MAIL_FROM=Certificates <pki@example.com>", "GATEHOUSE_PUBLIC_URL=https://pki.example.com/",
		"GATEHOUSE_CA_KEY_FILE="+ca+"/issuing.key", "GATEHOUSE_CA_CHAIN="+ca+"/chain.pem"), "serve")
	admin := sign(t, jwt.SigningMethodHS256, []byte(secret), goodClaims(map[string]any{"roles": []string{"ADMIN"}, "business_units": []string{"*"}}), nil)
	link, code := invite(t, base, admin, "kim@example.com")
	eventually(t, "the mail server has the invitation", func() bool {
		return strings.Contains(post.text(), "kim@example.com") && strings.Contains(post.text(), "https://pki.example.com/enroll#")
	})
	if status, _ := ask(t, http.MethodGet, base+"/dev/mailbox", "", ""); status != http.StatusNotFound {
		t.Errorf("production has a mailbox: %d", status)
	}
	certificate, chain := redeem(t, base, link, code)
	trusted(t, certificate, chain, ca+"/root.pem")
	if status := end(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
}

// TestWhatIsNotSetUpIsTold shows that a server without an authority or a mail server
// says so, once, and one with them does not.
func TestWhatIsNotSetUpIsTold(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	o := opening{log: slog.New(slog.NewTextHandler(&log, nil))}
	tellWhatIsMissing(t.Context(), o)
	for _, want := range []string{"GATEHOUSE_CA_KEY_FILE", "GATEHOUSE_ACME_DIRECTORY", "GATEHOUSE_SMTP_URL"} {
		if strings.Count(log.String(), want) != 1 {
			t.Errorf("%s is told %d times: %s", want, strings.Count(log.String(), want), log.String())
		}
	}
	log.Reset()
	private, err := issuer.MakePrivate(time.Now(), "Test")
	if err != nil {
		t.Fatal(err)
	}
	o.authorities, o.mails = authorities{private: private.PublishAt("http://pki.example.com"), acme: &issuer.ACMEOptions{}}, mails{sender: sparing{}}
	tellWhatIsMissing(t.Context(), o)
	if log.Len() > 0 {
		t.Errorf("with everything set up: %s", log.String())
	}
	o.authorities.private = private
	tellWhatIsMissing(t.Context(), o)
	if !strings.Contains(log.String(), "GATEHOUSE_REVOCATION_URL") {
		t.Errorf("that certificates do not say where lists are is not told: %s", log.String())
	}
}

// eventually waits for what another goroutine or process does.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 300 {
		if is() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("it did not come about that %s", what)
}

// mailServer takes every mail.
type mailServer struct {
	address string
	mu      sync.Mutex
	mails   strings.Builder
}

// receiving is a mail server on this machine.
func receiving(t *testing.T) *mailServer {
	t.Helper()
	listener, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailServer{address: listener.Addr().String()}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return m, nil }))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return m
}

func (m *mailServer) text() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mails.String()
}

func (m *mailServer) Reset()                               {}
func (m *mailServer) Logout() error                        { return nil }
func (m *mailServer) Mail(string, *smtp.MailOptions) error { return nil }
func (m *mailServer) Rcpt(to string, _ *smtp.RcptOptions) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails.WriteString("for " + to + "\n")
	return nil
}

func (m *mailServer) Data(r io.Reader) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, err := io.Copy(&m.mails, r)
	return err
}
