package mail_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/mail"
	"gatehouse/internal/profile"
	"gatehouse/internal/store"
	"gatehouse/internal/world"
)

// office is a world with a business unit, licences, and a profile of each method.
type office struct {
	*world.World
	t                     *testing.T
	unit                  id.ID
	codes, mailed, manual *profile.CertificateProfile
}

func newOffice(t *testing.T, options ...func(*store.Options)) *office {
	t.Helper()
	o := &office{World: world.New(t, options...), t: t}
	o.unit = o.Unit("research").ID
	o.Purchase(lifecycle.User)
	o.Allocate(o.unit, lifecycle.User, 50)
	o.codes = o.Profile(o.unit, "Codes", world.WithCodes)
	o.mailed = o.Profile(o.unit, "Mailed codes", world.WithCodes, func(in *profile.CreateCertificateProfileInput) { in.MailCode = new(true) })
	o.manual = o.Profile(o.unit, "Requests")
	return o
}

// invite enrolls a new seat.
func (o *office) invite(under *profile.CertificateProfile, seatID string) world.Invited {
	o.t.Helper()
	return o.Invite(under.ID, o.Seats(o.unit, lifecycle.User, seatID)[0].ID)
}

// mails are an enrollment's, the last one first.
func (o *office) mails(one id.ID) []*inventory.Mail {
	o.t.Helper()
	e, err := o.Inventory.Enrollment(o.As(world.Boss()), one, nil)
	if err != nil || e == nil {
		o.t.Fatalf("enrollment %s: %v %v", one, e, err)
	}
	mails, err := o.Inventory.MailsOf(o.As(world.Boss()), e)
	if err != nil {
		o.t.Fatal(err)
	}
	return mails
}

// only is the one mail of an enrollment.
func (o *office) only(one id.ID) *inventory.Mail {
	o.t.Helper()
	mails := o.mails(one)
	if len(mails) != 1 {
		o.t.Fatalf("%s has %d mails, want one", one, len(mails))
	}
	return mails[0]
}

