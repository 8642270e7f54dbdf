package enrollpage

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"

	"gatehouse/internal/fault"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// Requests is what stands behind the request page: requests by people without a
// login, which count once their mail address is confirmed.
type Requests interface {
	// OpenForm is what a profile's page asks for; nil when it takes no requests.
	OpenForm(ctx context.Context, profile id.ID) (*inventory.OpenForm, error)
	// RequestOpenly keeps a request until its address is confirmed.
	RequestOpenly(ctx context.Context, in inventory.OpenRequestInput) (*refusal.Refusal, error)
	// OpenAsked is what a link asks to be confirmed; nil for one that confirms nothing.
	OpenAsked(ctx context.Context, token string) (*inventory.OpenAsked, error)
	// ConfirmRequest makes a request of it; before: it was one already.
	ConfirmRequest(ctx context.Context, token string) (before bool, no *refusal.Refusal, err error)
}

// maxBody bounds what is posted, in bytes: a CSR has 32 KiB at most.
const maxBody = 64 << 10

// mountRequests serves the addresses that the request page talks to. What is
// refused has the status 4xx and a body with code, message and the path of the
// field; faults are logged with the request's id and answered without their cause.
func mountRequests(mux *http.ServeMux, requests Requests, log *slog.Logger) {
	o := openly{requests: requests, log: log, origin: http.NewCrossOriginProtection()}
	mux.HandleFunc("GET /request/{profile}/form", o.form)
	mux.HandleFunc("POST /request/{profile}", o.request)
	mux.HandleFunc("POST /confirm/asked", o.asked)
	mux.HandleFunc("POST /confirm", o.confirm)
}

// openly answers the request page.
type openly struct {
	requests Requests
	log      *slog.Logger
	origin   *http.CrossOriginProtection
}

// told is why something was not done.
type told struct {
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Field   []string `json:"field,omitempty"`
	// RequestID helps whoever reads the log.
	RequestID string `json:"requestId,omitempty"`
}

// noPage is the no to a profile that takes no requests here, and to one that there
// is not.
var noPage = told{Code: string(refusal.NotFound), Message: "There is no request page at this address, or it takes no requests any more. Ask whoever gave you the address."}

func (o openly) form(w http.ResponseWriter, r *http.Request) {
	profile, known := profileOf(r)
	if !known {
		answer(w, http.StatusNotFound, noPage)
		return
	}
	form, err := o.requests.OpenForm(r.Context(), profile)
	switch {
	case err != nil:
		o.failed(w, r, err)
	case form == nil:
		answer(w, http.StatusNotFound, noPage)
	default:
		answer(w, http.StatusOK, map[string]any{
			"profileName": form.ProfileName, "businessUnitName": form.BusinessUnitName, "seatType": form.SeatType, "enrollmentMethod": form.EnrollmentMethod,
			"allowedKeys": form.AllowedKeys, "allowedSans": form.AllowedSans, "namesTyped": form.NamesTyped,
		})
	}
}

func (o openly) request(w http.ResponseWriter, r *http.Request) {
	var body struct {
		SeatID  string `json:"seatId"`
		Name    string `json:"name"`
		Email   string `json:"email"`
		Comment string `json:"comment"`
		CSR     string `json:"csr"`
		Names   []struct {
			Kind  lifecycle.SANKind `json:"kind"`
			Value string            `json:"value"`
		} `json:"names"`
	}
	profile, known := profileOf(r)
	if !known {
		answer(w, http.StatusNotFound, noPage)
		return
	}
	if !o.read(w, r, &body) {
		return
	}
	in := inventory.OpenRequestInput{
		Profile: profile, SeatID: body.SeatID, Name: given(body.Name), Email: given(body.Email), Comment: given(body.Comment), Csr: given(body.CSR),
	}
	for _, n := range body.Names {
		in.Names = append(in.Names, &inventory.RequestedName{Kind: n.Kind, Value: n.Value})
	}
	switch no, err := o.requests.RequestOpenly(r.Context(), in); {
	case err != nil:
		o.failed(w, r, err)
	case no != nil && no.Code == refusal.NotFound:
		answer(w, http.StatusNotFound, noPage)
	case no != nil:
		refuse(w, no)
	default:
		answer(w, http.StatusAccepted, struct{}{})
	}
}

