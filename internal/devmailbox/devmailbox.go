// Package devmailbox is the page on which the mails of `dev` are read: what would
// have been sent, so that the whole story can be played without a mail server.
//
// The page signs in by itself, by POST /dev/token, as somebody who manages
// enrollments, and fetches the mails with that token. Who may not manage
// enrollments sees none, and of the others each those of their business units:
// a mail may hold an enrollment code.
package devmailbox

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"net/http"

	"github.com/google/uuid"

	"gatehouse/internal/asset"
	"gatehouse/internal/mail"
)

//go:embed assets
var files embed.FS

// Page is the page's address. What belongs to it lies below.
const Page = "/dev/mailbox"

// Messages is where the page fetches the mails.
const Messages = Page + "/messages"

// Options say whose mails are shown.
type Options struct {
	Mailbox *mail.Mailbox
	// Units are the business units that exist for the context's viewer.
	Units func(context.Context) (has func(uuid.UUID) bool, err error)
}

// New makes the handler of Page and everything below it. Messages wants a viewer in
// the request's context; the rest is the same for everybody. It fails only when the
// embedded files do not fit together, which a test would have seen.
func New(o Options) (http.Handler, error) {
	mux := http.NewServeMux()
	addresses := map[string]string{}
	for name, contentType := range map[string]string{"page.js": "text/javascript; charset=utf-8", "page.css": "text/css; charset=utf-8"} {
		content, err := files.ReadFile("assets/" + name)
		if err != nil {
			return nil, fmt.Errorf("read a file of the mailbox: %w", err)
		}
		a := asset.New(content, contentType)
		addresses[name] = Page + "/" + a.Tag() + "/" + name
		mux.Handle("GET "+addresses[name], a)
	}
	parsed, err := template.ParseFS(files, "assets/index.html")
	if err != nil {
		return nil, fmt.Errorf("parse the mailbox's page: %w", err)
	}
	var page bytes.Buffer
	if err := parsed.Execute(&page, map[string]string{"Style": addresses["page.css"], "Script": addresses["page.js"], "Messages": Messages}); err != nil {
		return nil, fmt.Errorf("fill in the mailbox's page: %w", err)
	}
	mux.HandleFunc("GET "+Page, func(w http.ResponseWriter, r *http.Request) { servePage(w, page.Bytes()) })
	mux.Handle("GET "+Messages, messages(o))
	return mux, nil
}

// policy is what the page may do. Scripts are our file only; a mail is shown in a
// frame that may run none. That frame lives under the page's policy, and mails carry
// their style in them, so styles may stand in a document.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; " +
	"img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

func servePage(w http.ResponseWriter, page []byte) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	// A reader who has gone away is nobody's problem.
	_, _ = w.Write(page)
}
