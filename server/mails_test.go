package main

import (
	"context"
	"net"
	"testing"

	"gatehouse/internal/mail"
)

// TestNobodyInAnExampleIsMailed shows that the people of the demo organisation get
// no mail from a real server.
func TestNobodyInAnExampleIsMailed(t *testing.T) {
	t.Parallel()
	for address, sent := range map[string]bool{
		"klara.nguyen@example.com":        false, // as the demo's people have
		"Klara@EXAMPLE.COM":               false,
		"klara@mail.example.org":          false,
		"klara@example.net.":              false,
		"klara@gatehouse.test":            false,
		"klara@printer.invalid":           false,
		"klara@localhost":                 false,
		"klara@host.example":              false,
		`"a@example.com"@firm.co`:         true,
		"klara@notexample.com":            true,
		"klara@example.com.firm.co":       true,
		"klara@example.co.uk":             true,
		"klara@firm.com":                  true,
		"klara@test.firm.com":             true,
		"klara@xn--mller-kva.firm.museum": true,
	} {
		mailbox := mail.NewMailbox()
		err := sparing{mailbox}.Send(context.Background(), &mail.Message{To: address})
		if got := len(mailbox.List(nil)) == 1; got != sent || (err == nil) != sent {
			t.Errorf("%s: sent %t (%v), want %t", address, got, err, sent)
		}
	}
}

// TestWhoIsSpared shows where that holds: not for a mail server on this machine,
// which somebody runs to see what is sent.
func TestWhoIsSpared(t *testing.T) {
	t.Parallel()
	for url, spared := range map[string]bool{"smtps://mail.firm.com": true, "smtp://127.0.0.1:2525": false, "smtp://localhost:2525": false} {
		c, err := settled(t, []string{"GATEHOUSE_SMTP_URL=" + url, "GATEHOUSE_MAIL_FROM=pki@firm.com"})
		if err != nil {
			t.Fatal(err)
		}
		m, err := c.mails()
		if err != nil {
			t.Fatal(err)
		}
		if _, got := m.sender.(sparing); got != spared {
			t.Errorf("%s: %T", url, m.sender)
		}
	}
}

func TestWhereMailsGo(t *testing.T) {
	t.Parallel()
	none, err := settled(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := none.mails(); err != nil || m.sender != nil || m.mailbox != nil {
		t.Errorf("serve without a mail server: %+v, %v", m, err)
	}
	if m, err := none.mailsForDev(); err != nil || m.mailbox == nil || m.sender != mail.Sender(m.mailbox) {
		t.Errorf("dev without a mail server: %+v, %v", m, err)
	}
	set, err := settled(t, []string{"GATEHOUSE_SMTP_URL=smtps://mail.firm.com", "GATEHOUSE_MAIL_FROM=pki@firm.com"})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := set.mailsForDev(); err != nil || m.mailbox != nil || m.sender == nil {
		t.Errorf("dev with a mail server: %+v, %v", m, err)
	}
}

func TestWhatLinksBeginWith(t *testing.T) {
	t.Parallel()
	address := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	for public, want := range map[string]string{"": "http://127.0.0.1:8080", "https://pki.example.com": "https://pki.example.com", "https://pki.example.com/": "https://pki.example.com"} {
		if got := (httpSettings{PublicURL: public}).links(address); got != want {
			t.Errorf("%q: %s, want %s", public, got, want)
		}
	}
}
