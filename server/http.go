package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"gatehouse/internal/devmailbox"
)

// httpOptions say what stands behind the server's addresses. Whatever is nil
// does not exist: no route, no page that hints at it.
type httpOptions struct {
	// graphql answers /graphql, behind authenticate.
	graphql http.Handler
	// authenticate puts the bearer of a token into the context, or refuses.
	authenticate func(http.Handler) http.Handler
	// schema is the text of schema.graphqls.
	schema string
	// ready says why the server cannot answer; nil when it can.
	ready func(context.Context) error
	// graphiql is the page at / with its assets; nil when it is switched off.
	graphiql http.Handler
	// mint signs a development token; nil in production.
	mint func(devGrant) (token string, until time.Time, err error)
	// pages are the pages of invited people, under addresses of their own.
	pages http.Handler
	// challenge is the answer to an ACME authority's http-01 challenge, by its token.
	challenge func(ctx context.Context, token string) (keyAuthorization string, ok bool, err error)
	// publication is what the built-in certificate authority tells everybody.
	publication *publication
	// askers is how often an address may ask for it.
	askers *anonymousLimit
	// downloads serves exports.
	downloads *downloads
	// mailbox shows the mails of dev; nil in production.
	mailbox http.Handler
	// anonymous is how often somebody without a login may call.
	anonymous *anonymousLimit
	// proxies are believed when they say who called them.
	proxies proxies
	// crossOrigin says which other origins' pages may read answers.
	crossOrigin crossOrigin
	log         *slog.Logger
	clock       func() time.Time
}

// newHandler is the whole of what the server serves:
//
//	POST /graphql            the API; answered by a stream to who accepts text/event-stream
//	GET  /graphql            the API on a websocket (graphql-transport-ws)
//	GET  /schema.graphqls    its contract, as text
//	GET  /healthz            the process is alive
//	GET  /readyz             and can answer: 503 while it cannot
//	GET  /                   GraphiQL, or where to go instead
//	GET  /enroll, /pickup, /confirm, /request/{profile}
//	                         the pages of invited people; their files are under /enrollment/
//	GET  /request/{profile}/form, POST /request/{profile}, POST /confirm/asked, POST /confirm
//	                         what the pages of open requests call
//	GET  /.well-known/acme-challenge/{token}
//	                         what an ACME authority asks for (RFC 8555 section 8.3)
//	GET  /crl/{key}.crl, /ca/{key}.cer
//	                         lists of revoked certificates, and who signed them (RFC 5280)
//	POST /ocsp, GET /ocsp/{request}
//	                         whether a certificate is revoked (RFC 6960)
//	GET  /export/{file}, /export/jobs/{file}
//	                         lists and the results of jobs, as files (http_export.go)
//	POST /dev/token          in dev only: a token for a role of one's choice
//	GET  /dev/mailbox        in dev only: the mails that were sent
//
// Around each: a request id in and out, an access log, recovery from panics,
// headers that let a browser do as little as possible, and CORS.
func newHandler(o httpOptions) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", o.anonymous.graphql(o.authenticate(o.graphql)))
	mux.HandleFunc("GET /schema.graphqls", plainText(o.schema))
	mux.HandleFunc("GET /healthz", plainText("alive\n"))
	mux.HandleFunc("GET /readyz", readyz(o.ready, o.log))
	if o.graphiql != nil {
		mux.Handle("GET /{$}", o.graphiql)
		mux.Handle("GET /graphiql/", o.graphiql)
	} else {
		mux.HandleFunc("GET /{$}", plainText("Gatehouse. The API is POST /graphql; its contract is /schema.graphqls.\n"))
	}
	if o.pages != nil {
		mountPages(mux, o.pages, o.anonymous)
	}
	if o.challenge != nil {
		mux.Handle("GET /.well-known/acme-challenge/{token}", inTime(acmeChallenge(o.challenge, o.log)))
	}
	if o.downloads != nil {
		o.downloads.mount(mux, o.anonymous, o.authenticate)
	}
	if o.mint != nil {
		mux.Handle("POST /dev/token", onThisMachine(devToken(o.mint, o.log)))
	}
	if o.mailbox != nil {
		mux.Handle("GET "+devmailbox.Page, onThisMachine(o.mailbox))
		mux.Handle("GET "+devmailbox.Page+"/", onThisMachine(o.mailbox))
		mux.Handle("GET "+devmailbox.Messages, onThisMachine(o.authenticate(inTime(o.mailbox))))
	}
	handler := http.Handler(mux)
	if o.publication != nil {
		handler = o.publication.mount(mux, o.askers)
	}
	handler = o.crossOrigin.middleware(handler)
	handler = plainHeaders(handler)
	handler = recoverPanics(o.log, handler)
	return identify(o.log, o.clock, o.proxies.client, handler)
}

// mountPages puts the pages of invited people at their addresses, and the limit of
// callers without a login before those that read or write the database.
func mountPages(mux *http.ServeMux, pages http.Handler, anonymous *anonymousLimit) {
	for _, page := range []string{"GET /enroll", "GET /pickup", "GET /confirm", "GET /request/{profile}", "GET /enrollment/"} {
		mux.Handle(page, pages)
	}
	for _, call := range []string{"GET /request/{profile}/form", "POST /request/{profile}", "POST /confirm/asked", "POST /confirm"} {
		mux.Handle(call, anonymous.pages(inTime(pages)))
	}
}

// newServer is an HTTP server that nobody can keep busy by being slow. The
// longest statement of a request ends before the write timeout does.
func newServer(address string, handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Addr:              address,
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       20 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// answerTime is how long one request may be worked on. The write timeout alone
// would cut the answer off and leave the work going on. The door holds to it by
// itself: a stream has no end.
const answerTime = 45 * time.Second

// inTime ends a request's work when its time is over; what it had not committed
// is undone.
func inTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerTime)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// plainHeaders lets a browser guess nothing, frame nothing, load nothing and
// tell nobody where it was. GraphiQL's page loosens the policy for itself.
func plainHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		next.ServeHTTP(w, r)
	})
}

// plainText serves a fixed text.
func plainText(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		// A caller who has gone away is nobody's problem.
		_, _ = io.WriteString(w, body)
	}
}

// readyTimeout is how long the question whether the server can answer may take.
const readyTimeout = 2 * time.Second

// readyz tells a load balancer whether to send requests here. Why not stands in
// the log only: the reason may name hosts and roles.
func readyz(ready func(context.Context) error, log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := ready(ctx); err != nil {
			log.WarnContext(ctx, "not ready", "error", err)
			w.Header().Set("Retry-After", "1")
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		plainText("ready\n")(w, r)
	}
}
