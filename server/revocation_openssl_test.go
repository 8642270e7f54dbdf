package main

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
)

// TestOpenSSLAgreesWithOurStatus issues certificates by redemptions, suspends,
// resumes and revokes them by GraphQL, and asks openssl after each step what it
// finds out for itself: by OCSP at once, by the list as soon as the server has signed
// it, which is waited for and not caused. That is why this test takes half a minute,
// most of it asleep.
func TestOpenSSLAgreesWithOurStatus(t *testing.T) {
	t.Parallel()
	const at = "http://pki.example.test/below"
	l := newLive(t, "GATEHOUSE_REVOCATION_URL="+at)
	o := &openssl{live: l, folder: t.TempDir()}
	guests := l.invited(4)
	good, revoked, held, freed := o.holder(guests[0]), o.holder(guests[1]), o.holder(guests[2]), o.holder(guests[3])
	o.fetchAuthority(good)
	for what, addresses := range map[string][]string{
		at + "/crl/" + o.key + ".crl": good.parsed.CRLDistributionPoints, at + "/ocsp": good.parsed.OCSPServer, at + "/ca/" + o.key + ".cer": good.parsed.IssuingCertificateURL,
	} {
		if len(addresses) != 1 || addresses[0] != what {
			t.Errorf("the certificate names %q, want %s", addresses, what)
		}
	}

	o.agrees(map[*holder]string{good: "ISSUED", revoked: "ISSUED", held: "ISSUED", freed: "ISSUED"})
	first := o.number

	o.act("revoke", revoked, map[string]any{"reason": "KEY_COMPROMISE"})
	o.act("suspend", held, nil)
	o.act("suspend", freed, nil)
	o.agrees(map[*holder]string{good: "ISSUED", revoked: "REVOKED keyCompromise", held: "SUSPENDED certificateHold", freed: "SUSPENDED certificateHold"})
	second := o.number

	o.act("resume", freed, nil)
	o.act("revoke", held, map[string]any{"reason": "UNSPECIFIED"})
	o.agrees(map[*holder]string{good: "ISSUED", revoked: "REVOKED keyCompromise", held: "REVOKED", freed: "ISSUED"})
	if first < 1 || second <= first || o.number <= second {
		t.Errorf("the lists have the numbers %d, %d, %d", first, second, o.number)
	}
}

// openssl is what somebody knows who has the root and nothing else of ours but what
// the server publishes.
type openssl struct {
	*live
	folder string
	// key is the authority's key identifier in hex; issuing and root are files.
	key, issuing, root string
	// number is that of the last list.
	number int64
}

// holder is a guest with their certificate.
type holder struct {
	id     string
	file   string
	parsed *x509.Certificate
}

// holder redeems.
func (o *openssl) holder(g *guest) *holder {
	o.t.Helper()
	var text string
	eventually(o.t, fmt.Sprintf("guest %d has a certificate", g.n), func() bool {
		got, err := g.try(o.t.Context(), g.code, "take")
		if err != nil || got.no() != "" {
			o.t.Fatalf("%v, %+v", err, got)
		}
		if got.Invitation.Certificate != nil {
			text = got.Invitation.Certificate.Pem
		}
		return text != ""
	})
	block, _ := pem.Decode([]byte(text))
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		o.t.Fatal(err)
	}
	var row uuid.UUID
	if err := o.owner.QueryRowContext(o.t.Context(), `SELECT c.id FROM certificates c WHERE c.serial = $1`, parsed.SerialNumber.Text(16)).Scan(&row); err != nil {
		o.t.Fatal(err)
	}
	return &holder{id: id.Of(id.Certificate, row).String(), file: o.write(fmt.Sprintf("guest-%d.pem", g.n), []byte(text)), parsed: parsed}
}

