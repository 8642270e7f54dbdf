package mail_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/mail"
)

var update = flag.Bool("update", false, "write the golden files anew instead of comparing with them")

// morning is when the mails of these tests are sent.
var morning = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// row is the mail, the enrollment and the business unit of these tests.
var row = uuid.MustParse("0193522d-1a40-7000-8000-000000000001")

// token is the secret of the links.
const token = "bmV2ZXItaW4tYW55LWxvZw"

// letter is a mail to Ada, changed as a test wants it.
func letter(kind lifecycle.MailKind, changes ...func(*inventory.Letter)) *inventory.Letter {
	l := &inventory.Letter{
		ID: id.Of(id.Mail, row), Kind: kind, Recipient: "ada@example.com", BusinessUnit: row, Enrollment: id.Of(id.Enrollment, row),
		UnitName: "Research", ProfileName: "Laptops & phones", SeatType: lifecycle.User, SeatID: "ada@example.com", Name: "Ada Lovelace", Requester: "Grace Hopper",
		Method: lifecycle.ManualApproval, Status: lifecycle.Pending, ExpiresAt: time.Date(2026, 12, 2, 9, 30, 59, 0, time.UTC),
		Link: "https://gatehouse.example.com/",
	}
	for _, change := range changes {
		change(l)
	}
	return l
}

func invited(l *inventory.Letter) {
	l.Method, l.Status, l.AllowedAttempts = lifecycle.EnrollmentCode, lifecycle.Created, 5
	l.Link = "https://gatehouse.example.com/enroll#" + token
}

func pickup(l *inventory.Letter) { l.Link = "https://gatehouse.example.com/pickup#" + token }

func anonymous(l *inventory.Letter) { l.Requester = "" }

func nameless(l *inventory.Letter) { l.Name = "" }

func linkless(l *inventory.Letter) { l.Link = "" }

func comment(l *inventory.Letter) { l.Comment = "For my new laptop.\n\nThe old one <is> lost." }

func reason(l *inventory.Letter) { l.Reason = "Two of them\nare enough." }

// is is a change of the status.
func is(s lifecycle.Status) func(*inventory.Letter) {
	return func(l *inventory.Letter) { l.Status = s }
}

// ending is a mail about a certificate that can be renewed.
func ending(l *inventory.Letter) {
	l.Status, l.Requester, l.Link = "", "", ""
	l.Certificate = inventory.Ending{
		ID: id.Of(id.Certificate, row), Subject: "CN=ada <x>,O=Example\\, Inc.", Names: []string{"ada@example.com", "urn:example:7"},
		Serial: "7f3a90", SHA256: strings.Repeat("0f", 32), Days: 14, Renewable: true,
	}
}

func managed(l *inventory.Letter) {
	l.SeatType, l.Certificate.Manages, l.Link = lifecycle.Server, true, "https://gatehouse.example.com/"
}

func renewing(l *inventory.Letter) { l.Certificate.Renewing = true }

// imported is a certificate that no enrollment led to.
func imported(l *inventory.Letter) {
	l.ProfileName, l.Name, l.Enrollment, l.SeatType = "", "", id.ID{}, lifecycle.Imported
	l.Certificate.Renewable, l.Certificate.Names, l.Certificate.Days = false, nil, 1
}

func unconfirmed(l *inventory.Letter) {
	l.Enrollment, l.SeatID, l.Name, l.Requester, l.Status = id.ID{}, "", "", "", ""
	l.Link = "https://gatehouse.example.com/confirm#" + token
}

// letters are one mail of each kind, and of those that differ, each.
var letters = map[string]*inventory.Letter{
	"invitation":                              letter(lifecycle.MailInvitation, invited),
	"invitation with the code":                letter(lifecycle.MailInvitation, invited, nameless, anonymous, func(l *inventory.Letter) { l.Code = "K7M2PQ" }),
	"confirm request":                         letter(lifecycle.MailConfirmRequest, unconfirmed),
	"request received":                        letter(lifecycle.MailReceived, pickup, comment),
	"request received and granted":            letter(lifecycle.MailReceived, anonymous, is(lifecycle.Approved), linkless),
	"request to review":                       letter(lifecycle.MailReview, comment),
	"open request to review":                  letter(lifecycle.MailReview, anonymous, nameless),
	"approved":                                letter(lifecycle.MailApproved, pickup, is(lifecycle.Approved)),
	"approved open request":                   letter(lifecycle.MailApproved, pickup, anonymous, is(lifecycle.Approved)),
	"rejected":                                letter(lifecycle.MailRejected, reason, is(lifecycle.Rejected), linkless),
	"withdrawn invitation":                    letter(lifecycle.MailRejected, invited, is(lifecycle.Rejected), linkless),
	"locked":                                  letter(lifecycle.MailLocked, invited, is(lifecycle.Locked), func(l *inventory.Letter) { l.Link = "https://gatehouse.example.com/" }),
	"certificate expires":                     letter(lifecycle.MailExpires, ending),
	"certificate expires, to a manager":       letter(lifecycle.MailExpires, ending, managed),
	"certificate expires, asked for":          letter(lifecycle.MailExpires, ending, renewing),
	"certificate expires, asked for, manager": letter(lifecycle.MailExpires, ending, managed, renewing),
	"certificate expires, brought in":         letter(lifecycle.MailExpires, ending, imported),
	"locked and unlocked":                     letter(lifecycle.MailLocked, invited, func(l *inventory.Letter) { l.Link = "https://gatehouse.example.com/" }),
}

