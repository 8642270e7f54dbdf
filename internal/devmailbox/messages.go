package devmailbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/mail"
	"gatehouse/internal/viewer"
)

// message is a mail as the page reads it.
type message struct {
	ID      string             `json:"id"`
	Kind    lifecycle.MailKind `json:"kind"`
	To      string             `json:"to"`
	Subject string             `json:"subject"`
	Date    time.Time          `json:"date"`
	Text    string             `json:"text"`
	HTML    string             `json:"html"`
	// Enrollment is the mail's enrollment (enr_…); empty for a request that is not
	// confirmed yet. Certificate is the one that it is about (cert_…); empty when it is
	// about none.
	Enrollment  string `json:"enrollmentId"`
	Certificate string `json:"certificateId"`
}

// messages answers with the mails that the viewer may see, newest first, or with
// 304 when they are those that the page has.
func messages(o Options) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, ok := viewer.From(r.Context())
		switch {
		case !ok:
			refuse(w, http.StatusUnauthorized, "UNAUTHENTICATED", "You are not signed in. Send a token in the header Authorization: Bearer …")
			return
		case !v.May(lifecycle.ManageEnrollments):
			refuse(w, http.StatusForbidden, "FORBIDDEN", "You need MANAGE_ENROLLMENTS to read the mails; your roles do not grant it.")
			return
		}
		units, err := o.Units(r.Context())
		if err != nil {
			refuse(w, http.StatusServiceUnavailable, "UNAVAILABLE", "Your business units cannot be read now. Try again in a moment.")
			return
		}
		all := o.Mailbox.List(units)
		tag := tagOf(all)
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", "no-store")
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		answer := make([]message, len(all))
		for n, m := range all {
			answer[n] = message{ID: m.ID.String(), Kind: m.Kind, To: m.To, Subject: m.Subject, Date: m.Date.UTC(), Text: m.Text, HTML: m.HTML}
			if !m.Enrollment.IsZero() {
				answer[n].Enrollment = m.Enrollment.String()
			}
			if !m.Certificate.IsZero() {
				answer[n].Certificate = m.Certificate.String()
			}
		}
		write(w, http.StatusOK, map[string][]message{"messages": answer})
	}
}

// tagOf tells one list of mails from another.
func tagOf(all []*mail.Message) string {
	sum := sha256.New()
	for _, m := range all {
		sum.Write([]byte(m.ID.String()))
		sum.Write([]byte(m.Date.Format(time.RFC3339Nano))) // sent again, it is another
	}
	return `"` + hex.EncodeToString(sum.Sum(nil)[:16]) + `"`
}

// refuse answers in the shape of GraphQL's errors, as every address of the server does.
func refuse(w http.ResponseWriter, status int, code, sentence string) {
	type extensions struct {
		Code string `json:"code"`
	}
	type problem struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	write(w, status, map[string][]problem{"errors": {{sentence, extensions{code}}}})
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// The status is out, so a caller who has gone away is nobody's problem.
	_ = json.NewEncoder(w).Encode(body)
}