// fetchAuthority fetches the certificate of who signed one, as its own address says.
func (o *openssl) fetchAuthority(h *holder) {
	o.t.Helper()
	o.key = hex.EncodeToString(h.parsed.AuthorityKeyId)
	der := o.get("/ca/"+o.key+".cer", "application/pkix-cert")
	o.issuing = o.write("issuing.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	for _, setting := range o.environ {
		if chain, is := strings.CutPrefix(setting, "GATEHOUSE_CA_CHAIN="); is {
			o.root = filepath.Join(filepath.Dir(chain), "root.pem")
		}
	}
}

// write keeps a file.
func (o *openssl) write(name string, text []byte) string {
	o.t.Helper()
	file := filepath.Join(o.folder, name)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		o.t.Fatal(err)
	}
	return file
}

// get fetches what the server publishes, without a login.
func (o *openssl) get(path, kind string) []byte {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), http.MethodGet, o.url()+path, http.NoBody)
	if err != nil {
		o.t.Fatal(err)
	}
	answer, err := o.client.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != kind {
		if answer.StatusCode == http.StatusNotFound {
			return nil
		}
		o.t.Fatalf("GET %s: %d, %s, %v", path, answer.StatusCode, answer.Header.Get("Content-Type"), err)
	}
	return body
}

// run runs openssl.
func (o *openssl) run(arguments ...string) (said string, ok bool) {
	out, err := exec.CommandContext(o.t.Context(), "openssl", arguments...).CombinedOutput()
	return string(out), err == nil
}

// act revokes, suspends or resumes by GraphQL.
func (o *openssl) act(verb string, h *holder, further map[string]any) {
	o.t.Helper()
	input := map[string]any{"id": h.id, "comment": "to see what openssl says"}
	for k, v := range further {
		input[k] = v
	}
	mutation := verb + "Certificate"
	var got map[string]struct {
		UserErrors []struct{ Code, Message string }
	}
	err := o.call(o.t.Context(), o.admin, fmt.Sprintf(`mutation ($input: %sInput!) { %s(input: $input) { userErrors { code message } } }`, strings.ToUpper(verb[:1])+mutation[1:], mutation),
		map[string]any{"input": input}, &got)
	if err != nil || len(got[mutation].UserErrors) > 0 {
		o.t.Fatalf("%s: %v, %+v", mutation, err, got)
	}
}

// agrees fails unless the server's own status, OCSP by POST and by GET, and the list
// as soon as it is there tell the same of each: a status, and behind it the reason
// as openssl writes it.
func (o *openssl) agrees(want map[*holder]string) {
	o.t.Helper()
	for h, standing := range want {
		status, reason, _ := strings.Cut(standing, " ")
		if got := o.ours(h); got != status {
			o.t.Errorf("%s: we say %s, want %s", h.file, got, status)
		}
		ocsp := h.file + ": good"
		if status != "ISSUED" {
			ocsp = h.file + ": revoked"
		}
		for _, said := range []string{o.byPost(h), o.byGet(h)} {
			if !strings.Contains(said, "Response verify OK") || !strings.Contains(said, ocsp) || strings.Contains(said, "Reason:") != (reason != "") || !strings.Contains(said, reason) {
				o.t.Errorf("%s: openssl ocsp wants %s and says:\n%s", h.file, standing, said)
			}
		}
	}
	for until := time.Now().Add(5 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		list := o.list()
		if list != "" && o.listed(list, want) {
			break
		}
		if time.Now().After(until) {
			o.t.Fatalf("the list of revoked certificates does not tell the same:\n%s", list)
		}
	}
	for h, standing := range want {
		said, ok := o.run("verify", "-crl_check", "-CAfile", o.root, "-untrusted", o.issuing, "-CRLfile", filepath.Join(o.folder, "list.pem"), h.file)
		if ok != (standing == "ISSUED") || !ok && !strings.Contains(said, "certificate revoked") {
			o.t.Errorf("%s: openssl verify wants %s and says:\n%s", h.file, standing, said)
		}
	}
}