// open reads the templates of a folder; empty: the built-in ones.
func open(t *testing.T, folder string) *mail.Templates {
	t.Helper()
	templates, err := mail.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	return templates
}

// render makes a letter's message.
func render(t *testing.T, templates *mail.Templates, l *inventory.Letter) *mail.Message {
	t.Helper()
	m, err := templates.Render(l, morning)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMessagesReadAsTheyDid(t *testing.T) {
	t.Parallel()
	templates := open(t, "")
	for name, l := range letters {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := render(t, templates, l)
			made := fmt.Sprintf("To: %s\nSubject: %s\n\n%s\n===== HTML\n\n%s", m.To, m.Subject, m.Text, m.HTML)
			path := filepath.Join("testdata", strings.NewReplacer(" ", "-", ",", "").Replace(name)+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(made), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			golden, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(golden), made); diff != "" {
				t.Errorf("%s (-was +is; write it anew with -update, and look at the diff):\n%s", path, diff)
			}
		})
	}
}

// TestEveryKindHasItsMessage keeps a new kind from being forgotten above.
func TestEveryKindHasItsMessage(t *testing.T) {
	t.Parallel()
	seen := map[lifecycle.MailKind]bool{}
	for _, l := range letters {
		seen[l.Kind] = true
	}
	for _, kind := range lifecycle.MailKinds {
		if !seen[kind] {
			t.Errorf("no golden file shows a mail of kind %s", kind)
		}
	}
}

func TestAMessageSaysWhatMatters(t *testing.T) {
	t.Parallel()
	templates := open(t, "")
	for name, l := range letters {
		m := render(t, templates, l)
		for what, text := range map[string]string{"text": m.Text, "page": m.HTML} {
			if l.Link != "" && !strings.Contains(text, l.Link) {
				t.Errorf("%s: the %s has not its link", name, what)
			}
			if (l.Code != "") != strings.Contains(text, "K7M2PQ") {
				t.Errorf("%s: the %s has a code where it should not, or lacks it", name, what)
			}
			if strings.Contains(text, "src=") || strings.Contains(text, "<script") || strings.Contains(text, "<img") || strings.Contains(text, "url(") {
				t.Errorf("%s: the %s loads something", name, what)
			}
		}
		if strings.Contains(m.Subject, token) || l.Code != "" && strings.Contains(m.Subject, l.Code) {
			t.Errorf("%s: a secret stands in the subject, where lists and notifications show it", name)
		}
		if m.ID != l.ID || m.Kind != l.Kind || m.Enrollment != l.Enrollment || m.BusinessUnit != l.BusinessUnit || m.To != l.Recipient || !m.Date.Equal(morning) {
			t.Errorf("%s: the message is not the letter's: %+v", name, m)
		}
	}
}

// A seat's name is that of the reader only where the seat is a person.
func TestAServerIsNotGreetedByItsName(t *testing.T) {
	t.Parallel()
	templates := open(t, "")
	for seatType, want := range map[lifecycle.SeatType]string{lifecycle.User: "Hello The lamp,", lifecycle.Server: "Hello,", lifecycle.Unified: "Hello,"} {
		m := render(t, templates, letter(lifecycle.MailApproved, pickup, func(l *inventory.Letter) { l.SeatType, l.Name = seatType, "The lamp" }))
		if !strings.HasPrefix(m.Text, want+"\n") || strings.Contains(m.HTML, "The lamp") != (seatType == lifecycle.User) {
			t.Errorf("a mail about a %s begins with %q, want %q; its page is\n%s", seatType, m.Text[:20], want, m.HTML)
		}
	}
}
