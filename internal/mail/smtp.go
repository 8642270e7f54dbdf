package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"gatehouse/internal/job"
)

// SMTPOptions say which mail server takes the mails.
type SMTPOptions struct {
	// URL is the server: smtp://user:password@host:587, where STARTTLS must be offered
	// unless the host is this machine; smtps://user:password@host:465; or, on this
	// machine only, smtp://localhost:25?tls=none. A password goes over TLS only.
	URL string
	// From is the sender, as "Name <address>" or the address alone. The Message-IDs end
	// in its domain.
	From string
	// Hello is this machine's name to the server; empty: the one it has.
	Hello string
	// Roots is who vouches for the server; nil: those whom the system trusts.
	Roots *x509.CertPool
	// Timeout is how long one message may take; 0: 30 seconds.
	Timeout time.Duration
}

// SMTP sends each message by a connection of its own (RFC 5321, RFC 6409). It is
// safe for concurrent use.
type SMTP struct {
	server  server
	from    mail.Address
	domain  string
	options SMTPOptions
}

// NewSMTP checks the options; it connects to nothing. No error repeats a password.
func NewSMTP(o SMTPOptions) (*SMTP, error) {
	s, err := parseServer(o.URL)
	if err != nil {
		return nil, err
	}
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("the sender of mails is an address such as gatehouse@example.com or Gatehouse <gatehouse@example.com>, and %q is not: %w", o.From, err)
	}
	from.Name = line(from.Name)
	if strings.ContainsAny(o.Hello, " \r\n") {
		return nil, fmt.Errorf("the name of this machine to a mail server is a host name, and %q is not", o.Hello)
	}
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	return &SMTP{server: s, from: *from, domain: from.Address[strings.LastIndex(from.Address, "@")+1:], options: o}, nil
}

// Address is the server's host and port.
func (s *SMTP) Address() string { return s.server.address() }

// Send hands one message to the server. The error is a *job.Failure whose sentence
// is the server's answer in one line. Final is what the server says about this
// recipient or this message (5xx after RCPT or DATA), and an address that is none;
// all else may be mended, a wrong password too, and is tried again.
func (s *SMTP) Send(ctx context.Context, m *Message) error {
	message, no := s.compose(m)
	if no != nil {
		return no
	}
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	// The library's client waits for answers with its lock held, so it is stopped by
	// its connection.
	var connection net.Conn
	defer func() {
		if connection != nil {
			_ = connection.Close()
		}
	}()
	client, err := s.client(func(c net.Conn) {
		connection = c
		context.AfterFunc(ctx, func() { _ = c.Close() })
	})
	if err != nil {
		return job.Fail(err, "The settings of the mail server cannot be used; the server's log says why.")
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return s.failure(ctx, "the connection or login", err)
	}
	if err := session.Mail("<" + s.from.Address + ">"); err != nil {
		return s.failure(ctx, "the sender's address", err)
	}
	if err := session.Rcpt("<" + message.GetTo()[0].Address + ">"); err != nil {
		return s.refused(ctx, "the recipient's address", err)
	}
	body, err := session.Data()
	if err != nil {
		return s.refused(ctx, "the mail", err)
	}
	if _, err := message.WriteTo(body); err != nil {
		return s.failure(ctx, "the mail", err) // without the line that ends it, it was not sent
	}
	if err := body.Close(); err != nil {
		return s.refused(ctx, "the mail", err)
	}
	_ = session.Quit() // it has the mail: a bad parting must not send it twice
	return nil
}

// client is a client for one connection, of which opened is told.
func (s *SMTP) client(opened func(net.Conn)) (*gomail.Client, error) {
	secure := &tls.Config{ServerName: s.server.host, RootCAs: s.options.Roots, MinVersion: tls.VersionTLS12}
	options := []gomail.Option{
		gomail.WithPort(s.server.port), gomail.WithTimeout(s.options.Timeout), gomail.WithTLSConfig(secure),
		gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			var dialer net.Dialer
			c, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			opened(c)
			if !s.server.implicit {
				return c, nil
			}
			over := tls.Client(c, secure)
			return over, over.HandshakeContext(ctx)
		}),
	}
	switch {
	case s.server.implicit:
		options = append(options, gomail.WithSSL())
	case s.server.plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	case s.server.loopback() && s.server.user == "":
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.server.user != "" {
		options = append(options, gomail.WithUsername(s.server.user), gomail.WithPassword(s.server.password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256PLUS, gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	if s.options.Hello != "" {
		options = append(options, gomail.WithHELO(s.options.Hello))
	}
	return gomail.NewClient(s.server.host, options...)
}

// refused is failure, and final when the server's answer is (RFC 5321 section 4.2.1).
func (s *SMTP) refused(ctx context.Context, what string, err error) *job.Failure {
	f := s.failure(ctx, what, err)
	if code, _ := answer(err); code >= 500 {
		f.Final = true
	}
	return f
}

// failure says in one line what the server answered, or why it could not be asked.
func (s *SMTP) failure(ctx context.Context, what string, err error) *job.Failure {
	code, said := answer(err)
	if repeats(said, s.server.password) || repeats(err.Error(), s.server.password) {
		said, err = "", errors.New("its words repeat the password")
	}
	switch {
	case code != 0:
		return job.Fail(err, "The mail server answered %s to %s.", strings.TrimSpace(fmt.Sprint(code)+" "+said), what)
	case ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded):
		return job.Fail(err, "The mail server did not answer in time.")
	}
	return job.Fail(err, "The mail server could not be asked: %s.", said)
}