// count reads one number as the superuser.
func (o *office) count(query string, args ...any) (n int) {
	o.t.Helper()
	if err := o.DB.Admin(o.t).QueryRow(query, args...).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// senderFunc is a sender of a test's own.
type senderFunc func(context.Context, *mail.Message) error

func (f senderFunc) Send(ctx context.Context, m *mail.Message) error { return f(ctx, m) }

func TestTheMailsOfAnInvitation(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben := o.invite(o.codes, "ada"), o.invite(o.mailed, "ben")
	if m := o.only(ada.ID); m.Status != lifecycle.MailQueued || m.SentAt != nil || m.Kind != lifecycle.MailInvitation {
		t.Errorf("before it is sent it reads %+v", m)
	}
	box := mail.NewMailbox()
	if n := o.PostDue(box); n != 2 {
		t.Errorf("%d tries for two mails", n)
	}
	if n := o.PostDue(box); n != 0 {
		t.Errorf("%d mails are due again after they were sent", n)
	}
	for name, c := range map[string]struct {
		invited world.Invited
		code    bool
	}{"ada@seats.example.com": {ada, false}, "ben@seats.example.com": {ben, true}} {
		row := o.only(c.invited.ID)
		m := box.Find(row.ID, nil)
		if m == nil || m.To != name || m.Kind != lifecycle.MailInvitation || m.Enrollment != c.invited.ID || m.BusinessUnit != o.unit.UUID || !m.Date.Equal(o.Clock.Now()) {
			t.Fatalf("%s was sent %+v", name, m)
		}
		if link := world.PublicURL + "/enroll#" + c.invited.Token; !strings.Contains(m.Text, link) || !strings.Contains(m.HTML, link) {
			t.Errorf("the mail to %s lacks its link:\n%s", name, m.Text)
		}
		if strings.Contains(m.Text, *c.invited.Code) != c.code || strings.Contains(m.HTML, *c.invited.Code) != c.code {
			t.Errorf("the mail to %s has the code, or lacks it:\n%s", name, m.Text)
		}
		if row.Status != lifecycle.MailSent || row.SentAt == nil || !row.SentAt.Equal(o.Clock.Now()) || row.LastError != "" || row.Recipient != name {
			t.Errorf("its row reads %+v", row)
		}
	}
}

func TestTheMailsOfARequest(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rita, anna := world.Person("rita", lifecycle.Admin), world.Person("anna", lifecycle.Approver)
	e := o.Request(rita, o.manual.ID, "dora")
	received := o.Mailbox()
	if len(received) != 2 {
		t.Fatalf("a request sends %d mails, want two", len(received))
	}
	byKind := map[lifecycle.MailKind]*mail.Message{}
	for _, m := range received {
		byKind[m.Kind] = m
	}
	if m := byKind[lifecycle.MailReceived]; m == nil || m.To != "rita@example.com" || !strings.Contains(m.Text, world.PublicURL+"/pickup#"+o.Secret(e.ID, "token_cipher")) || !strings.Contains(m.Text, "> For the work of dora") {
		t.Errorf("the requester got %+v", m)
	}
	if m := byKind[lifecycle.MailReview]; m == nil || m.To != "approvers@research.example.com" || strings.Contains(m.Text+m.HTML, "#") && strings.Contains(m.Text, o.Secret(e.ID, "token_cipher")) {
		t.Errorf("the approvers got %+v", m)
	}
	o.Approve(anna, "", e.ID)
	if got := o.Mailbox(); len(got) != 1 || got[0].To != "dora@requests.example.com" || got[0].Kind != lifecycle.MailApproved || !strings.Contains(got[0].Text, world.PublicURL+"/pickup#"+o.Secret(e.ID, "pickup_cipher")) {
		t.Errorf("after the approval the holder got %+v", got)
	}
	second := o.Request(rita, o.manual.ID, "emil")
	o.Mailbox()
	o.Reject(anna, "Emil has left.", second.ID)
	if got := o.Mailbox(); len(got) != 1 || got[0].Kind != lifecycle.MailRejected || !strings.Contains(got[0].Text, "> Emil has left.") {
		t.Errorf("after the rejection there are %+v", got)
	}
}

func TestTheMailOfACertificateThatEnds(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.invite(o.codes, "ada")
	o.Redeem(ada, nil)
	o.IssueDue()
	o.Mailbox()
	e, err := o.Inventory.Enrollment(o.As(world.Boss()), ada.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := o.Inventory.CertificateOf(o.As(world.Boss()), e, nil)
	if err != nil || c == nil {
		t.Fatalf("the certificate of %s: %v %v", ada.ID, c, err)
	}
	o.Clock.Pass(c.NotAfter.Sub(o.Clock.Now()) - 14*24*time.Hour)
	if n, err := o.Inventory.Remind(t.Context(), 10); err != nil || n != 1 {
		t.Fatalf("%d reminders (%v)", n, err)
	}
	sent := o.Mailbox()
	if len(sent) != 1 || sent[0].Kind != lifecycle.MailExpires || sent[0].To != "ada@seats.example.com" || sent[0].Certificate != c.ID || sent[0].Enrollment != ada.ID {
		t.Fatalf("sent were %+v", sent)
	}
	m := sent[0]
	if m.Subject != "A certificate ends in 14 days: ada" {
		t.Errorf("its subject is %q", m.Subject)
	}
	for what, text := range map[string]string{"text": m.Text, "page": m.HTML} {
		for _, says := range []string{c.SerialNumber, c.ID.String(), c.Subject, c.NotAfter.Format("2 January 2006")} {
			if !strings.Contains(text, says) {
				t.Errorf("the %s does not say %q", what, says)
			}
		}
	}
}

func TestAMailThatMakesNoSenseAnyMoreIsNotSent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rita, anna := world.Person("rita", lifecycle.Admin), world.Person("anna", lifecycle.Approver)
	late := o.invite(o.codes, "late")
	decided := o.Request(rita, o.manual.ID, "decided")
	o.Approve(anna, "", decided.ID)
	o.Clock.Pass(11 * 24 * time.Hour) // an invitation lives for 10 days, a pick-up link for 30
	box := mail.NewMailbox()
	o.PostDue(box)
	kinds := map[lifecycle.MailKind]bool{}
	for _, m := range box.List(nil) {
		kinds[m.Kind] = true
	}
	if len(kinds) != 2 || !kinds[lifecycle.MailReceived] || !kinds[lifecycle.MailApproved] {
		t.Errorf("sent were %v, want what is still true: REQUEST_RECEIVED and APPROVED", kinds)
	}
	if m := o.only(late.ID); m.Status != lifecycle.MailFailed || m.LastError != "The enrollment was EXPIRED before this mail was known to be sent, so it is not sent any more." {
		t.Errorf("the invitation that came too late reads %+v", m)
	}
	for _, m := range o.mails(decided.ID) {
		if review := m.Kind == lifecycle.MailReview; review != (m.Status == lifecycle.MailFailed) || review && !strings.Contains(m.LastError, "APPROVED") {
			t.Errorf("a mail about what was decided reads %+v", m)
		}
	}
}

func TestAMailIsTriedUntilTheServerTakesIt(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), serve(t, false)
	e := o.invite(o.codes, "ada")
	to := sender(t, server, plain)
	server.change(func() { server.onData = refuse(451, "come back later") })
	for range 3 {
		if n := o.PostDue(to); n != 1 {
			t.Fatalf("%d tries, want one", n)
		}
		if m := o.only(e.ID); m.Status != lifecycle.MailQueued || m.LastError != "The mail server answered 451 4.7.1 come back later to the mail." {
			t.Fatalf("after the server's not yet it reads %+v", m)
		}
		if n := o.PostDue(to); n != 0 {
			t.Fatal("it is tried again without a pause")
		}
		o.Clock.Pass(time.Hour)
	}
	server.change(func() { server.onData = nil })
	if n := o.PostDue(to); n != 1 || len(server.mails()) != 1 {
		t.Fatalf("%d tries, %d mails", n, len(server.mails()))
	}
	if m := o.only(e.ID); m.Status != lifecycle.MailSent || m.LastError != "" {
		t.Errorf("at the end it reads %+v", m)
	}
}

func TestAMailIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		server func(*testing.T) *mailServer
		tries  int
		says   string
	}{
		"at a no for good": {func(t *testing.T) *mailServer {
			s := serve(t, false)
			s.onRecipient = refuse(550, "no such mailbox")
			return s
		}, 1, "The mail server answered 550 5.7.1 no such mailbox to the recipient's address."},
		"after a day without a server": {deaf, inventory.MailTries, "connection refused."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			e := o.invite(o.codes, "ada")
			to := sender(t, c.server(t), plain)
			begun, tries := o.Clock.Now(), 0
			for o.only(e.ID).Status == lifecycle.MailQueued {
				n := o.PostDue(to)
				if tries += n; tries > inventory.MailTries {
					t.Fatal("it is tried for ever")
				}
				o.Clock.Pass(10 * time.Minute)
			}
			if m := o.only(e.ID); tries != c.tries || m.Status != lifecycle.MailFailed || !strings.HasSuffix(m.LastError, c.says) {
				t.Errorf("after %d tries it reads %+v, want %d and %q", tries, m, c.tries, c.says)
			}
			if took := o.Clock.Now().Sub(begun); c.tries > 1 && (took < 18*time.Hour || took > 36*time.Hour) {
				t.Errorf("it was given up after %s, want about a day", took)
			}
			o.Clock.Pass(48 * time.Hour)
			if n := o.PostDue(to); n != 0 || o.count(`SELECT count(*) FROM jobs WHERE kind = 'mail' AND status <> 'FAILED'`) != 0 {
				t.Errorf("given up, it is tried again (%d)", n)
			}
		})
	}
}

