//go:build e2e

package e2e

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// password is what the invited people choose for their files, with letters that
// files of other programs often get wrong.
const password = "Blaue Möwe 7€"

// stage is where the stories are played: one server with the demo organisation in
// it. It remembers which secrets were used and which tabs were opened, for the
// search at the end.
type stage struct {
	server  *process
	dir     string    // the server's data folder
	began   time.Time // when the stories did
	secrets *secrets
}

// The stories of issue 4, from the invitation or the request to a certificate that
// other programs accept, each by the people whom it takes, in browsers. They share a
// server and are played at the same time; afterwards everything that the server
// wrote, and every address that a browser asked for, is searched for their secrets.
func TestStories(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	s := &stage{server: startDev(t, dir), dir: dir, began: time.Now().UTC(), secrets: &secrets{}}
	if mails := s.mailbox(t); strings.TrimSpace(mails) != `{"messages":[]}` {
		t.Errorf("before anybody did anything there are mails: %s", mails)
	}
	// Not parallel: it ends with its parts, and the search comes after them.
	t.Run("told", func(t *testing.T) {
		t.Run("by code", s.byCode)
		t.Run("by approval", s.byApproval)
		t.Run("by open request", s.byOpenRequest)
	})
	if !t.Failed() {
		s.keptItsSecrets(t)
	}
}

// browser opens a browser whose person reads these languages, the first one best.
func (s *stage) browser(t *testing.T, languages string) *tab {
	t.Helper()
	p := openBrowser(t, chromedp.Flag("accept-lang", languages))
	s.secrets.watch(p)
	return p
}

// graphiQL opens GraphiQL in a browser.
func (s *stage) graphiQL(t *testing.T) *tab {
	t.Helper()
	p := openGraphiQL(t, s.server.url)
	s.secrets.watch(p)
	return p
}

// as signs a person in at the API, and remembers the token as a secret.
func (s *stage) as(t *testing.T, subject, name string, roles ...string) caller {
	t.Helper()
	c := as(t, s.server.url, subject, name, roles...)
	s.secrets.add("the token of "+name, c.token)
	return c
}

// mailbox is every mail as the mailbox's page gets them.
func (s *stage) mailbox(t *testing.T) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.url+"/dev/mailbox/messages", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.as(t, "emil-novak", "Emil Novak", "ENROLLMENT_MANAGER").token)
	_, mails := answered(t, request)
	return string(mails)
}

// secretOf is what stands behind the # of a link, which must lead to this page.
func (s *stage) secretOf(t *testing.T, link, page string) string {
	t.Helper()
	secret, found := strings.CutPrefix(link, s.server.url+page+"#")
	if !found || len(secret) < 20 {
		t.Fatalf("the link does not lead to %s with a secret of 128 bits: %q", page, link)
	}
	s.secrets.add("the secret of a link to "+page, secret)
	return secret
}

// usage is how many licences of a business unit's seat type are allocated, have a
// seat, and have one with a certificate.
func (c caller) usage(t *testing.T, unit, seatType string) (u struct{ Allocated, Created, Consumed int }) {
	t.Helper()
	var data struct {
		SeatUsage *struct{ Allocated, Created, Consumed int }
	}
	c.ask(t, `query ($unit: ID!, $type: SeatType!) { seatUsage(businessUnitId: $unit, seatType: $type) { allocated created consumed } }`,
		map[string]any{"unit": unit, "type": seatType}, &data)
	if data.SeatUsage == nil {
		t.Fatal("there is no usage")
	}
	return *data.SeatUsage
}

// tells holds the audit trail of an enrollment or of a seat to what happened, in
// order; an entry is its action, its outcome or the code of its refusal, and who did
// it.
func (c caller) tells(t *testing.T, id string, want ...string) {
	t.Helper()
	type trail struct {
		Nodes []struct {
			Action, Outcome string
			Code            *string
			Actor           struct{ Kind, Name, Subject string }
		}
	}
	var data struct{ Node struct{ AuditTrail trail } }
	c.ask(t, `query ($id: ID!) { node(id: $id) { ... on Enrollment { auditTrail(first: 100) { ...entries } } ... on Seat { auditTrail(first: 100) { ...entries } } } }
		fragment entries on AuditEntryConnection { nodes { action outcome code actor { kind name subject } } }`, map[string]any{"id": id}, &data)
	var got []string
	for _, n := range data.Node.AuditTrail.Nodes {
		what := n.Outcome
		if n.Code != nil {
			what = *n.Code
		}
		who := n.Actor.Name
		if who == "" {
			who = n.Actor.Kind
		}
		got = append(got, n.Action+" "+what+" "+who)
	}
	slices.Reverse(got)
	if !slices.Equal(got, want) {
		t.Errorf("the trail of %s is\n%s\nwant\n%s", id, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// isIssued holds an enrollment to its end: this certificate, on a seat that it
// consumes, nothing left to be done, and these mails sent, each told as kind, status
// and recipient.
func (s *stage) isIssued(t *testing.T, c caller, id string, certificate *x509.Certificate, mails ...string) {
	t.Helper()
	var data struct {
		Enrollment struct {
			Status      string
			Issuance    *struct{ State string }
			Certificate struct{ Sha256, SerialNumber, Status, Source string }
			Seat        struct{ Status string }
			Mails       []struct{ Kind, Status, Recipient, LastError string }
		}
	}
	var got []string
	// A mail may still be on its way.
	for end := time.Now().Add(patience / 4); ; time.Sleep(100 * time.Millisecond) {
		c.ask(t, `query ($id: ID!) { enrollment(id: $id) {
			status issuance { state } certificate { sha256 serialNumber status source } seat { status } mails { kind status recipient lastError } } }`,
			map[string]any{"id": id}, &data)
		got = nil
		for _, m := range data.Enrollment.Mails {
			got = append(got, strings.TrimSpace(m.Kind+" "+m.Status+" "+m.Recipient+" "+m.LastError))
		}
		slices.Sort(got)
		slices.Sort(mails)
		if slices.Equal(got, mails) || time.Now().After(end) {
			break
		}
	}
	if !slices.Equal(got, mails) {
		t.Errorf("the mails are %q, want %q", got, mails)
	}
	e := data.Enrollment
	if e.Status != "REDEEMED" || e.Issuance != nil || e.Seat.Status != "CONSUMED" {
		t.Errorf("it is %s with the issuance %v, and its seat is %s", e.Status, e.Issuance, e.Seat.Status)
	}
	if sum := sha256.Sum256(certificate.Raw); e.Certificate.Sha256 != hex.EncodeToString(sum[:]) ||
		e.Certificate.SerialNumber != certificate.SerialNumber.Text(16) || e.Certificate.Status != "ISSUED" || e.Certificate.Source != "ISSUED" {
		t.Errorf("the person has the certificate %x with the serial number %x, and the API tells %+v", sum, certificate.SerialNumber, e.Certificate)
	}
}
