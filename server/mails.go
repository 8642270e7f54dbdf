package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"gatehouse/internal/job"
	"gatehouse/internal/mail"
)

// mails is how mails leave: through a mail server, into the mailbox of dev, or not
// at all, when sender is nil.
type mails struct {
	sender    mail.Sender
	templates *mail.Templates
	// mailbox is dev's, when it has no mail server.
	mailbox *mail.Mailbox
}

// mails is how mails leave under these settings. It connects to nothing. Its errors
// name the setting and never the password.
func (c *config) mails() (mails, error) {
	if c.SMTPURL == "" {
		if c.MailFrom != "" {
			return mails{}, errors.New("GATEHOUSE_MAIL_FROM is set without GATEHOUSE_SMTP_URL, the mail server: set both to send mail")
		}
		return mails{}, nil
	}
	if c.MailFrom == "" {
		return mails{}, errors.New("GATEHOUSE_MAIL_FROM is not set: it is the sender of mails, such as pki@example.com")
	}
	smtp, err := mail.NewSMTP(mail.SMTPOptions{URL: c.SMTPURL, From: c.MailFrom, Hello: c.publicHost()})
	if err != nil {
		return mails{}, fmt.Errorf("mail cannot be sent as GATEHOUSE_SMTP_URL and GATEHOUSE_MAIL_FROM say: %w", err)
	}
	templates, err := c.templates()
	if err != nil {
		return mails{}, err
	}
	m := mails{sender: smtp, templates: templates}
	if host, _, err := net.SplitHostPort(smtp.Address()); err != nil || !isLoopback(host) {
		m.sender = sparing{smtp}
	}
	return m, nil
}

// mailsForDev is mails, or else a mailbox in memory.
func (c *config) mailsForDev() (mails, error) {
	if m, err := c.mails(); m.sender != nil || err != nil {
		return m, err
	}
	templates, err := c.templates()
	if err != nil {
		return mails{}, err
	}
	mailbox := mail.NewMailbox()
	return mails{sender: mailbox, templates: templates, mailbox: mailbox}, nil
}

// templates are those of the setting's folder over the built-in ones, tried out.
func (m mailSettings) templates() (*mail.Templates, error) {
	templates, err := mail.Open(m.MailTemplates)
	if err != nil {
		return nil, fmt.Errorf("the templates of GATEHOUSE_MAIL_TEMPLATES cannot be used: %w", err)
	}
	return templates, nil
}

// links is what links to this server begin with: the public address, else that of
// the listener, which this machine reaches.
func (h httpSettings) links(address net.Addr) string {
	if h.PublicURL == "" {
		return "http://" + address.String()
	}
	return strings.TrimRight(h.PublicURL, "/")
}

// publicHost is the host under which people reach this server; empty when none is set.
func (h httpSettings) publicHost() string {
	u, err := url.Parse(h.PublicURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// sparing hands mails on, but for those to domains that RFC 2606 and RFC 6761 keep
// for examples and tests, where nobody lives. The people of the demo organisation
// do, and a database that has them in it must bother no mail server of the world.
// A mail server on this machine is somebody's who looks at what is sent, and is
// spared nothing.
type sparing struct{ to mail.Sender }

// Send refuses for good what would go to nobody.
func (s sparing) Send(ctx context.Context, m *mail.Message) error {
	if isReserved(m.To) {
		return job.GiveUp(nil, "The address is in a domain for examples and tests, to which no mail is sent.")
	}
	return s.to.Send(ctx, m)
}

// isReserved reports whether an address is in a domain that nobody can have.
func isReserved(address string) bool {
	domain := strings.ToLower(strings.TrimSuffix(address[strings.LastIndex(address, "@")+1:], "."))
	labels := strings.Split(domain, ".")
	last := labels[len(labels)-1]
	if slices.Contains([]string{"example", "test", "invalid", "localhost"}, last) {
		return true
	}
	return len(labels) > 1 && labels[len(labels)-2] == "example" && slices.Contains([]string{"com", "net", "org"}, last)
}