// asked shows what a link confirms. It is asked by POST: a link's secret stands in no
// address.
func (o openly) asked(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Token string `json:"token"`
	}
	if !o.read(w, r, &body) {
		return
	}
	asked, err := o.requests.OpenAsked(r.Context(), body.Token)
	switch {
	case err != nil:
		o.failed(w, r, err)
	case asked == nil:
		answer(w, http.StatusNotFound, told{Code: string(refusal.NotFound), Message: "This link is not valid, or no longer. Look for the latest mail, or make the request again."})
	default:
		answer(w, http.StatusOK, map[string]any{
			"profileName": asked.ProfileName, "businessUnitName": asked.BusinessUnitName, "seatType": asked.SeatType, "seatId": asked.SeatID, "name": asked.Name,
			"comment": asked.Comment, "names": append([]string{}, asked.Names...), "keySha256": asked.KeySHA256, "expiresAt": asked.ExpiresAt, "confirmed": asked.Confirmed,
		})
	}
}

func (o openly) confirm(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Token string `json:"token"`
	}
	if !o.read(w, r, &body) {
		return
	}
	switch before, no, err := o.requests.ConfirmRequest(r.Context(), body.Token); {
	case err != nil:
		o.failed(w, r, err)
	case no != nil:
		refuse(w, no)
	default:
		answer(w, http.StatusOK, map[string]bool{"confirmedBefore": before})
	}
}

// profileOf is the profile that the address names; false when it names none.
func profileOf(r *http.Request) (id.ID, bool) {
	profile, err := id.Parse(r.PathValue("profile"))
	return profile, err == nil && profile.Kind == id.Profile
}

// given is a text of the form; nil for an empty one, which was left out.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// read reads the body of a request that the page itself has sent; otherwise it
// answers and returns false. Another site's page could post a form without asking
// the browser's leave, but not JSON, and not under this origin.
func (o openly) read(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := o.origin.Check(r); err != nil {
		answer(w, http.StatusForbidden, told{Code: string(refusal.Forbidden), Message: "This comes from a page of another site. Open the request page itself."})
		return false
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		answer(w, http.StatusUnsupportedMediaType, told{Code: string(refusal.Invalid), Message: "Send JSON, with the Content-Type application/json."})
		return false
	}
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	body.DisallowUnknownFields()
	err := body.Decode(into)
	if err == nil {
		if _, more := body.Token(); !errors.Is(more, io.EOF) {
			err = errors.Join(errors.New("something stands behind the object"), more)
		}
	}
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		answer(w, http.StatusRequestEntityTooLarge, told{Code: string(refusal.Invalid), Message: "This is too long: at most 64 KiB are read. Leave out what is not needed."})
		return false
	}
	if err != nil {
		answer(w, http.StatusBadRequest, told{Code: string(refusal.Invalid), Message: "This is not the JSON object that the page sends. Reload the page and try again."})
		return false
	}
	return true
}

// refuse answers with a rule's no.
func refuse(w http.ResponseWriter, no *refusal.Refusal) {
	status := http.StatusUnprocessableEntity
	switch no.Code {
	case refusal.NotFound:
		status = http.StatusNotFound
	case refusal.InvalidState, refusal.ProfileArchived, refusal.ActiveEnrollmentExists, refusal.SeatHasCertificate:
		status = http.StatusConflict
	}
	path := no.Field
	if len(path) > 0 && path[0] == "input" {
		path = path[1:]
	}
	answer(w, status, told{Code: string(no.Code), Message: no.Message, Field: path})
}

// failed logs a fault and answers without its cause. Both mutations can be repeated
// as they are: the second one does nothing twice.
func (o openly) failed(w http.ResponseWriter, r *http.Request, err error) {
	request := viewer.RequestFrom(r.Context()).ID
	status, s := http.StatusInternalServerError, told{Code: "INTERNAL", Message: "Something went wrong here. Try again later, or tell the administrators the request's id.", RequestID: request}
	if errors.Is(err, fault.Unavailable) || errors.Is(err, fault.OutcomeUnknown) {
		status, s.Code, s.Message = http.StatusServiceUnavailable, "UNAVAILABLE", "The database cannot be reached at the moment. Try again in a moment; nothing is done twice."
	}
	o.log.ErrorContext(r.Context(), "the request page failed", "request", request, "error", err.Error())
	answer(w, status, s)
}

// answer writes JSON that is not to be stored.
func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// The status is out, so a caller who has gone away is nobody's problem.
	_ = json.NewEncoder(w).Encode(body)
}