func TestTheServerThatEndedDuringTheLastTryLeavesNoMailBehind(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	e := o.invite(o.codes, "ada")
	if _, err := o.DB.Admin(t).Exec(`UPDATE jobs SET attempt = $1 WHERE kind = 'mail'`, inventory.MailTries); err != nil {
		t.Fatal(err)
	}
	o.PostDue(senderFunc(func(context.Context, *mail.Message) error { return job.Fail(nil, "The mail server is away.") }))
	if m := o.only(e.ID); m.Status != lifecycle.MailFailed || m.LastError != "The mail server is away." {
		t.Errorf("the try beyond the last leaves %+v", m)
	}
}

// forgetful is an inventory whose database is away when the first mail was sent.
type forgetful struct {
	mail.Letters
	once sync.Once
}

func (f *forgetful) MailSent(ctx context.Context, one uuid.UUID) (err error) {
	f.once.Do(func() { err = errors.New("the database is away") })
	if err != nil {
		return err
	}
	return f.Letters.MailSent(ctx, one)
}

func TestASecondSendingIsRecognised(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), serve(t, false)
	e := o.invite(o.codes, "ada")
	post := &mail.Post{Letters: &forgetful{Letters: o.Inventory}, Templates: open(t, ""), Sender: sender(t, server, plain), Now: o.Clock.Now}
	worker, err := job.New(o.House.Post, job.Options{Handlers: map[string]job.Handler{inventory.MailJob: post.Handle}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := worker.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		o.Clock.Pass(time.Hour)
	}
	all := server.mails()
	if len(all) != 2 || o.only(e.ID).Status != lifecycle.MailSent {
		t.Fatalf("it arrived %d times, want twice, and reads %+v", len(all), o.only(e.ID))
	}
	want := "Message-ID: <" + o.only(e.ID).ID.String() + "@example.com>"
	for n, m := range all {
		if !strings.Contains(m.text, want) {
			t.Errorf("sending %d lacks %q", n+1, want)
		}
	}
}

func TestAServerThatStopsSaysNothingAboutTheMail(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	e := o.invite(o.codes, "ada")
	ctx, stop := context.WithCancel(t.Context())
	post := &mail.Post{Letters: o.Inventory, Templates: open(t, ""), Now: o.Clock.Now, Sender: senderFunc(func(ctx context.Context, _ *mail.Message) error {
		stop()
		return job.Fail(ctx.Err(), "The mail server did not answer in time.")
	})}
	payload := []byte(`{"mail":"` + o.only(e.ID).ID.UUID.String() + `"}`)
	if err := post.Handle(ctx, job.Job{Kind: inventory.MailJob, Payload: payload, Attempt: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if m := o.only(e.ID); m.Status != lifecycle.MailQueued || m.LastError != "" {
		t.Errorf("it reads %+v", m)
	}
	var no *job.Failure
	for _, broken := range []string{``, `{}`, `{"mail":"x"}`} {
		if err := post.Handle(t.Context(), job.Job{Payload: []byte(broken)}); !errors.As(err, &no) || !no.Final {
			t.Errorf("a payload %q: %v", broken, err)
		}
	}
	unknown := []byte(`{"mail":"` + uuid.NewString() + `"}`)
	if err := post.Handle(t.Context(), job.Job{Payload: unknown}); err != nil {
		t.Errorf("a mail that is gone: %v", err)
	}
}

// TestNoSecretIsLeftBehind has a mail server repeat what it was sent, whole and in
// pieces, and then looks through rows and log.
func TestNoSecretIsLeftBehind(t *testing.T) {
	t.Parallel()
	for name, words := range map[string]func(*mail.Message, world.Invited) string{
		"the link": func(_ *mail.Message, i world.Invited) string {
			return "blocked: " + world.PublicURL + "/enroll#" + i.Token
		},
		"the code":              func(_ *mail.Message, i world.Invited) string { return "is " + *i.Code + " your code?" },
		"the code, in capitals": func(_ *mail.Message, i world.Invited) string { return strings.ToLower(*i.Code) },
		"a piece of the token":  func(_ *mail.Message, i world.Invited) string { return "spam near " + i.Token[5:16] },
		"the whole mail":        func(m *mail.Message, _ world.Invited) string { return m.Text + m.HTML },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			e := o.invite(o.mailed, "ada")
			var log bytes.Buffer
			post := &mail.Post{Letters: o.Inventory, Templates: open(t, ""), Now: o.Clock.Now, Log: slog.New(slog.NewTextHandler(&log, nil)),
				Sender: senderFunc(func(_ context.Context, m *mail.Message) error {
					return job.Fail(errors.New(words(m, e)), "The mail server answered 554 %s.", words(m, e))
				})}
			worker, err := job.New(o.House.Post, job.Options{Handlers: map[string]job.Handler{inventory.MailJob: post.Handle}, Log: post.Log})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := worker.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			if m := o.only(e.ID); m.Status != lifecycle.MailQueued || m.LastError != "It was not taken, with words that repeat its secrets and are therefore not kept." {
				t.Errorf("the row reads %+v", m)
			}
			if !strings.Contains(log.String(), "a job's try failed") {
				t.Errorf("the log tells nothing:\n%s", log.String())
			}
			for what, secret := range map[string]string{"code": *e.Code, "token": e.Token, "piece": e.Token[5:16]} {
				if strings.Contains(strings.ToLower(log.String()), strings.ToLower(secret)) {
					t.Errorf("the %s is in the log:\n%s", what, log.String())
				}
				if n := o.count(`SELECT (SELECT count(*) FROM mails m WHERE strpos(lower(m::text), lower($1)) > 0) + (SELECT count(*) FROM jobs j WHERE strpos(lower(j::text), lower($1)) > 0)`, secret); n != 0 {
					t.Errorf("the %s is in %d rows", what, n)
				}
			}
		})
	}
}

