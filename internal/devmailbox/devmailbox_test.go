package devmailbox

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/mail"
	"gatehouse/internal/viewer"
)

// The business units of the tests; one each has a mail in the mailbox.
var red, blue = uuid.MustParse("01900000-0000-7000-8000-000000000001"), uuid.MustParse("01900000-0000-7000-8000-000000000002")

// testMailbox is the page over two mails, the blue one sent last. A viewer sees the
// units that their token names.
func testMailbox(t *testing.T) (http.Handler, *mail.Mailbox) {
	t.Helper()
	box := mail.NewMailbox()
	for n, unit := range []uuid.UUID{red, blue} {
		row := uuid.Must(uuid.NewV7())
		if err := box.Send(t.Context(), &mail.Message{
			ID: id.Of(id.Mail, row), Kind: lifecycle.MailInvitation, Enrollment: id.Of(id.Enrollment, row), Certificate: id.Of(id.Certificate, row), BusinessUnit: unit,
			To: "kim@example.com", Subject: "of " + unit.String(), Text: "text", HTML: "<p>html</p>", Date: time.Unix(int64(n), 0),
		}); err != nil {
			t.Fatal(err)
		}
	}
	h, err := New(Options{Mailbox: box, Units: func(ctx context.Context) (func(uuid.UUID) bool, error) {
		v, _ := viewer.From(ctx)
		for _, name := range v.Units.Names {
			if name == "broken" {
				return nil, errors.New("pq: dial db.internal")
			}
		}
		return func(unit uuid.UUID) bool {
			return v.Units.All || strings.Contains(strings.Join(v.Units.Names, " "), unit.String())
		}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return h, box
}

// asked is the answer to a viewer; nil is nobody.
func asked(h http.Handler, path string, v *viewer.Viewer, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if v != nil {
		r = r.WithContext(viewer.With(r.Context(), *v))
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// who is a viewer with a role in business units.
func who(role lifecycle.Role, units ...string) *viewer.Viewer {
	v := viewer.New("test", "emil", "Emil", "", []lifecycle.Role{role}, viewer.Units{All: len(units) == 1 && units[0] == "*", Names: units})
	return &v
}

// TestWhoReadsWhichMails goes through every role: those that manage enrollments read
// the mails of their business units, the others none.
func TestWhoReadsWhichMails(t *testing.T) {
	t.Parallel()
	h, _ := testMailbox(t)
	readers := 0
	for _, role := range lifecycle.Roles {
		w := asked(h, Messages, who(role, "*"))
		if lifecycle.Grant([]lifecycle.Role{role}).Has(lifecycle.ManageEnrollments) {
			readers++
			if w.Code != http.StatusOK {
				t.Errorf("%s is answered %d: %s", role, w.Code, w.Body)
			}
		} else if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "MANAGE_ENROLLMENTS") || strings.Contains(w.Body.String(), "kim") {
			t.Errorf("%s is answered %d: %s", role, w.Code, w.Body)
		}
	}
	if readers == 0 || readers == len(lifecycle.Roles) {
		t.Errorf("%d roles read mails", readers)
	}

	for _, row := range []struct {
		name   string
		viewer *viewer.Viewer
		status int
		want   []string // the units of the mails, in their order
	}{
		{"all business units, newest first", who(lifecycle.EnrollmentManager, "*"), 200, []string{blue.String(), red.String()}},
		{"one of them", who(lifecycle.EnrollmentManager, red.String()), 200, []string{red.String()}},
		{"none", who(lifecycle.EnrollmentManager), 200, nil},
		{"nobody", nil, 401, nil},
		{"units that cannot be read", who(lifecycle.EnrollmentManager, "broken"), 503, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := asked(h, Messages, row.viewer)
			var got struct{ Messages []message }
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != row.status || strings.Contains(w.Body.String(), "db.internal") {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			var units []string
			for _, m := range got.Messages {
				units = append(units, strings.TrimPrefix(m.Subject, "of "))
				if m.Text != "text" || m.HTML != "<p>html</p>" || m.To != "kim@example.com" || !strings.HasPrefix(m.Enrollment, "enr_") || !strings.HasPrefix(m.Certificate, "cert_") || !strings.HasPrefix(m.ID, "mail_") {
					t.Errorf("a mail is told as %+v", m)
				}
			}
			if strings.Join(units, " ") != strings.Join(row.want, " ") {
				t.Errorf("got the mails of %v, want %v", units, row.want)
			}
			if cached := w.Header().Get("Cache-Control"); cached != "no-store" {
				t.Errorf("Cache-Control is %q", cached)
			}
		})
	}
}

func TestMailsThatThePageHas(t *testing.T) {
	t.Parallel()
	h, box := testMailbox(t)
	emil := who(lifecycle.EnrollmentManager, "*")
	first := asked(h, Messages, emil).Header().Get("ETag")
	if w := asked(h, Messages, emil, "If-None-Match", first); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("the same again: %d with %d bytes", w.Code, w.Body.Len())
	}
	if w := asked(h, Messages, who(lifecycle.EnrollmentManager, red.String()), "If-None-Match", first); w.Code != http.StatusOK {
		t.Errorf("for another viewer: %d", w.Code)
	}
	again := *box.List(nil)[0]
	again.Date = again.Date.Add(time.Second)
	if err := box.Send(t.Context(), &again); err != nil {
		t.Fatal(err)
	}
	if w := asked(h, Messages, emil, "If-None-Match", first); w.Code != http.StatusOK {
		t.Errorf("after a mail was sent again: %d", w.Code)
	}
}

func TestThePage(t *testing.T) {
	t.Parallel()
	h, _ := testMailbox(t)
	w := asked(h, Page, nil)
	page := w.Body.String()
	if w.Code != http.StatusOK || strings.Contains(page, "kim@") {
		t.Fatalf("%d %s", w.Code, page)
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'; script-src 'self';") {
		t.Errorf("the policy is %q", policy)
	}
	if inline := regexp.MustCompile(`(?i)<script[^>]*>[^<]|<style|\son[a-z]+=|style=`).FindString(page); inline != "" {
		t.Errorf("the page has %q in it", inline)
	}
	for _, address := range regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllStringSubmatch(page, -1) {
		if w := asked(h, address[1], nil); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s is answered %d, %q", address[1], w.Code, w.Header().Get("Cache-Control"))
		}
	}
	if sandbox := regexp.MustCompile(`sandbox="([^"]*)"`).FindStringSubmatch(page); sandbox == nil || strings.Contains(sandbox[1], "scripts") || strings.Contains(sandbox[1], "same-origin") {
		t.Errorf("a mail is shown in %v", sandbox)
	}
	if w := asked(h, Page+"/nothing", nil); w.Code != http.StatusNotFound {
		t.Errorf("nothing is answered %d", w.Code)
	}
}
