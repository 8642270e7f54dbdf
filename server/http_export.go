package main

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/door"
	"gatehouse/internal/export"
	"gatehouse/internal/fault"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// downloadTime is how long a download may take: it keeps a snapshot of the database,
// and a connection, for as long as the client reads.
const downloadTime = 10 * time.Minute

// exportRoutes are where lists and the results of jobs are downloaded:
//
//	GET /export/enrollments.csv     a list, with a token; seats, certificates, audit-entries; .ndjson
//	GET /export/jobs/{job}.csv      the results of a job, with a token
//	GET /export/exp_…?secret=…      what createExport made a link to, with the rights of its maker
const (
	exportRoute        = export.Path + "{file}"
	exportResultsRoute = export.Path + "jobs/{file}"
)

// exportedLists are the lists by the name of their file.
var exportedLists = map[string]lifecycle.List{
	"enrollments": lifecycle.Enrollments, "seats": lifecycle.Seats, "certificates": lifecycle.Certificates, "audit-entries": lifecycle.AuditEntries,
}

// downloads serves exports. What goes wrong before the first byte is told as an error,
// what goes wrong after it ends the connection, so that no half file looks whole.
type downloads struct {
	exports *export.Exports
	// rates count a download as any call of its subject, each of which leaves an audit
	// entry; nil for no bound.
	rates *door.Rates
	// hands is how many downloads go on at once.
	hands *downloadHands
	log   *slog.Logger
	clock func() time.Time
}

// mount puts them at their addresses. A link needs no token and is limited by address,
// as all calls without one.
func (d *downloads) mount(mux *http.ServeMux, anonymous *anonymousLimit, authenticate func(http.Handler) http.Handler) {
	link := anonymous.guard(http.HandlerFunc(d.link), func(w http.ResponseWriter, r *http.Request, sentence string) {
		problem(w, r, http.StatusTooManyRequests, rateLimited, sentence)
	})
	list := anonymous.graphql(authenticate(http.HandlerFunc(d.list)))
	results := anonymous.graphql(authenticate(http.HandlerFunc(d.results)))
	mux.Handle(exportResultsRoute, onlyGet(results))
	mux.Handle(exportRoute, onlyGet(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.PathValue("file"), string(id.Export)+"_") {
			link.ServeHTTP(w, r)
			return
		}
		list.ServeHTTP(w, r)
	})))
}

// onlyGet refuses other methods. HEAD is one: what a download would be is known when it
// has been read.
func onlyGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.Header().Set("Allow", http.MethodGet)
			problem(w, r, http.StatusMethodNotAllowed, door.BadUserInput, "An export is downloaded by GET.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// list serves a list with the rights of a token.
func (d *downloads) list(w http.ResponseWriter, r *http.Request) {
	name, format, ok := exportFile(r.PathValue("file"))
	list, known := exportedLists[name]
	if !ok || !known {
		problem(w, r, http.StatusNotFound, string(refusal.NotFound), "There is no such export; there are enrollments, seats, certificates and audit-entries, each .csv or .ndjson, and jobs/{job}.csv or .ndjson.")
		return
	}
	if d.nobody(w, r) {
		return
	}
	c, err := d.exports.Asked(r.Context(), list, format, r.URL.Query())
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	d.serve(r.Context(), w, r, c, nil, name)
}

// results serves the results of a job with the rights of a token.
func (d *downloads) results(w http.ResponseWriter, r *http.Request) {
	name, format, ok := exportFile(r.PathValue("file"))
	job, err := id.Parse(name)
	if !ok || err != nil || job.Kind != id.Job {
		problem(w, r, http.StatusNotFound, string(refusal.NotFound), "There are no such results; those of a job are at its resultsUrl, such as /export/jobs/job_….csv or .ndjson.")
		return
	}
	if d.nobody(w, r) {
		return
	}
	c, err := d.exports.AskedResults(job, format, r.URL.Query())
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	d.serve(r.Context(), w, r, c, nil, name)
}

// link serves what a link leads to, with the rights of who made it.
func (d *downloads) link(w http.ResponseWriter, r *http.Request) {
	one, err := id.Parse(r.PathValue("file"))
	if err != nil {
		one = id.ID{} // is refused in the words of any link that is no good
	}
	ctx, c, err := d.exports.Open(r.Context(), one, r.URL.Query().Get("secret"))
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	name := "results"
	switch l := c.List; {
	case l == nil && c.Job != nil:
		name = c.Job.String()
	case l.Enrollments != nil:
		name = "enrollments"
	case l.Seats != nil:
		name = "seats"
	case l.Certificates != nil:
		name = "certificates"
	case l.AuditEntries != nil:
		name = "audit-entries"
	}
	d.serve(ctx, w, r, c, &one, name)
}

// exportFile is what a file's name says; false when it ends in no format.
func exportFile(file string) (name string, format lifecycle.ExportFormat, ok bool) {
	for _, f := range lifecycle.ExportFormats {
		if name, ok := strings.CutSuffix(file, "."+strings.ToLower(string(f))); ok {
			return name, f, true
		}
	}
	return "", "", false
}

// nobody refuses who shows no token.
func (d *downloads) nobody(w http.ResponseWriter, r *http.Request) bool {
	if _, ok := viewer.From(r.Context()); ok {
		return false
	}
	d.refuse(w, r, fault.NoViewer)
	return true
}

// serve downloads a content as the context's viewer.
func (d *downloads) serve(ctx context.Context, w http.ResponseWriter, r *http.Request, c export.Content, link *id.ID, name string) {
	if no := (*door.Refusal)(nil); errors.As(d.rates.Call(ctx), &no) {
		w.Header().Set("Retry-After", strconv.Itoa(no.RetryAfter))
		problem(w, r, http.StatusTooManyRequests, no.Code, no.Message)
		return
	}
	who, _ := viewer.From(ctx)
	release, no := d.hands.take(who.Issuer + "\n" + who.Subject)
	if no != nil {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(no.wait.Seconds()))))
		problem(w, r, no.status, no.code, no.sentence)
		return
	}
	defer release()
	ctx, cancel := context.WithTimeout(ctx, downloadTime)
	defer cancel()
	c, err := d.exports.Begin(ctx, c, link)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	out := newDownload(w, r, name, c.Format, d.clock)
	if err = d.exports.Write(ctx, c, out); err == nil {
		err = out.finish()
	}
	switch {
	case err == nil:
	case !out.begun:
		d.refuse(w, r, err)
	default:
		d.log.WarnContext(ctx, "a download was cut off", "requestId", viewer.RequestFrom(ctx).ID, "error", err.Error())
		panic(http.ErrAbortHandler)
	}
}

// refuse tells what went wrong before the first byte, in the API's own codes.
func (d *downloads) refuse(w http.ResponseWriter, r *http.Request, err error) {
	no := refusal.Find(err)
	switch {
	case no == nil && errors.Is(err, fault.NoViewer):
		w.Header().Set("WWW-Authenticate", "Bearer")
		problem(w, r, http.StatusUnauthorized, "UNAUTHENTICATED", "You are not signed in. Send a token in the header Authorization: Bearer …, or make a link by createExport.")
	case no == nil && (errors.Is(err, fault.Unavailable) || errors.Is(err, context.DeadlineExceeded)):
		w.Header().Set("Retry-After", "1")
		problem(w, r, http.StatusServiceUnavailable, "UNAVAILABLE", "The database cannot be reached or took too long. Try again in a moment, or narrow the list.")
	case no == nil:
		if !errors.Is(r.Context().Err(), context.Canceled) {
			d.log.ErrorContext(r.Context(), "an export failed", "requestId", viewer.RequestFrom(r.Context()).ID, "error", err.Error())
		}
		problem(w, r, http.StatusInternalServerError, door.Internal, door.InternalMessage(r.Context()))
	case no.Code == refusal.Forbidden:
		problem(w, r, http.StatusForbidden, string(no.Code), no.Message)
	case no.Code == refusal.NotFound:
		problem(w, r, http.StatusNotFound, string(no.Code), no.Message)
	case no.Code == page.TooBroad, no.Code == page.SearchTooBroad:
		problem(w, r, http.StatusBadRequest, string(no.Code), no.Message)
	default:
		problem(w, r, http.StatusBadRequest, door.BadUserInput, no.Message)
	}
}