// ours is the status that the API tells.
func (o *openssl) ours(h *holder) string {
	o.t.Helper()
	var got struct {
		Certificate struct {
			Status     string
			Revocation *struct {
				ReportedAt *string
				LastError  *string
			}
		}
	}
	err := o.call(o.t.Context(), o.admin, `query ($id: ID!) { certificate(id: $id) { status revocation { reportedAt lastError } } }`, map[string]any{"id": h.id}, &got)
	if err != nil {
		o.t.Fatal(err)
	}
	if r := got.Certificate.Revocation; (r != nil) != (got.Certificate.Status == "REVOKED") || r != nil && (r.ReportedAt == nil || r.LastError != nil) {
		o.t.Errorf("%s is %s, and of its revocation is told %+v", h.file, got.Certificate.Status, r)
	}
	return got.Certificate.Status
}

// byPost asks OCSP as openssl does.
func (o *openssl) byPost(h *holder) string {
	said, _ := o.run("ocsp", "-issuer", o.issuing, "-cert", h.file, "-url", o.url()+"/ocsp", "-CAfile", o.root)
	return said
}

// byGet asks OCSP as RFC 5019 has it, and has openssl read the answer.
func (o *openssl) byGet(h *holder) string {
	o.t.Helper()
	request := filepath.Join(o.folder, "request.der")
	if said, ok := o.run("ocsp", "-issuer", o.issuing, "-cert", h.file, "-no_nonce", "-reqout", request); !ok {
		o.t.Fatalf("openssl makes no request: %s", said)
	}
	der, err := os.ReadFile(request)
	if err != nil {
		o.t.Fatal(err)
	}
	answer := o.write("answer.der", o.get("/ocsp/"+base64.StdEncoding.EncodeToString(der), "application/ocsp-response"))
	said, _ := o.run("ocsp", "-issuer", o.issuing, "-cert", h.file, "-respin", answer, "-CAfile", o.root)
	return said
}

// list fetches the list, has openssl verify and print it, and keeps it as
// list.pem; empty when there is none.
func (o *openssl) list() string {
	o.t.Helper()
	der := o.get("/crl/"+o.key+".crl", "application/pkix-crl")
	if der == nil {
		return ""
	}
	o.write("list.pem", pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}))
	said, ok := o.run("crl", "-in", filepath.Join(o.folder, "list.pem"), "-CAfile", o.issuing, "-verify", "-noout", "-crlnumber", "-text")
	number := regexp.MustCompile(`crlNumber=(0x)?([0-9A-F]+)`).FindStringSubmatch(said)
	if !ok || !strings.Contains(said, "verify OK") || number == nil {
		o.t.Fatalf("openssl crl: %s", said)
	}
	n, err := strconv.ParseInt(number[2], 16, 64)
	if err != nil || n < o.number {
		o.t.Fatalf("after list %d there is list %d, %v", o.number, n, err)
	}
	o.number = n
	return said
}

// listed reports whether a list, as openssl prints it, names just those that are
// revoked or on hold, each with its reason.
func (o *openssl) listed(list string, want map[*holder]string) bool {
	names := map[string]string{}
	for _, entry := range strings.Split(list, "Serial Number: ")[1:] {
		serial, rest, _ := strings.Cut(entry, "\n")
		reason := ""
		if _, code, has := strings.Cut(rest, "CRL Reason Code:"); has {
			reason, _, _ = strings.Cut(strings.TrimSpace(code), "\n")
		}
		names[strings.TrimLeft(strings.ToLower(serial), "0")] = reason
	}
	revoked := 0
	for h, standing := range want {
		status, reason, _ := strings.Cut(standing, " ")
		said, named := names[h.parsed.SerialNumber.Text(16)]
		if status != "ISSUED" {
			revoked++
		}
		if named != (status != "ISSUED") || listReasons[said] != reason {
			return false
		}
	}
	return len(names) == revoked
}

// listReasons are the names of reasons in openssl crl, as openssl ocsp writes them.
var listReasons = map[string]string{"": "", "Key Compromise": "keyCompromise", "Certificate Hold": "certificateHold"}