// TestWhatIsRolledBackSendsNothing breaks the transaction off when its mails and jobs
// are written already.
func TestWhatIsRolledBackSendsNothing(t *testing.T) {
	t.Parallel()
	var broken context.CancelFunc
	o := newOffice(t, func(o *store.Options) {
		o.OnStatement = func(_ context.Context, statement string) {
			if broken != nil && strings.Contains(statement, "audit_entries") {
				broken()
			}
		}
	})
	seat := o.Seats(o.unit, lifecycle.User, "ada")[0]
	ctx, cancel := context.WithCancel(o.As(world.Boss()))
	broken = cancel
	_, err := o.Inventory.EnrollSeat(ctx, inventory.EnrollSeatInput{ID: seat.ID, ProfileID: o.codes.ID})
	broken = nil
	if err == nil {
		t.Fatal("the broken transaction was committed")
	}
	if n := o.count(`SELECT (SELECT count(*) FROM mails) + (SELECT count(*) FROM jobs) + (SELECT count(*) FROM enrollments)`); n != 0 {
		t.Errorf("it left %d rows", n)
	}
	if got := o.Mailbox(); len(got) != 0 {
		t.Errorf("it sent %d mails", len(got))
	}
	o.Invite(o.codes.ID, seat.ID)
	if mails, jobs := o.count(`SELECT count(*) FROM mails`), o.count(`SELECT count(*) FROM jobs WHERE kind = 'mail'`); mails != 1 || jobs != 1 {
		t.Errorf("a good one writes %d mails and %d jobs", mails, jobs)
	}
}

func TestTheManagersHearOfALock(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	e := o.invite(o.codes, "ada")
	o.Mailbox()
	for range 5 {
		wrong := "wrongcode"
		if _, err := o.Inventory.Redeem(t.Context(), inventory.RedeemEnrollmentInput{Token: e.Token, Code: &wrong, Csr: o.BlankCSR()}); err != nil {
			t.Fatal(err)
		}
	}
	got := o.Mailbox()
	if len(got) != 1 || got[0].Kind != lifecycle.MailLocked || got[0].To != "managers@research.example.com" || !strings.Contains(got[0].Text, "Status now:    LOCKED") {
		t.Fatalf("the managers got %+v", got)
	}
	if strings.Contains(got[0].Text+got[0].HTML, e.Token) || strings.Contains(got[0].Text+got[0].HTML, *e.Code) {
		t.Error("a mail to the managers holds a secret")
	}
}

