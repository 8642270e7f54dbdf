package mail_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/mail"
)

// sender sends to a server by a URL that says PORT for its port.
func sender(t *testing.T, m *mailServer, address string, changes ...func(*mail.SMTPOptions)) *mail.SMTP {
	t.Helper()
	o := mail.SMTPOptions{URL: strings.Replace(address, "PORT", m.port(t), 1), From: "Gatehouse <gatehouse@example.com>", Hello: "gatehouse.example.com", Roots: m.roots}
	for _, change := range changes {
		change(&o)
	}
	s, err := mail.NewSMTP(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plain is the URL of a server without TLS.
const plain = "smtp://127.0.0.1:PORT?tls=none"

// withLogin is the URL of one that wants a password, after the scheme.
var withLogin = "://" + url.UserPassword(user, password).String() + "@localhost:PORT"

func TestAMessageArrives(t *testing.T) {
	t.Parallel()
	templates := open(t, "")
	for name, c := range map[string]struct {
		url      string
		implicit bool
		options  func(*testing.T) []option
		overTLS  bool
		user     string
	}{
		"in the clear, on this machine":  {plain, false, nil, false, ""},
		"without STARTTLS, here":         {"smtp://localhost:PORT", false, nil, false, ""},
		"by STARTTLS where it is there":  {"smtp://localhost:PORT", false, func(t *testing.T) []option { return []option{startTLS(t)} }, true, ""},
		"by STARTTLS, with a password":   {"smtp" + withLogin, false, func(t *testing.T) []option { return []option{startTLS(t), wantsLogin} }, true, user},
		"by TLS from the first byte":     {"smtps://127.0.0.1:PORT", true, func(t *testing.T) []option { return []option{startTLS(t)} }, true, ""},
		"by that TLS, with the password": {"smtps" + withLogin, true, func(t *testing.T) []option { return []option{startTLS(t), wantsLogin} }, true, user},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var options []option
			if c.options != nil {
				options = c.options(t)
			}
			server := serve(t, c.implicit, options...)
			m := render(t, templates, letters["invitation with the code"])
			if err := sender(t, server, c.url).Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			all := server.mails()
			if len(all) != 1 || all[0].from != "gatehouse@example.com" || len(all[0].to) != 1 || all[0].to[0] != m.To || all[0].overTLS != c.overTLS || all[0].user != c.user {
				t.Fatalf("the server has %+v", all)
			}
			checkArrived(t, all[0].text, m)
		})
	}
}

// checkArrived holds what arrived to the message.
func checkArrived(t *testing.T, text string, m *mail.Message) {
	t.Helper()
	got, err := netmail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("the subject is %q (%v), want %q", subject, err, m.Subject)
	}
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Message-Id": "<" + m.ID.String() + "@example.com>",
		"Date": "Sun, 22 Nov 2026 09:00:00 +0000", "From": `"Gatehouse" <gatehouse@example.com>`, "To": "<" + m.To + ">", "Mime-Version": "1.0", "Content-Language": "en",
	} {
		if have := got.Header[name]; len(have) != 1 || have[0] != want {
			t.Errorf("%s is %q, want %q once", name, have, want)
		}
	}
	kind, parameters, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("the mail is %s (%v)", kind, err)
	}
	parts := multipart.NewReader(got.Body, parameters["boundary"])
	for _, want := range []struct{ kind, text string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil || !strings.HasPrefix(part.Header.Get("Content-Type"), want.kind) || strings.ReplaceAll(string(bytes.TrimSpace(body)), "\r\n", "\n") != strings.TrimSpace(want.text) {
			t.Errorf("the part is %s (%v), want %s:\n%s", part.Header.Get("Content-Type"), err, want.kind, body)
		}
	}
}

