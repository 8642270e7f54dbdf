//go:build e2e

package enrollpage

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// invitation is what enrollmentInvitation answers.
type invitation map[string]any

// fake is a server with the enrollment pages, and behind them, in place of the product,
// a memory of invitations and a small certificate authority. What the page asks is held
// against the real schema.
type fake struct {
	*httptest.Server
	schema *ast.Schema
	// code is the right one for every invitation with a code.
	code string
	// slow: issuing is under way until finish.
	slow bool

	lock        sync.Mutex
	invitations map[string]invitation
	csrs        []string
	inputs      []map[string]any
	requests    []inventory.OpenRequestInput
	ca          *x509.Certificate
	caKey       *ecdsa.PrivateKey
	// fail answers the next call of /graphql in the product's place.
	fail func(http.ResponseWriter)
}

func newFake(t *testing.T, invitations map[string]invitation) *fake {
	t.Helper()
	sdl, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(sdl)})
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{schema: schema, code: "K7QM2XWP", invitations: map[string]invitation{}}
	for token, i := range invitations {
		f.invitations[token] = maps.Clone(i)
	}
	f.caKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Example Issuing CA"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(9, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &f.caKey.PublicKey, f.caKey)
	if err != nil {
		t.Fatal(err)
	}
	if f.ca, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	pages, err := New(Options{Requests: f})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.HandleFunc("POST /graphql", f.graphql)
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	return f
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (f *fake) graphql(w http.ResponseWriter, r *http.Request) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.fail != nil {
		fail := f.fail
		f.fail = nil
		fail(w)
		return
	}
	var asked struct {
		Query     string
		Variables struct {
			Token string
			Input map[string]any
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" {
		http.Error(w, "a bad call", http.StatusBadRequest)
		return
	}
	if _, err := gqlparser.LoadQueryWithRules(f.schema, asked.Query, nil); err != nil {
		reply(w, http.StatusOK, map[string]any{"errors": []any{map[string]any{"message": err.Error()}}})
		return
	}
	if !strings.Contains(asked.Query, "redeemEnrollment") {
		reply(w, http.StatusOK, map[string]any{"data": map[string]any{"enrollmentInvitation": orNull(f.invitations[asked.Variables.Token])}})
		return
	}
	in := asked.Variables.Input
	f.inputs = append(f.inputs, in)
	i := f.invitations[in["token"].(string)]
	errors := f.redeem(i, in)
	reply(w, http.StatusOK, map[string]any{"data": map[string]any{"redeemEnrollment": map[string]any{"invitation": orNull(i), "userErrors": errors}}})
}

func orNull(i invitation) any {
	if i == nil {
		return nil
	}
	return i
}

// redeem judges as domain.md says.
func (f *fake) redeem(i invitation, in map[string]any) []any {
	no := func(code, message string, field ...string) []any {
		return []any{map[string]any{"code": code, "message": message, "field": append([]string{"input"}, field...)}}
	}
	if i["authenticationMethod"] == "ENROLLMENT_CODE" {
		if in["code"] != f.code {
			i["attemptsLeft"] = i["attemptsLeft"].(int) - 1
			if i["attemptsLeft"] == 0 {
				i["status"] = "LOCKED"
			}
			return no("WRONG_CODE", "The code is wrong.", "code")
		}
	}
	if i["needsCsr"] == true {
		text, _ := in["csr"].(string)
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			return no("INVALID_CSR", "No CSR.", "csr")
		}
		csr, err := x509.ParseCertificateRequest(block.Bytes)
		if err != nil || csr.CheckSignature() != nil {
			return no("INVALID_CSR", "A bad CSR.", "csr")
		}
		f.csrs = append(f.csrs, text)
		f.issue(i, csr.PublicKey)
	} else {
		key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		f.issue(i, &key.PublicKey)
	}
	if f.slow {
		i["hidden"], i["certificate"], i["status"] = i["certificate"], nil, "CREATED"
		i["issuance"] = map[string]any{"state": "REQUESTED", "since": stamp(0), "reason": ""}
	}
	return []any{}
}

// finish ends an issuing that was under way.
func (f *fake) finish(token string) {
	f.lock.Lock()
	defer f.lock.Unlock()
	i := f.invitations[token]
	i["certificate"], i["status"], i["issuance"] = i["hidden"], "REDEEMED", nil
}

// issue makes a certificate.
func (f *fake) issue(i invitation, key any) {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "Ada Byrne", Organization: []string{"Example"}}, NotBefore: time.Now(), NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, f.ca, key, f.caKey)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(der)
	text := func(der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	i["status"], i["issuance"] = "REDEEMED", nil
	i["certificate"] = map[string]any{
		"serialNumber": serial.Text(16), "subject": "CN=Ada Byrne,O=Example", "issuer": "CN=Example Issuing CA", "notBefore": stamp(0), "notAfter": stamp(365 * 24 * time.Hour),
		"sha256": hex.EncodeToString(sum[:]), "pem": text(der), "chainPem": text(f.ca.Raw), "pkcs7": "-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n",
	}
}

// Profiles of the request pages: typed names, a CSR, and none.
var (
	openProfile   = id.New(id.Profile)
	csrProfile    = id.New(id.Profile)
	closedProfile = id.New(id.Profile)
)

// OpenForm is the form of the two open profiles.
func (f *fake) OpenForm(_ context.Context, profile id.ID) (*inventory.OpenForm, error) {
	form := &inventory.OpenForm{
		ProfileName: "Web servers", BusinessUnitName: "Harbour office", SeatType: lifecycle.Server, EnrollmentMethod: lifecycle.BrowserPKCS12,
		AllowedSans: []lifecycle.SANKind{lifecycle.SANDNS, lifecycle.SANIP}, NamesTyped: true,
	}
	switch profile {
	case openProfile:
		return form, nil
	case csrProfile:
		form.EnrollmentMethod, form.NamesTyped = lifecycle.CSR, false
		return form, nil
	default:
		return nil, nil
	}
}

// RequestOpenly takes every request but those for addresses of letters.
func (f *fake) RequestOpenly(_ context.Context, in inventory.OpenRequestInput) (*refusal.Refusal, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.requests = append(f.requests, in)
	for n, name := range in.Names {
		if name.Kind == lifecycle.SANIP && strings.Contains(name.Value, "x") {
			return refusal.New(refusal.Invalid, "%q is no name of the kind IP.", name.Value).At("names", strconv.Itoa(n), "value"), nil
		}
	}
	return nil, nil
}

// OpenAsked knows every link but one; what was asked for has a key of somebody's.
func (f *fake) OpenAsked(_ context.Context, token string) (*inventory.OpenAsked, error) {
	if token == "gone" {
		return nil, nil
	}
	return &inventory.OpenAsked{
		ProfileName: "Web servers", BusinessUnitName: "Harbour office", SeatType: lifecycle.Server, SeatID: "www.example.com", Name: "<b>Web shop</b>", Comment: "For the <i>new</i> server",
		Names: []string{"CN=www.example.com", "www.example.com"}, KeySHA256: strings.Repeat("0af3", 16), ExpiresAt: time.Now().Add(24 * time.Hour), Confirmed: token == "confirmed",
	}, nil
}

// ConfirmRequest knows every link but one.
func (f *fake) ConfirmRequest(_ context.Context, token string) (bool, *refusal.Refusal, error) {
	if token == "gone" {
		return false, refusal.New(refusal.NotFound, "This link is not valid."), nil
	}
	return false, nil, nil
}

func stamp(ahead time.Duration) string {
	return time.Now().Add(ahead).UTC().Format(time.RFC3339)
}
