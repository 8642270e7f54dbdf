package mail_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// The one who may log in to the servers of these tests.
const (
	user     = "gatehouse"
	password = "pass:word@1"
)

// mailServer is a mail server on this machine that takes what it is not told to refuse.
type mailServer struct {
	address string
	roots   *x509.CertPool

	mu       sync.Mutex
	taken    []taken
	sessions int
	// login: nobody who has not logged in is served.
	login bool
	// onMail, onRecipient and onData say no; they may be changed by change.
	onMail, onRecipient, onData func() error
}

// taken is a message as it arrived.
type taken struct {
	from, user string
	to         []string
	overTLS    bool
	text       string
}

// option changes how a server is started.
type option func(*mailServer, *smtp.Server)

// startTLS lets it offer STARTTLS.
func startTLS(t *testing.T) option {
	return func(m *mailServer, s *smtp.Server) { s.TLSConfig, m.roots = certificate(t) }
}

// wantsLogin lets it serve those alone who log in.
func wantsLogin(m *mailServer, _ *smtp.Server) { m.login = true }

// serve starts a server; the test's end ends it.
func serve(t *testing.T, implicit bool, options ...option) *mailServer {
	t.Helper()
	m := &mailServer{}
	s := smtp.NewServer(m)
	s.Domain, s.ErrorLog = "localhost", silent{}
	s.EnableSMTPUTF8 = true
	for _, change := range options {
		change(m, s)
	}
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.address = listener.Addr().String()
	if implicit {
		listener, s.TLSConfig = tls.NewListener(listener, s.TLSConfig), nil
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = s.Serve(listener) }()
	t.Cleanup(func() { _ = s.Close(); _ = listener.Close(); <-ended })
	return m
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// change sets what the server refuses.
func (m *mailServer) change(how func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	how()
}

// mails is what it has taken.
func (m *mailServer) mails() []taken {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]taken(nil), m.taken...)
}

// port is where it listens.
func (m *mailServer) port(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(m.address)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// NewSession is the library's way in.
func (m *mailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions++
	return &session{server: m, connection: c}, nil
}

// session is one client's.
type session struct {
	server     *mailServer
	connection *smtp.Conn
	now        taken
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, secret string) error {
		if name != user || secret != password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no such user or password " + secret}
		}
		s.now.user = name
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.login && s.now.user == "" {
		return smtp.ErrAuthRequired
	}
	s.now.from = from
	_, s.now.overTLS = s.connection.TLSConnectionState()
	return s.server.says(&s.server.onMail)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.now.to = append(s.now.to, to)
	return s.server.says(&s.server.onRecipient)
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.server.says(&s.server.onData); err != nil {
		return err
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.now.text = string(text)
	s.server.taken = append(s.server.taken, s.now)
	return nil
}

func (s *session) Reset()        { s.now = taken{user: s.now.user} }
func (s *session) Logout() error { return nil }

// says is what one of the functions says, none of which may be there.
func (m *mailServer) says(what *func() error) error {
	m.mu.Lock()
	say := *what
	m.mu.Unlock()
	if say == nil {
		return nil
	}
	return say()
}

// refuse is a server's no.
func refuse(code int, sentence string) func() error {
	return func() error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 7, 1}, Message: sentence}
	}
}

// certificate is one for this machine, and who trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail server of a test"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, roots
}