func TestNoHeaderComesFromWhatSomebodyTyped(t *testing.T) {
	t.Parallel()
	templates, server := open(t, ""), serve(t, false)
	to := sender(t, server, plain)
	for name, text := range evil {
		m := render(t, templates, letter(lifecycle.MailReview, func(l *inventory.Letter) {
			l.ProfileName, l.UnitName, l.SeatID, l.Name, l.Requester, l.Comment = text, text, text, text, text, text
		}))
		before := len(server.mails())
		if err := to.Send(t.Context(), m); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		all := server.mails()
		if len(all) != before+1 || len(all[before].to) != 1 {
			t.Fatalf("%s: %d mails arrived, the last to %q", name, len(all)-before, all[len(all)-1].to)
		}
		got, err := netmail.ReadMessage(strings.NewReader(all[before].text))
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Header) != 10 || got.Header.Get("Bcc") != "" {
			t.Errorf("%s: the headers are %v", name, got.Header)
		}
	}
	// A message that was not made by Render is no way in either.
	for _, m := range []*mail.Message{
		{ID: letters["approved"].ID, To: "ada@example.com\r\nBcc: eve@example.net", Subject: "x", Text: "x", HTML: "x"},
		{ID: letters["approved"].ID, To: "ada@example.com, eve@example.net", Subject: "x", Text: "x", HTML: "x"},
		{ID: letters["approved"].ID, To: `"a\r\nBcc: x" <ada@example.com>`, Subject: "x", Text: "x", HTML: "x"},
		{ID: letters["approved"].ID, To: "", Subject: "x", Text: "x", HTML: "x"},
	} {
		var no *job.Failure
		if err := to.Send(t.Context(), m); !errors.As(err, &no) || !no.Final {
			t.Errorf("a mail to %q: %v", m.To, err)
		}
	}
	before := len(server.mails())
	if err := to.Send(t.Context(), &mail.Message{ID: letters["approved"].ID, To: "ada@example.com", Subject: "x\r\nBcc: eve@example.net\r\n\r\ny", Text: "x", HTML: "x"}); err != nil {
		t.Fatal(err)
	}
	if got := server.mails()[before]; strings.Contains(got.text, "\nBcc:") || len(got.to) != 1 {
		t.Errorf("a subject made a header:\n%s", got.text)
	}
}

func TestWhatTheServerSays(t *testing.T) {
	t.Parallel()
	m := render(t, open(t, ""), letters["invitation with the code"])
	for name, c := range map[string]struct {
		change func(*mailServer)
		final  bool
		want   string
	}{
		"no such recipient":       {func(s *mailServer) { s.onRecipient = refuse(550, "no such mailbox here") }, true, "The mail server answered 550 5.7.1 no such mailbox here to the recipient's address."},
		"a full mailbox":          {func(s *mailServer) { s.onRecipient = refuse(452, "mailbox full") }, false, "The mail server answered 452 4.7.1 mailbox full to the recipient's address."},
		"a mail it will not have": {func(s *mailServer) { s.onData = refuse(554, "this looks like spam") }, true, "The mail server answered 554 5.7.1 this looks like spam to the mail."},
		"a grey list":             {func(s *mailServer) { s.onData = refuse(451, "come back later") }, false, "The mail server answered 451 4.7.1 come back later to the mail."},
		"a sender it does not know": {func(s *mailServer) { s.onMail = refuse(550, "who are you") }, false,
			"The mail server answered 550 5.7.1 who are you to the sender's address."},
		"several lines": {func(s *mailServer) { s.onRecipient = refuse(550, "first\nsecond\nthird") }, true, "The mail server answered 550 first to the recipient's address."},
		"much":          {func(s *mailServer) { s.onRecipient = refuse(550, strings.Repeat("x", 300)) }, true, "The mail server answered 550 5.7.1 " + strings.Repeat("x", 193) + "… to the recipient's address."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, false)
			c.change(server)
			var no *job.Failure
			err := sender(t, server, plain).Send(t.Context(), m)
			if !errors.As(err, &no) || no.Final != c.final || no.Sentence != c.want {
				t.Errorf("got %v", err)
			}
			if len(server.mails()) != 0 {
				t.Error("it was taken all the same")
			}
		})
	}
}

func TestAServerThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	m := render(t, open(t, ""), letters["invitation"])
	for name, c := range map[string]struct {
		server func(*testing.T) *mailServer
		url    string
		want   string
	}{
		"nobody there":                   {deaf, plain, "connection refused"},
		"no STARTTLS, and a password":    {func(t *testing.T) *mailServer { return serve(t, false) }, "smtp" + withLogin, "STARTTLS"},
		"a certificate that is not ours": {func(t *testing.T) *mailServer { s := serve(t, false, startTLS(t)); s.roots = nil; return s }, "smtp://localhost:PORT", "certificate"},
		"TLS where none is spoken":       {func(t *testing.T) *mailServer { return serve(t, false) }, "smtps://localhost:PORT", "TLS"},
		"a wrong password": {func(t *testing.T) *mailServer { return serve(t, false, startTLS(t)) }, "smtp://gatehouse:wrong-" + url.QueryEscape(password) + "@localhost:PORT",
			"The mail server answered 535 to the connection or login."},
		"no password where one is wanted": {func(t *testing.T) *mailServer { return serve(t, false, startTLS(t), wantsLogin) }, "smtp://localhost:PORT", "502 5.7.0 Please authenticate first"},
		"a server that never speaks":      {mute, plain, "The mail server did not answer in time."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sender(t, c.server(t), c.url, func(o *mail.SMTPOptions) {
				if strings.Contains(name, "never") {
					o.Timeout = 50 * time.Millisecond
				}
			})
			var no *job.Failure
			err := s.Send(t.Context(), m)
			if !errors.As(err, &no) || no.Final || !strings.Contains(no.Sentence, c.want) {
				t.Errorf("got %v", err)
			}
			if strings.ContainsAny(no.Sentence, "\r\n") || strings.Contains(no.Error(), password) || strings.Contains(no.Error(), "wrong-") {
				t.Errorf("it says %q", no.Error())
			}
		})
	}
}

