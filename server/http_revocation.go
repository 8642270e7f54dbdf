package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/viewer"
)

// publication is what the built-in certificate authority tells everybody, without a
// login: which of its certificates are revoked, and its own certificate. Any server
// answers for all, since it lies in the database; OCSP answers are signed by the
// server that is asked.
type publication struct {
	// list is the latest list of the authority with a key; nil when there is none.
	list func(ctx context.Context, keyID string) (*inventory.RevocationList, error)
	// certificate is its own one, in DER; nil for one that is not known.
	certificate func(ctx context.Context, keyID string) ([]byte, error)
	// answer answers an OCSP request; also with an error, which is for the log.
	answer func(ctx context.Context, request []byte) (issuer.OCSPAnswer, error)
	log    *slog.Logger
	clock  func() time.Time
}

// The routes of what is published.
const (
	crlRoute     = "GET " + issuer.CRLPath + "{file}"
	caRoute      = "GET " + issuer.CAPath + "{file}"
	ocspRoute    = "POST " + issuer.OCSPPath
	ocspGetRoute = "GET " + issuer.OCSPPath + "/"
)

// How long caches may keep what is published. A change of a certificate is told
// within a minute: a list is signed every 15 s, and is kept by a proxy for no longer
// than that.
const (
	listAge        = 15 * time.Second
	answerAge      = time.Minute
	certificateAge = time.Hour
)

// maxOCSPRequest bounds a request, in bytes: one about one certificate has some
// hundred.
const maxOCSPRequest = 8 << 10

// mount puts it before a mux, and before that the limit by address: a host that
// checks certificates for many asks often. GET requests of OCSP go around the mux: their
// base64 may hold //, which a mux redirects to / (RFC 6960 appendix A.1 does not
// forbid it, and RFC 5019 clients do not escape it).
func (p *publication) mount(mux *http.ServeMux, askers *anonymousLimit) http.Handler {
	limited := func(serve http.HandlerFunc) http.Handler { return askers.guard(inTime(serve), tooOften) }
	mux.Handle(crlRoute, limited(p.serveList))
	mux.Handle(caRoute, limited(p.serveCertificate))
	mux.Handle(ocspRoute, limited(p.serveOCSP))
	get := limited(p.serveOCSPGet)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, issuer.OCSPPath+"/") {
			mux.ServeHTTP(w, r)
			return
		}
		r.Pattern = ocspGetRoute // for the access log, as a mux does
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "OCSP requests by POST go to "+issuer.OCSPPath+".", http.StatusMethodNotAllowed)
			return
		}
		get.ServeHTTP(w, r)
	})
}

// tooOften refuses who asks too often.
func tooOften(w http.ResponseWriter, _ *http.Request, sentence string) {
	noStore(w)
	http.Error(w, sentence, http.StatusTooManyRequests)
}

// serveList serves a list of revoked certificates (RFC 5280 section 4.2.1.13).
func (p *publication) serveList(w http.ResponseWriter, r *http.Request) {
	var list *inventory.RevocationList
	keyID, ok := keyIn(r.PathValue("file"), ".crl")
	if ok {
		var err error
		if list, err = p.list(r.Context(), keyID); err != nil {
			p.unavailable(w, r, err)
			return
		}
	}
	if list == nil {
		noStore(w)
		http.Error(w, "There is no list of revoked certificates of such a certificate authority here.", http.StatusNotFound)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/pkix-crl")
	header.Set("Cache-Control", cachedFor(listAge))
	header.Set("Etag", fmt.Sprintf(`"%d"`, list.Number))
	http.ServeContent(w, r, "", list.ThisUpdate, bytes.NewReader(list.DER))
}

// serveCertificate serves an authority's own certificate (RFC 5280 section 4.2.2.1).
func (p *publication) serveCertificate(w http.ResponseWriter, r *http.Request) {
	var der []byte
	keyID, ok := keyIn(r.PathValue("file"), ".cer")
	if ok {
		var err error
		if der, err = p.certificate(r.Context(), keyID); err != nil {
			p.unavailable(w, r, err)
			return
		}
	}
	if der == nil {
		noStore(w)
		http.Error(w, "There is no such certificate authority here.", http.StatusNotFound)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/pkix-cert")
	header.Set("Cache-Control", cachedFor(certificateAge))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(der))
}

// keyIn is the key's identifier in a file's name, false when there is none: hex in
// lower case, of 64 bytes at most.
func keyIn(file, extension string) (string, bool) {
	keyID, ok := strings.CutSuffix(file, extension)
	return keyID, ok && len(keyID) > 0 && len(keyID) <= 128 && strings.Trim(keyID, "0123456789abcdef") == ""
}

// serveOCSP answers a request in a body (RFC 6960 appendix A.1).
func (p *publication) serveOCSP(w http.ResponseWriter, r *http.Request) {
	// What is cut off, too long or broken is no request, and is answered as such.
	request, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxOCSPRequest))
	if err != nil {
		request = nil
	}
	p.answerOCSP(w, r, request)
}

// serveOCSPGet answers a request in base64 in the path. Some clients and proxies
// make a plus a space; padding may be missing.
func (p *publication) serveOCSPGet(w http.ResponseWriter, r *http.Request) {
	text := strings.TrimPrefix(r.URL.Path, issuer.OCSPPath+"/")
	text = strings.TrimRight(strings.ReplaceAll(text, " ", "+"), "=")
	var request []byte
	if base64.RawStdEncoding.DecodedLen(len(text)) <= maxOCSPRequest {
		if decoded, err := base64.RawStdEncoding.DecodeString(text); err == nil {
			request = decoded
		}
	}
	p.answerOCSP(w, r, request)
}

// answerOCSP answers what was read of a request, nil for what is none. That an
// answer says why there is none does not make HTTP fail (RFC 6960 section 2.3).
func (p *publication) answerOCSP(w http.ResponseWriter, r *http.Request, request []byte) {
	answer, err := p.answer(r.Context(), request)
	if err != nil {
		p.log.ErrorContext(r.Context(), "an OCSP request could not be answered", "requestId", viewer.RequestFrom(r.Context()).ID, "error", err.Error())
	}
	header := w.Header()
	header.Set("Content-Type", "application/ocsp-response")
	noStore(w)
	if !answer.NextUpdate.IsZero() { // RFC 5019 section 6.2
		header.Set("Cache-Control", cachedFor(answerAge))
		header.Set("Last-Modified", answer.ThisUpdate.Format(http.TimeFormat))
		header.Set("Expires", p.clock().UTC().Add(answerAge).Format(http.TimeFormat))
	}
	// Who has gone away asks again.
	_, _ = w.Write(answer.DER)
}

// unavailable answers for a database that does not.
func (p *publication) unavailable(w http.ResponseWriter, r *http.Request, err error) {
	p.log.ErrorContext(r.Context(), "what a certificate authority publishes could not be read", "requestId", viewer.RequestFrom(r.Context()).ID, "error", err.Error())
	noStore(w)
	w.Header().Set("Retry-After", "1")
	http.Error(w, "It cannot be read now; try again in a second.", http.StatusServiceUnavailable)
}

// cachedFor lets everybody keep an answer for so long, and no longer.
func cachedFor(age time.Duration) string {
	return fmt.Sprintf("public, max-age=%d, no-transform, must-revalidate", int(age.Seconds()))
}

// noStore lets nobody keep an answer.
func noStore(w http.ResponseWriter) { w.Header().Set("Cache-Control", "no-store") }
