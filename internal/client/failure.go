package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Failure is why a question has no answer that is of use.
type Failure struct {
	// Code is the API's, such as FORBIDDEN; empty when no Gatehouse answered.
	Code string
	// Sentence says what to do, without a full stop.
	Sentence string
	// Passing: the same question may have an answer in a moment.
	Passing bool
	// after is how long the server asks to be left alone.
	after time.Duration
	cause error
}

// Error is the sentence.
func (f *Failure) Error() string { return f.Sentence }

// Unwrap is what went wrong below.
func (f *Failure) Unwrap() error { return f.cause }

// noAnswer is a connection that was not made or did not last. The question may
// have reached the server, so a mutation is repeated with its idempotency key.
func (c *Client) noAnswer(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var where *url.Error
	if errors.As(err, &where) {
		err = where.Err // the address is in the sentence already
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return &Failure{Sentence: fmt.Sprintf("The server's certificate at %s is not trusted by this machine (%v); install the authority that issued it, or set GATEHOUSE_URL to the name that stands in it", c.endpoint, untrusted.Err), cause: err}
	}
	return &Failure{Sentence: fmt.Sprintf("No Gatehouse answers at %s (%v); start it (in a clone: make run), or set GATEHOUSE_URL to where it is", c.endpoint, err), Passing: true, cause: err}
}

// strange is an answer that no Gatehouse gives: a proxy's, or another program's.
func (c *Client) strange(response *http.Response, media string) error {
	switch status := response.StatusCode; {
	case status == http.StatusTooManyRequests, status >= http.StatusBadGateway && status <= http.StatusGatewayTimeout:
		return &Failure{Sentence: fmt.Sprintf("Something in front of the Gatehouse at %s answers HTTP %d; see whether the server is running", c.endpoint, status), Passing: true, after: after(response)}
	case status >= 300 && status < 400:
		return &Failure{Sentence: fmt.Sprintf("%s sends the request on to %q; set GATEHOUSE_URL to the address that answers itself", c.endpoint, response.Header.Get("Location"))}
	default:
		if media == "" {
			media = "no type"
		}
		return &Failure{Sentence: fmt.Sprintf("What answers at %s is no Gatehouse (HTTP %d, %s); set GATEHOUSE_URL to the server's own address, such as http://127.0.0.1:8080", c.endpoint, status, media)}
	}
}

// told is a top-level error of the API.
func (c *Client) told(code, message string, after time.Duration) error {
	f := &Failure{Code: code, Sentence: trimmed(message), after: after}
	switch code {
	case "UNAUTHENTICATED":
		f.Sentence = fmt.Sprintf("%s does not accept the token: it has expired, or is for another server; get a new one (in a clone: make token) and set GATEHOUSE_TOKEN", c.endpoint)
	case "UNAVAILABLE", "OUTCOME_UNKNOWN", "RATE_LIMITED":
		f.Passing = true
	}
	return f
}

// trimmed is a sentence of the server's without its full stop, so that another
// part can follow.
func trimmed(s string) string {
	for len(s) > 0 && s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s
}
