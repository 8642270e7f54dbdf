// Package enrollpage is what a person without a login sees: the page that a mailed link
// opens, and the page at which a certificate is requested. One small script in the
// binary does all of it; nothing comes from another server, and a key that is made in
// the browser never reaches this one.
//
// The script talks to POST /graphql (enrollmentInvitation, redeemEnrollment) and, for
// requests, to the addresses of Requests.
package enrollpage

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"

	"gatehouse/internal/asset"
)

//go:embed page.html assets/page.css assets/page.js assets/LICENSES.txt
var files embed.FS

// Prefix is where the assets lie.
const Prefix = "/enrollment/"

// served are the assets that a browser may ask for, with their media types.
var served = map[string]string{
	"page.js":      "text/javascript; charset=utf-8",
	"page.css":     "text/css; charset=utf-8",
	"LICENSES.txt": "text/plain; charset=utf-8",
}

// pages are the pages by their addresses: which face the script shows, and the heading
// until it does.
var pages = []struct{ pattern, Page, Title string }{
	{"GET /enroll", "enroll", "Get your certificate"},
	{"GET /pickup", "pickup", "Pick up your certificate"},
	{"GET /confirm", "confirm", "Confirm your request"},
	{"GET /request/{profile}", "request", "Request a certificate"},
}

// Options say what stands behind the pages.
type Options struct {
	// Requests takes the requests of the request page; nil: nobody does, and the page
	// says that there is none.
	Requests Requests
	// Log receives the faults of these requests; nil discards them.
	Log *slog.Logger
}

// New makes the handler of the pages, of everything under Prefix, and of the addresses
// that the request page talks to. It fails only when the embedded files do not fit
// together, which a test would have seen.
func New(o Options) (http.Handler, error) {
	mux := http.NewServeMux()
	addresses := map[string]string{}
	for name, contentType := range served {
		content, err := files.ReadFile("assets/" + name)
		if err != nil {
			return nil, fmt.Errorf("read an asset of the enrollment pages: %w", err)
		}
		a := asset.New(content, contentType)
		addresses[name] = Prefix + a.Tag() + "/" + name
		mux.Handle("GET "+addresses[name], a)
	}
	page, err := template.New("page.html").Funcs(template.FuncMap{"asset": func(name string) (string, error) {
		if addresses[name] == "" {
			return "", fmt.Errorf("the page names the asset %s, which is not served", name)
		}
		return addresses[name], nil
	}}).ParseFS(files, "page.html")
	if err != nil {
		return nil, fmt.Errorf("parse the enrollment page: %w", err)
	}
	for _, p := range pages {
		var body bytes.Buffer
		if err := page.Execute(&body, p); err != nil {
			return nil, fmt.Errorf("make the enrollment page %s: %w", p.Page, err)
		}
		mux.Handle(p.pattern, fixed(body.Bytes()))
	}
	if o.Requests != nil {
		log := o.Log
		if log == nil {
			log = slog.New(slog.DiscardHandler)
		}
		mountRequests(mux, o.Requests, log)
	}
	return mux, nil
}

// policy is what a page may do: files and answers of this server, and nothing else. The
// empty icon stands in the page as data.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// fixed serves a page. It is the same for everybody: what a link leads to is asked for by
// the script, and the link itself stands behind the #, which no browser sends.
func fixed(body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Content-Security-Policy", policy)
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		header.Set("Cache-Control", "no-store")
		if r.Method != http.MethodHead {
			// A reader who has gone away is nobody's problem.
			_, _ = w.Write(body)
		}
	})
}
