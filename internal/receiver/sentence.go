package receiver

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"os"
	"syscall"
)

// sentence says why no answer came. Go's own errors name addresses of the inside and
// repeat what the other side wrote; none of that is told.
func sentence(err error) string {
	var refused *refusedAddress
	var dns *net.DNSError
	var untrusted *tls.CertificateVerificationError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var timeout net.Error
	switch {
	case errors.As(err, &refused):
		return refused.Error()
	case errors.As(err, &dns):
		return "The name in the address could not be resolved."
	case errors.As(err, &untrusted), errors.As(err, &name):
		return "The receiver's certificate could not be verified."
	case errors.As(err, &record), errors.As(err, &alert), errors.Is(err, http.ErrSchemeMismatch):
		return "The receiver does not speak TLS as it should."
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "The receiver did not answer in 15 seconds."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "The receiver refused the connection."
	default:
		return "The connection to the receiver broke off before it answered."
	}
}
