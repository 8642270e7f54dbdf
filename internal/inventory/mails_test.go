package inventory_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/viewer"
)

// mailsOf are an enrollment's mails as somebody sees them.
func (w *world) mailsOf(v viewer.Viewer, e id.ID) []*inventory.Mail {
	w.t.Helper()
	found, err := w.Inventory.Enrollment(w.as(v), e, nil)
	granted(w.t, err)
	if found == nil {
		w.t.Fatalf("%s sees no enrollment %s", v.Subject, e)
	}
	mails, err := w.Inventory.MailsOf(w.as(v), found)
	granted(w.t, err)
	if mails == nil {
		w.t.Fatal("no list at all")
	}
	return mails
}

func TestMailsAreForThoseWhoManageEnrollments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	e := w.request(manager, w.profile(rules{}), "dora")
	mine := w.mailsOf(manager, e)
	if len(mine) != 1 || mine[0].Kind != lifecycle.MailReceived || mine[0].Recipient != manager.Email || mine[0].Status != lifecycle.MailQueued ||
		mine[0].SentAt != nil || mine[0].LastError != "" || !mine[0].CreatedAt.Equal(morning) || mine[0].CreatedAt.Location() != time.UTC {
		t.Fatalf("who manages enrollments sees %+v", mine)
	}
	for _, v := range []viewer.Viewer{anna, looker, auditor, seatsOnly} {
		if got := w.mailsOf(v, e); len(got) != 0 {
			t.Errorf("%s sees %d mails", v.Subject, len(got))
		}
	}
	w.newUnit("sales", 0)
	for who, sees := range map[*viewer.Viewer]int{
		&manager: 1, &boss: 1, &looker: 0, &auditor: 0, &rita: 0,
		ptr(person("other", lifecycle.EnrollmentManager, "sales")): 0, ptr(person("same", lifecycle.EnrollmentManager, "research")): 1,
	} {
		byID, err := w.Inventory.MailsByID(w.as(*who), []id.ID{mine[0].ID, id.Of(id.Mail, uuid.New())})
		granted(t, err)
		if len(byID) != sees || sees == 1 && (byID[mine[0].ID] == nil || byID[mine[0].ID].Recipient != manager.Email) {
			t.Errorf("%s finds %v by its id", who.Subject, byID)
		}
	}
}

func TestTheLatestHundredMailsNewestFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(rules{})
	many, few := w.request(manager, under, "dora"), w.request(manager, under, "emil")
	if _, err := w.admin.Exec(`INSERT INTO mails (id, enrollment_id, business_unit_id, kind, recipient, status, last_error, created_at, sent_at)
SELECT gen_random_uuid(), $1, $2, 'REQUEST_TO_REVIEW', 'anna' || n || '@example.com', 'SENT', '', $3::timestamptz + n * interval '1 minute', $3::timestamptz + n * interval '1 minute' FROM generate_series(1, 150) AS n`,
		many.UUID, w.unit.UUID, morning); err != nil {
		t.Fatal(err)
	}
	var statements []string
	w.onStatement.Store(ptr(func(_ context.Context, statement string) {
		if strings.Contains(statement, "FROM mails") {
			statements = append(statements, statement)
		}
	}))
	list, err := w.Inventory.Enrollments(w.as(manager), page.Args{}, inventory.EnrollmentListInput{}, nil)
	granted(t, err)
	for _, e := range list.Nodes() {
		mails, err := w.Inventory.MailsOf(w.as(manager), e)
		granted(t, err)
		switch e.ID {
		case few:
			if len(mails) != 1 {
				t.Errorf("one's neighbour has %d mails, want 1", len(mails))
			}
		case many:
			if len(mails) != 100 {
				t.Fatalf("%d mails, want 100", len(mails))
			}
			for n, m := range mails {
				if want := fmt.Sprintf("anna%d@example.com", 150-n); m.Recipient != want || m.SentAt == nil || m.SentAt.Location() != time.UTC {
					t.Fatalf("mail %d is to %s, want %s", n, m.Recipient, want)
				}
			}
		}
	}
	if len(statements) != 1 {
		t.Errorf("the mails of a page took %d statements", len(statements))
	}
}
