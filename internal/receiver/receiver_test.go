package receiver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// morning is when these tests send.
var morning = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// served is a receiver with TLS, and the roots that know it.
func served(t *testing.T, answer http.HandlerFunc) (*httptest.Server, *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(answer)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0) // clients that do not trust it
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, roots
}

// The specification's own library takes what is sent, and nothing that was changed.
func TestTheSpecificationsLibraryTakesTheSignature(t *testing.T) {
	t.Parallel()
	secret := NewSecret()
	if other := NewSecret(); other == secret || len(secret) != len("whsec_")+44 {
		t.Fatalf("%d characters, twice the same: %v", len(secret), other == secret)
	}
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	s, roots := served(t, func(_ http.ResponseWriter, r *http.Request) {
		seen++
		body, _ := io.ReadAll(r.Body)
		if err := verifier.VerifyIgnoringTimestamp(body, r.Header); err != nil {
			t.Errorf("the message is not taken: %v", err)
		}
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("webhook-id") != "msg_1" || r.Header.Get("webhook-timestamp") != fmt.Sprint(morning.Unix()) {
			t.Errorf("%s %v", r.Method, r.Header)
		}
		for _, changed := range []string{"webhook-id", "webhook-timestamp"} {
			header := r.Header.Clone()
			header.Set(changed, header.Get(changed)+"1")
			if verifier.VerifyIgnoringTimestamp(body, header) == nil {
				t.Errorf("a message with another %s is taken", changed)
			}
		}
		if verifier.VerifyIgnoringTimestamp(append(body, ' '), r.Header) == nil {
			t.Error("another body is taken")
		}
	})
	answer, err := New(Options{AllowPrivate: true, Roots: roots}).Send(t.Context(), Message{URL: s.URL, ID: "msg_1", At: morning, Secret: secret, Body: `{"type":"test"}`})
	if err != nil || answer != (Answer{Status: 200}) || seen != 1 {
		t.Errorf("%+v %v, seen %d times", answer, err, seen)
	}
}

func TestSignatureOfTheSpecificationsExample(t *testing.T) {
	t.Parallel()
	got, err := Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), `{"test": 2432232314}`)
	if err != nil || got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("%s %v", got, err)
	}
	for _, secret := range []string{"", "whsec_", "whsec_!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"} {
		if _, err := Sign(secret, "id", morning, ""); !errors.Is(err, errNoSecret) {
			t.Errorf("%q signs: %v", secret, err)
		}
	}
}

func TestWhatComesBack(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int64
	s, roots := served(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/elsewhere":
			elsewhere.Add(1)
		case "/redirect":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "/huge":
			for range 1000 {
				if _, err := io.WriteString(w, strings.Repeat("secret ", 10_000)); err != nil {
					return // the reader had enough
				}
			}
			t.Error("70 MB were read")
		case "/header":
			w.Header().Set("X-Long", strings.Repeat("x", 1<<20))
		case "/slow":
			<-r.Context().Done()
		case "/cut":
			panic(http.ErrAbortHandler)
		default:
			var status int
			_, _ = fmt.Sscanf(r.URL.Path, "/%d", &status)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "the receiver's own words")
		}
	})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	client := New(Options{AllowPrivate: true, Roots: roots, Resolver: resolver(t, nil)})
	client.http.Timeout = time.Second
	stranger := New(Options{AllowPrivate: true})
	for _, c := range []struct {
		url    string
		client *Client
		want   Answer
	}{
		{s.URL + "/200", client, Answer{200, ""}},
		{s.URL + "/204", client, Answer{204, ""}},
		{s.URL + "/huge", client, Answer{200, ""}},
		{s.URL + "/304", client, Answer{304, "The receiver answered 304; redirects are not followed, so name the address that they lead to."}},
		{s.URL + "/redirect", client, Answer{307, "The receiver answered 307; redirects are not followed, so name the address that they lead to."}},
		{s.URL + "/410", client, Answer{410, "The receiver answered 410: it wants no more messages."}},
		{s.URL + "/500", client, Answer{500, "The receiver answered 500."}},
		{s.URL + "/slow", client, Answer{0, "The receiver did not answer in 15 seconds."}},
		{s.URL + "/cut", client, Answer{0, "The connection to the receiver broke off before it answered."}},
		{s.URL + "/header", client, Answer{0, "The connection to the receiver broke off before it answered."}},
		{s.URL + "/200", stranger, Answer{0, "The receiver's certificate could not be verified."}},
		{"https://" + plain.Listener.Addr().String(), client, Answer{0, "The receiver does not speak TLS as it should."}},
		{"https://" + closed.Addr().String(), client, Answer{0, "The receiver refused the connection."}},
		{"https://nowhere.example/", client, Answer{0, "The name in the address could not be resolved."}},
	} {
		got, err := c.client.Send(t.Context(), Message{URL: c.url, ID: "msg_1", At: morning, Secret: NewSecret()})
		if err != nil || got != c.want {
			t.Errorf("%s: %+v %v", c.url, got, err)
		}
	}
	if elsewhere.Load() != 0 {
		t.Error("a redirect was followed")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if answer, err := client.Send(ended, Message{URL: s.URL + "/200", Secret: NewSecret()}); !errors.Is(err, context.Canceled) {
		t.Errorf("an attempt that was ended from outside is %+v %v", answer, err)
	}
}

// A name that leads inside is found out at the moment of the connection, whatever it
// led to before, and whichever of its addresses does.
func TestANameThatLeadsInside(t *testing.T) {
	t.Parallel()
	var called, asked atomic.Int64
	s, roots := served(t, func(http.ResponseWriter, *http.Request) { called.Add(1) })
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := New(Options{Roots: roots, Resolver: resolver(t, func(string) net.IP { asked.Add(1); return net.IPv4(127, 0, 0, 1) })})
	address := "https://example.com:" + u.Port() + "/"
	if no := client.Check(address); no != nil || asked.Load() != 0 {
		t.Fatalf("%v; the resolver was asked %d times, and what it says then counts for nothing", no, asked.Load())
	}
	for _, target := range []string{address, s.URL} {
		answer, err := client.Send(t.Context(), Message{URL: target, ID: "msg_1", At: morning, Secret: NewSecret()})
		if err != nil || answer != (Answer{0, "The name in the address leads to " + ownAddress + "; those are called only where the operator allows it."}) {
			t.Errorf("%s: %+v %v", target, answer, err)
		}
	}
	if asked.Load() == 0 || called.Load() != 0 {
		t.Errorf("the resolver was asked %d times, and a receiver of the inside was called %d times", asked.Load(), called.Load())
	}
	open := New(Options{AllowPrivate: true, Roots: roots, Resolver: resolver(t, func(string) net.IP { return net.IPv4(127, 0, 0, 1) })})
	if answer, err := open.Send(t.Context(), Message{URL: address, ID: "msg_1", At: morning, Secret: NewSecret()}); err != nil || answer.Status != 200 || called.Load() != 1 {
		t.Errorf("where the operator allows it: %+v %v", answer, err)
	}
	linked := New(Options{AllowPrivate: true, Roots: roots, Resolver: resolver(t, func(string) net.IP { return net.IPv4(169, 254, 169, 254) })})
	if answer, err := linked.Send(t.Context(), Message{URL: address, ID: "msg_1", At: morning, Secret: NewSecret()}); err != nil || answer != (Answer{0, "The name in the address leads to " + linkAddress + "; those are never called."}) {
		t.Errorf("a name of the local link, where the operator allows private ones: %+v %v", answer, err)
	}
}

// resolver asks a name server of the test's own, which knows IPv4 addresses by name;
// nil knows none.
func resolver(t *testing.T, addresses func(name string) net.IP) *net.Resolver {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	go func() {
		buffer := make([]byte, 1500)
		for {
			n, from, err := socket.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Additionals = true, nil
			q := m.Questions[0]
			switch {
			case addresses == nil:
				m.RCode = dnsmessage.RCodeNameError
			case q.Type == dnsmessage.TypeA:
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: [4]byte(addresses(q.Name.String()).To4())},
				}}
			}
			if packed, err := m.Pack(); err == nil {
				_, _ = socket.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
}

// An old protocol is no way around TLS.
func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	if answer, err := New(Options{AllowPrivate: true, Roots: roots}).Send(t.Context(), Message{URL: s.URL, Secret: NewSecret()}); err != nil || answer.Status != 0 {
		t.Errorf("%+v %v", answer, err)
	}
}