// deaf is a port at which nobody listens.
func deaf(t *testing.T) *mailServer {
	t.Helper()
	m := mute(t)
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", m.address)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	m.change(func() { _ = m.onMail() })
	return m
}

// mute is a server that takes connections and says nothing; its onMail ends it.
func mute(t *testing.T) *mailServer {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return &mailServer{address: listener.Addr().String(), onMail: func() error { return listener.Close() }}
}

func TestAStoppedSendEndsAtOnce(t *testing.T) {
	t.Parallel()
	server := serve(t, false)
	ctx, stop := context.WithCancel(t.Context())
	silence := make(chan struct{})
	t.Cleanup(func() { close(silence) })
	server.onData = func() error { stop(); <-silence; return nil }
	ended := make(chan error)
	go func() {
		ended <- sender(t, server, plain).Send(ctx, render(t, open(t, ""), letters["invitation"]))
	}()
	if err := <-ended; err == nil {
		t.Error("a mail that was never answered counts as sent")
	}
}

func TestTheMailServersURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"smtp://mail.example.com":                    "mail.example.com:587",
		"smtp://mail.example.com:25/":                "mail.example.com:25",
		"smtps://user:pass@mail.example.com":         "mail.example.com:465",
		"smtp://user%40x:p%2Fss@[::1]:2525":          "[::1]:2525",
		"smtp://localhost:1025?tls=none":             "localhost:1025",
		"smtp://[::1]?tls=none":                      "[::1]:587",
		"":                                           "smtp://USER:PASSWORD@HOST:PORT",
		"mail.example.com:25":                        "smtp://USER:PASSWORD@HOST:PORT",
		"https://mail.example.com":                   "smtp://USER:PASSWORD@HOST:PORT",
		"smtp://":                                    "smtp://USER:PASSWORD@HOST:PORT",
		"smtp://hunter2:hunter2@mail.exa mple.com":   "smtp://USER:PASSWORD@HOST:PORT",
		"smtp://user:hunter2@mail.example.com/x":     "smtp://USER:PASSWORD@HOST:PORT",
		"smtp://user:hunter2@mail.example.com:99999": "from 1 to 65535",
		"smtp://hunter2@mail.example.com":            "a user and a password, or neither",
		"smtp://mail.example.com?tls=none":           "on this machine",
		"smtp://mail.example.com?tls=maybe":          "one option, ?tls=none",
		"smtp://mail.example.com?timeout=5":          "one option, ?tls=none",
		"smtps://localhost?tls=none":                 "contradicts",
		"smtp://user:hunter2@localhost?tls=none":     "is not sent a password",
	} {
		s, err := mail.NewSMTP(mail.SMTPOptions{URL: raw, From: "gatehouse@example.com"})
		switch {
		case err == nil && s.Address() != want:
			t.Errorf("%q is %s, want %s", raw, s.Address(), want)
		case err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("%q is refused with %v, which should say %q", raw, err, want)
		}
	}
	for _, from := range []string{"", "gatehouse", "a@example.com, b@example.com", "Gate\r\nhouse <x@example.com>"} {
		if _, err := mail.NewSMTP(mail.SMTPOptions{URL: "smtp://localhost", From: from}); err == nil {
			t.Errorf("mails from %q are sent", from)
		}
	}
	if _, err := mail.NewSMTP(mail.SMTPOptions{URL: "smtp://localhost", From: "gatehouse@example.com", Hello: "x\r\nQUIT"}); err == nil {
		t.Error("a name with a line break is said to the server")
	}
}
