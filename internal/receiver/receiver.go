// Package receiver sends signed messages to addresses that somebody else has named:
// the receivers of webhooks. It knows the Standard Webhooks specification
// (https://www.standardwebhooks.com) and which addresses may be called, and neither
// the database nor what the messages tell.
package receiver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Options say what may be called.
type Options struct {
	// AllowPrivate: addresses of every range but the local link are called, and http too. It is for an
	// operator whose receivers are in the same network, and for development.
	AllowPrivate bool
	// Roots are trusted for TLS instead of the system's; nil: the system's.
	Roots *x509.CertPool
	// Resolver finds the addresses of names; nil: the system's.
	Resolver *net.Resolver
}

const (
	// patience is how long one attempt may take, from the name's resolution to the
	// end of the answer. The specification asks for 15 to 30 seconds.
	patience = 15 * time.Second
	// dialPatience is how much of it the connection may take.
	dialPatience = 10 * time.Second
	// mostRead is how much of an answer's body is read, and thrown away: so that the
	// connection can be used again. It is kept nowhere, since it may repeat what was
	// sent, or hold whatever the receiver likes.
	mostRead = 4 << 10
	// mostHeader is how large an answer's header may be.
	mostHeader = 16 << 10
)

// Client calls receivers. It follows no redirect, asks no proxy, believes no
// certificate that does not verify, and looks at each address at the moment when it
// is connected to: what a name meant earlier does not count.
type Client struct {
	allowPrivate bool
	http         *http.Client
}

// New makes a client.
func New(o Options) *Client {
	c := &Client{allowPrivate: o.AllowPrivate}
	dialer := &net.Dialer{Timeout: dialPatience, Resolver: o.Resolver,
		Control: func(_, address string, _ syscall.RawConn) error { return c.mayConnect(address) }}
	c.http = &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
			TLSHandshakeTimeout:    dialPatience,
			ForceAttemptHTTP2:      true,
			MaxIdleConns:           100,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: mostHeader,
			DisableCompression:     true,
		},
	}
	return c
}

// Message is what is sent to one receiver at one attempt.
type Message struct {
	URL string
	// ID is the message's own, the same at every attempt: by it the receiver knows
	// what it has seen already.
	ID string
	// At is when the attempt is made; receivers refuse what is minutes old.
	At     time.Time
	Secret string
	Body   string
}

// Answer is what came of an attempt.
type Answer struct {
	// Status is the HTTP status; 0 when no answer came.
	Status int
	// Wrong says why the message has not arrived, without an address or anything that
	// the receiver wrote; empty when it has.
	Wrong string
}

// Gone reports whether the receiver wants no more messages.
func (a Answer) Gone() bool { return a.Status == http.StatusGone }

// Send makes one attempt. A status of 2xx means that the message has arrived. The
// error says that the attempt was ended by the context, so that nothing is known.
func (c *Client) Send(ctx context.Context, m Message) (Answer, error) {
	signature, err := Sign(m.Secret, m.ID, m.At, m.Body)
	if err != nil {
		return Answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, strings.NewReader(m.Body))
	if err != nil {
		return Answer{Wrong: "The address cannot be called; change it."}, nil
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Gatehouse-Webhooks")
	request.Header.Set("Webhook-Id", m.ID)
	request.Header.Set("Webhook-Timestamp", strconv.FormatInt(m.At.Unix(), 10))
	request.Header.Set("Webhook-Signature", signature)
	response, err := c.http.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return Answer{}, fmt.Errorf("the attempt was ended: %w", context.Cause(ctx))
		}
		return Answer{Wrong: sentence(err)}, nil
	}
	_, _ = io.CopyN(io.Discard, response.Body, mostRead) // the status says everything
	_ = response.Body.Close()
	return Answer{Status: response.StatusCode, Wrong: wrongWith(response.StatusCode)}, nil
}

// wrongWith says what a status means; empty for 2xx.
func wrongWith(status int) string {
	switch {
	case 200 <= status && status < 300:
		return ""
	case status == http.StatusGone:
		return "The receiver answered 410: it wants no more messages."
	case 300 <= status && status < 400:
		return fmt.Sprintf("The receiver answered %d; redirects are not followed, so name the address that they lead to.", status)
	default:
		return fmt.Sprintf("The receiver answered %d.", status)
	}
}
