package mail

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// server is a mail server as its URL names it.
type server struct {
	host string
	port int
	// user and password are empty when nobody logs in.
	user, password string
	// implicit: TLS from the first byte (RFC 8314). Otherwise STARTTLS (RFC 3207),
	// which the server must offer unless it is on this machine; plain forbids even that.
	implicit, plain bool
}

// The ports of submission (RFC 6409, RFC 8314).
const (
	submission  = 587
	submissions = 465
)

// errServerURL says what a mail server's URL looks like. What was given is not
// repeated, for it may hold a password.
var errServerURL = errors.New("a mail server's URL is smtp://USER:PASSWORD@HOST:PORT (port 587 unless named) or smtps://USER:PASSWORD@HOST:PORT (465), the user and password percent-encoded or left out")

// parseServer reads a mail server's URL. It refuses what would send mails or a
// password in the clear over a network.
func parseServer(raw string) (server, error) {
	u, err := url.Parse(raw)
	if err != nil { // it repeats what it read
		return server{}, errServerURL
	}
	if (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "" || u.Opaque != "" {
		return server{}, errServerURL
	}
	s := server{host: u.Hostname(), implicit: u.Scheme == "smtps", port: submission, user: u.User.Username()}
	s.password, _ = u.User.Password()
	if s.implicit {
		s.port = submissions
	}
	if u.Port() != "" {
		if s.port, err = strconv.Atoi(u.Port()); err != nil || s.port < 1 || s.port > 65535 {
			return server{}, fmt.Errorf("a mail server's port is a number from 1 to 65535, and %q is not", u.Port())
		}
	}
	if u.User != nil && (s.user == "" || s.password == "") {
		return server{}, errors.New("a mail server's URL names a user and a password, or neither")
	}
	options, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return server{}, errServerURL
	}
	for name, values := range options {
		if name != "tls" || len(values) != 1 || values[0] != "none" {
			return server{}, errors.New("a mail server's URL knows one option, ?tls=none, for a server on this machine")
		}
		s.plain = true
	}
	switch {
	case s.plain && s.implicit:
		return server{}, errors.New("smtps:// is TLS from the first byte, so ?tls=none contradicts it; write smtp:// for a server on this machine without TLS")
	case s.plain && !s.loopback():
		return server{}, fmt.Errorf("?tls=none is for a mail server on this machine (localhost, 127.0.0.1, ::1): to %s the mails with their links would go in the clear", s.host)
	case s.plain && s.user != "":
		return server{}, errors.New("a mail server with ?tls=none is not sent a password; leave user and password out, or ?tls=none")
	}
	return s, nil
}

// loopback reports whether the server is on this machine.
func (s server) loopback() bool {
	if strings.EqualFold(s.host, "localhost") {
		return true
	}
	ip := net.ParseIP(s.host)
	return ip != nil && ip.IsLoopback()
}

// address is the host and port.
func (s server) address() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }
