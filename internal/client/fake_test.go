package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"gatehouse/internal/client"
	"gatehouse/internal/seatfile"
)

// berlin is the business unit that every fake has.
var berlin = client.Unit{ID: "bu_01h455vb4pex5vsknk084sn02q", Key: "berlin", Name: "Berlin"}

// fake is a Gatehouse as far as files of seats go: it keeps seats, licences and
// idempotency keys in memory, and answers as schema.graphqls says.
type fake struct {
	t *testing.T
	*httptest.Server
	mu sync.Mutex
	// seats are those that exist, by their key; licences is how many more may.
	seats    map[string]string
	licences int
	// known is what was answered under each idempotency key.
	known map[string]remembered
	// calls are the rows of each importSeats that was worked on or replayed, and bodies
	// the sizes of all requests.
	calls  []string
	bodies []int
	// before is asked before each importSeats, after behind its work; either may answer
	// itself and say so.
	before, after func(call int, w http.ResponseWriter) bool
	// pages answers the list of seats.
	pages func(variables map[string]any) any
	// sighted are the places of each certificate, by its content.
	sighted map[string]map[string]bool
	// received are the certificates of all calls, as they were sent.
	received []map[string]any
}

// remembered is what an idempotency key stands for.
type remembered struct{ csv, answer string }

func newFake(t *testing.T) *fake {
	f := &fake{t: t, seats: map[string]string{}, licences: 1 << 30, known: map[string]remembered{}, sighted: map[string]map[string]bool{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

// client asks the fake, again without much waiting.
func (f *fake) client() *client.Client {
	f.t.Helper()
	c, err := client.New(f.URL, "a-token", patience)
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	var request struct {
		Query     string
		Variables map[string]any
	}
	if err != nil || json.Unmarshal(body, &request) != nil || r.Header.Get("Authorization") != "Bearer a-token" || r.URL.Path != "/graphql" {
		f.t.Errorf("%s %s: %s", r.Method, r.URL, body)
	}
	f.bodies = append(f.bodies, len(body))
	switch {
	case strings.Contains(request.Query, "importSeats"):
		f.importSeats(w, request.Variables["input"].(map[string]any))
	case strings.Contains(request.Query, "sighted: "):
		f.sight(w, request.Variables["input"].(map[string]any))
	case strings.Contains(request.Query, "FindUnits"):
		var nodes []any
		if slices.Contains(request.Variables["ids"].([]any), any(berlin.ID)) {
			nodes = append(nodes, berlin)
		}
		keyed := []client.Unit{}
		if slices.Contains(request.Variables["keys"].([]any), any(berlin.Key)) {
			keyed = append(keyed, berlin)
		}
		answer(w, map[string]any{"nodes": nodes, "businessUnits": map[string]any{"nodes": keyed}})
	case strings.Contains(request.Query, "viewer"):
		answer(w, map[string]any{"viewer": map[string]any{"businessUnits": []client.Unit{{Key: "paris"}, berlin}}})
	case strings.Contains(request.Query, "ExportSeats"):
		answer(w, f.pages(request.Variables))
	case strings.Contains(request.Query, "seatUsage"):
		answer(w, map[string]any{"seatUsage": map[string]any{"available": f.licences}})
	default:
		f.t.Errorf("asked for %s", request.Query)
	}
}

// importSeats does what the mutation does: whole under its key, or not at all.
func (f *fake) importSeats(w http.ResponseWriter, input map[string]any) {
	call := len(f.calls)
	f.calls = append(f.calls, "")
	if f.before != nil && f.before(call, w) {
		return
	}
	csv := input["csv"].(string)
	key, _ := input["idempotencyKey"].(string)
	if len(key) > 255 || key == "" && input["dryRun"] != true {
		f.t.Errorf("the idempotency key is %q", key)
	}
	if known, ok := f.known[key]; ok && key != "" {
		if known.csv != csv {
			f.t.Errorf("the key %s was used for another file", key)
		}
		f.calls[call] = "replayed"
		answer(w, json.RawMessage(strings.Replace(known.answer, `"replayed":false`, `"replayed":true`, 1)))
		return
	}
	rows := f.work(csv, input)
	text, err := json.Marshal(map[string]any{"importSeats": map[string]any{"rows": rows, "userErrors": []any{}, "replayed": false}})
	if err != nil {
		f.t.Error(err)
	}
	f.calls[call] = fmt.Sprintf("%d rows", len(rows))
	if key != "" {
		f.known[key] = remembered{csv, string(text)}
	}
	if f.after != nil && f.after(call, w) {
		return
	}
	answer(w, json.RawMessage(text))
}

// work does the rows of a part.
func (f *fake) work(csv string, input map[string]any) []map[string]any {
	file, err := seatfile.NewReader(strings.NewReader(csv))
	if err != nil {
		f.t.Errorf("a part cannot be read: %v", err)
		return nil
	}
	var rows []map[string]any
	for {
		row, err := file.Read()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			f.t.Errorf("a part cannot be read: %v", err)
			return rows
		}
		rows = append(rows, f.seat(row, input))
	}
}

func (f *fake) seat(row seatfile.Row, input map[string]any) map[string]any {
	out := map[string]any{"row": row.Number, "seatId": row.SeatID, "code": nil, "userErrors": []any{}}
	refuse := func(code, message string) map[string]any {
		out["outcome"], out["userErrors"] = "REFUSED", []any{map[string]any{"code": code, "message": message}}
		return out
	}
	key, name := seatfile.Key(row.SeatID), ""
	if row.Name != nil {
		name = *row.Name
	}
	had, exists := f.seats[key]
	switch {
	case key == "":
		return refuse("INVALID", "A seat has a seatId.")
	case input["operation"] == "DELETE" && !exists:
		return refuse("NOT_FOUND", "There is no such seat.")
	case input["operation"] == "DELETE":
		out["outcome"] = "DELETED"
		if input["dryRun"] != true {
			delete(f.seats, key)
		}
		return out
	case exists && had == name:
		out["outcome"] = "UNCHANGED"
		return out
	case !exists && f.licences == 0:
		return refuse("NO_SEAT_LEFT", "Allocate more.")
	case exists:
		out["outcome"] = "UPDATED"
	default:
		out["outcome"], out["code"] = "CREATED", "code of "+row.SeatID
	}
	if input["dryRun"] != true {
		f.seats[key] = name
		f.licences -= map[bool]int{false: 1}[exists]
	}
	return out
}

// answer writes data as GraphQL does.
func answer(w http.ResponseWriter, data any) {
	w.Header().Set("Content-Type", "application/graphql-response+json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
}

// told answers with a top-level error.
func told(w http.ResponseWriter, status int, code, message string) bool {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]any{"message": message, "extensions": map[string]any{"code": code}}}})
	return true
}
