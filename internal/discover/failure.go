package discover

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// Kind is why a host shows no certificate.
type Kind string

// The kinds, in the order in which they are told.
const (
	// Unresolved: the name has no address.
	Unresolved Kind = "UNRESOLVED"
	// Refused: nobody listens at the port.
	Refused Kind = "REFUSED"
	// Unreachable: no way leads to the address.
	Unreachable Kind = "UNREACHABLE"
	// TimedOut: nothing, or not enough, came in time.
	TimedOut Kind = "TIMED_OUT"
	// Closed: the host ended the connection before it showed a certificate.
	Closed Kind = "CLOSED"
	// NotTLS: what answers does not speak the protocol that it was asked in.
	NotTLS Kind = "NOT_TLS"
	// NotOffered: it speaks the protocol, and does not offer TLS in it.
	NotOffered Kind = "NOT_OFFERED"
	// NoCertificate: it speaks TLS, and came to no certificate with this client.
	NoCertificate Kind = "NO_CERTIFICATE"
	// Local: this machine could not connect, whatever the host is like.
	Local Kind = "LOCAL"
)

// Kinds are all of them.
var Kinds = []Kind{Unresolved, Refused, Unreachable, TimedOut, Closed, NotTLS, NotOffered, NoCertificate, Local}

// Failure is why one host shows nothing.
type Failure struct {
	Kind Kind
	// Sentence says what happened, in small letters and without a full stop.
	Sentence string
	// inTLS: it happened once TLS had begun.
	inTLS bool
	cause error
}

// Error is the sentence.
func (f *Failure) Error() string { return f.Sentence }

// Unwrap is what went wrong below.
func (f *Failure) Unwrap() error { return f.cause }

// failed makes a failure of a kind.
func failed(kind Kind, format string, args ...any) *Failure {
	return &Failure{Kind: kind, Sentence: fmt.Sprintf(format, args...)}
}

// classify says of what kind an error is that came of connecting, of a dialogue or of
// a handshake. own is the context of the one connection: when it has ended, that is
// why the connection was cut, whatever the error says.
func classify(own context.Context, err error) *Failure {
	var known *Failure
	var name *net.DNSError
	var record tls.RecordHeaderError
	var network *net.OpError
	kind := NoCertificate
	switch {
	case own.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return &Failure{Kind: TimedOut, Sentence: "nothing that is a certificate came in time", cause: err}
	case errors.As(err, &known):
		return known
	case errors.As(err, &name) && name.IsTimeout:
		return &Failure{Kind: TimedOut, Sentence: "the name service did not answer in time", cause: err}
	case errors.As(err, &name):
		return &Failure{Kind: Unresolved, Sentence: "the name has no address here", cause: err}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Failure{Kind: Refused, Sentence: "the connection is refused", cause: err}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTDOWN), errors.Is(err, syscall.ENETDOWN):
		return &Failure{Kind: Unreachable, Sentence: "no way leads there", cause: err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return &Failure{Kind: Closed, Sentence: "the host ended the connection without showing a certificate", cause: err}
	case errors.As(err, &record):
		return &Failure{Kind: NotTLS, Sentence: "what answers does not speak TLS", cause: err}
	case !errors.As(err, &network):
	case network.Op == "remote error": // an alert
		return &Failure{Kind: NoCertificate, Sentence: fmt.Sprintf("the host ended the handshake (%v)", network.Err), cause: err}
	case network.Op == "dial": // such as too many open files, or a firewall of this machine
		kind = Local
	}
	return &Failure{Kind: kind, Sentence: err.Error(), cause: err}
}