// TestAnUnconfirmedRequestIsToldNothingButItsLink: whoever asks without a login
// chooses the recipient, and must not choose the words.
func TestAnUnconfirmedRequestIsToldNothingButItsLink(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	secret := "b3Blbi1yZXF1ZXN0LWxpbms"
	request := func(confirmed bool, age time.Duration) id.ID {
		t.Helper()
		row, at := uuid.Must(uuid.NewV7()), o.Clock.Now()
		cipher, err := o.Keys.Seal(secret, row, "token_cipher")
		if err != nil {
			t.Fatal(err)
		}
		admin := o.DB.Admin(t)
		if _, err := admin.Exec(`INSERT INTO open_requests (id, business_unit_id, profile_id, seat_id, seat_key, name, email, comment, token_cipher, token_hash, created_at, expires_at)
VALUES ($1, $2, $3, $4, $4, 'Buy at eve.example.net', 'victim@example.com', 'Buy now!', $5, $6, $7, $8)`,
			row, o.unit.UUID, o.manual.ID.UUID, "seat-of-eve-"+row.String(), cipher, row[:], at, at.Add(time.Hour-age)); err != nil {
			t.Fatal(err)
		}
		if confirmed {
			e := o.Request(world.Person("rita", lifecycle.Admin), o.manual.ID, row.String())
			o.Mailbox()
			if _, err := admin.Exec(`UPDATE open_requests SET confirmed_at = $2, enrollment_id = $3, token_cipher = NULL WHERE id = $1`, row, at, e.ID.UUID); err != nil {
				t.Fatal(err)
			}
		}
		mailID := uuid.Must(uuid.NewV7())
		if _, err := admin.Exec(`INSERT INTO mails (id, open_request_id, business_unit_id, kind, recipient, status, last_error, created_at) VALUES ($1, $2, $3, 'CONFIRM_REQUEST', 'victim@example.com', 'QUEUED', '', $4)`,
			mailID, row, o.unit.UUID, at); err != nil {
			t.Fatal(err)
		}
		return id.Of(id.Mail, mailID)
	}
	box := mail.NewMailbox()
	post := &mail.Post{Letters: o.Inventory, Templates: open(t, ""), Sender: box, Now: o.Clock.Now}
	send := func(m id.ID) *mail.Message {
		t.Helper()
		if err := post.Handle(t.Context(), job.Job{Attempt: 1, Payload: []byte(`{"mail":"` + m.UUID.String() + `"}`)}); err != nil {
			t.Fatal(err)
		}
		return box.Find(m, nil)
	}
	got := send(request(false, 0))
	if got == nil || got.To != "victim@example.com" || !got.Enrollment.IsZero() || !strings.Contains(got.Text, world.PublicURL+"/confirm#"+secret) || !strings.Contains(got.Text, "Requests") {
		t.Fatalf("it was sent %+v", got)
	}
	for _, theirs := range []string{"eve.example", "seat-of-eve", "Buy"} {
		if strings.Contains(got.Subject+got.Text+got.HTML, theirs) {
			t.Errorf("it says %q, which somebody without a login typed:\n%s", theirs, got.Text)
		}
	}
	for name, m := range map[string]id.ID{"confirmed": request(true, 0), "too late": request(false, time.Hour)} {
		if send(m) != nil {
			t.Errorf("%s: it was sent all the same", name)
		}
		if n := o.count(`SELECT count(*) FROM mails WHERE id = $1 AND status = 'FAILED' AND last_error <> ''`, m.UUID); n != 1 {
			t.Errorf("%s: its row does not say why", name)
		}
	}
}
