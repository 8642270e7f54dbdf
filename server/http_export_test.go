package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/door"
	"gatehouse/internal/export"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// exporting is a server over a world, whose token is the name of a person: boss, a
// requester, or the boss of one business unit.
type exporting struct {
	*world.World
	t   *testing.T
	url string
	log *lockedLog
	// statement, where it is set, is told each statement.
	statement *atomic.Pointer[func(string)]
	downloads *downloads
}

// lockedLog is a log that many write to.
type lockedLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newExporting(t *testing.T, change func(*http.Server)) *exporting {
	t.Helper()
	e := &exporting{t: t, log: &lockedLog{}, statement: &atomic.Pointer[func(string)]{}}
	e.World = world.New(t, func(o *store.Options) {
		o.OnStatement = func(_ context.Context, text string) {
			if told := e.statement.Load(); told != nil {
				(*told)(text)
			}
		}
	})
	e.Purchase(lifecycle.User)
	for _, key := range []string{"sales", "legal"} {
		unit := e.Unit(key).ID
		e.Allocate(unit, lifecycle.User, 5000)
		e.Seats(unit, lifecycle.User, key+"-seat")
	}
	people := map[string]viewer.Viewer{
		"boss": world.Boss(), "requester": world.Person("rita", lifecycle.Requester),
		"sales": world.In(world.Person("sales", lifecycle.Admin), "sales"), "legal": world.In(world.Person("legal", lifecycle.Admin), "legal"),
		"left": world.In(world.Person("sales", lifecycle.Admin), "legal"), // who was of sales
	}
	log := slog.New(slog.NewTextHandler(e.log, nil))
	e.downloads = &downloads{exports: e.Exports, hands: newDownloadHands(16), log: log, clock: time.Now}
	handler, _ := testHTTP(t, func(o *httpOptions) {
		o.log, o.clock, o.downloads = log, time.Now, e.downloads
		o.authenticate = func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				token, present, _ := bearer(r.Header)
				who, known := people[token]
				switch {
				case !present:
					next.ServeHTTP(w, r)
				case !known:
					unauthenticated(w, r)
				default:
					next.ServeHTTP(w, r.WithContext(viewer.With(r.Context(), who)))
				}
			})
		}
	})
	server := httptest.NewUnstartedServer(handler)
	if change != nil {
		change(server.Config)
	}
	server.Start()
	t.Cleanup(server.Close)
	e.url = server.URL
	return e
}

// many adds so many seats of a business unit.
func (e *exporting) many(key string, n int) {
	e.t.Helper()
	unit, err := e.Units.First(e.As(world.Boss()))
	if err != nil {
		e.t.Fatal(err)
	}
	for _, u := range unit {
		for begin := 0; u.Key == key && begin < n; begin += 1000 {
			names := make([]string, min(1000, n-begin))
			for i := range names {
				names[i] = key + "-" + strings.Repeat("long-", 20) + time.Duration(begin+i).String()
			}
			e.Seats(u.ID, lifecycle.User, names...)
		}
	}
}

// get asks for an address as somebody; as nobody without a token.
func (e *exporting) get(method, path, token string, headers ...string) *http.Response {
	e.t.Helper()
	r, err := http.NewRequestWithContext(e.t.Context(), method, e.url+path, nil)
	if err != nil {
		e.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { _ = w.Body.Close() })
	return w
}

// body is the whole of an answer.
func body(t *testing.T, w *http.Response) string {
	t.Helper()
	all, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

// link is the path of a link that somebody makes.
func (e *exporting) link(by viewer.Viewer, in export.CreateExportInput) string {
	e.t.Helper()
	made, err := e.Exports.Create(e.As(by), in)
	if err != nil || len(made.UserErrors) > 0 {
		e.t.Fatal(err, made)
	}
	return strings.TrimPrefix(*made.Export.URL, world.PublicURL)
}

func TestExportsAreServed(t *testing.T) {
	t.Parallel()
	e := newExporting(t, nil)
	seats := view.ListInput{Seats: &inventory.SeatListInput{}}
	link := e.link(world.In(world.Boss(), "sales"), export.CreateExportInput{List: &seats, Columns: []string{"seatId"}})
	day := time.Now().UTC().Format(time.DateOnly)
	for _, row := range []struct {
		name, method, path, token string
		status                    int
		has, hasNot               string
		headers                   map[string]string
	}{
		{"a list as CSV", "GET", "/export/seats.csv?columns=seatId,status", "boss", 200, "seatId,status\r\n", "{", map[string]string{
			"Content-Type": "text/csv; charset=utf-8; header=present", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Disposition": `attachment; filename="seats-` + day + `.csv"`}},
		{"a list as NDJSON", "GET", "/export/seats.ndjson?columns=seatId", "boss", 200, `{"seatId":"sales-seat"}` + "\n", "seatId\r\n", map[string]string{
			"Content-Type": "application/x-ndjson", "Content-Disposition": `attachment; filename="seats-` + day + `.ndjson"`}},
		{"from another unit", "GET", "/export/seats.csv", "legal", 200, "legal-seat", "sales-seat", nil},
		{"enrollments", "GET", "/export/enrollments.csv?columns=id,profileName", "requester", 200, "id,profileName\r\n", "", nil},
		{"certificates", "GET", "/export/certificates.csv", "boss", 200, "id,status,source,", "", nil},
		{"audit entries", "GET", "/export/audit-entries.ndjson", "sales", 200, `"businessUnitKey":"sales"`, `"businessUnitKey":"legal"`, map[string]string{
			"Content-Disposition": `attachment; filename="audit-entries-` + day + `.ndjson"`}},
		{"a link, as nobody", "GET", link, "", 200, "seatId\r\nsales-seat\r\n", "legal-seat", nil},
		{"a link, as somebody else", "GET", link, "legal", 200, "seatId\r\nsales-seat\r\n", "legal-seat", nil},
		{"nobody", "GET", "/export/seats.csv", "", 401, "UNAUTHENTICATED", "seat_", map[string]string{"WWW-Authenticate": "Bearer"}},
		{"a bad token", "GET", "/export/seats.csv", "forged", 401, "UNAUTHENTICATED", "", nil},
		{"without the permission", "GET", "/export/seats.csv", "requester", 403, "FORBIDDEN", "", nil},
		{"no such list", "GET", "/export/licences.csv", "boss", 404, "enrollments, seats, certificates and audit-entries", "", nil},
		{"no such format", "GET", "/export/seats.xlsx", "boss", 404, ".csv or .ndjson", "", nil},
		{"no such job", "GET", "/export/jobs/" + id.New(id.Job).String() + ".csv", "boss", 404, "NOT_FOUND", "", nil},
		{"what is no job", "GET", "/export/jobs/seats.csv", "boss", 404, "NOT_FOUND", "", nil},
		{"a wrong secret", "GET", strings.Split(link, "?")[0] + "?secret=guess", "", 404, "NOT_FOUND", "", nil},
		{"a broken link", "GET", "/export/exp_1?secret=guess", "", 404, "NOT_FOUND", "", nil},
		{"a column that there is not", "GET", "/export/seats.csv?columns=colour", "boss", 400, "BAD_USER_INPUT", "", nil},
		{"a filter that is none", "GET", "/export/seats.csv?filter=" + url.QueryEscape(`{"colour":"red"}`), "boss", 400, "BAD_USER_INPUT", "", nil},
		{"a parameter that there is not", "GET", "/export/seats.csv?fliter={}", "boss", 400, "BAD_USER_INPUT", "", nil},
		{"another method", "POST", "/export/seats.csv", "boss", 405, "GET", "", map[string]string{"Allow": "GET"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := e.get(row.method, row.path, row.token)
			text := body(t, w)
			if w.StatusCode != row.status || !strings.Contains(text, row.has) || row.hasNot != "" && strings.Contains(text, row.hasNot) {
				t.Errorf("%d %s, want %d with %q and without %q", w.StatusCode, text, row.status, row.has, row.hasNot)
			}
			for name, want := range row.headers {
				late := strings.ReplaceAll(want, day, time.Now().UTC().Format(time.DateOnly)) // midnight may have passed
				if got := w.Header.Get(name); got != want && got != late {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if w.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("the answer may be kept: %q", w.Header.Get("Cache-Control"))
			}
		})
	}
	t.Cleanup(func() {
		if secret := strings.Split(link, "secret=")[1]; strings.Contains(e.log.String(), secret) || !strings.Contains(e.log.String(), exportRoute) {
			t.Errorf("the log tells the secret, or no route: %s", e.log)
		}
	})
}

// TestExportForAPageOfAnotherOrigin: a browser's page may read the file, and its name.
func TestExportForAPageOfAnotherOrigin(t *testing.T) {
	t.Parallel()
	e := newExporting(t, nil)
	w := e.get("OPTIONS", "/export/seats.csv", "", "Origin", "http://localhost:5173", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization")
	if w.StatusCode != http.StatusNoContent {
		t.Errorf("the preflight is answered with %d", w.StatusCode)
	}
	w = e.get("GET", "/export/seats.csv", "boss", "Origin", "http://localhost:5173")
	if w.Header.Get("Access-Control-Allow-Origin") != "http://localhost:5173" || !strings.Contains(w.Header.Get("Access-Control-Expose-Headers"), "Content-Disposition") {
		t.Errorf("%v", w.Header)
	}
}

// TestExportIsPacked where the client takes that, and is the same.
func TestExportIsPacked(t *testing.T) {
	t.Parallel()
	e := newExporting(t, nil)
	e.many("sales", 1200)
	plain, packed := e.get("GET", "/export/seats.csv", "boss", "Accept-Encoding", "identity"), e.get("GET", "/export/seats.csv", "boss")
	if !packed.Uncompressed || plain.Uncompressed {
		t.Errorf("packed %v and %v", packed.Uncompressed, plain.Uncompressed)
	}
	whole := body(t, plain)
	if rows, err := csv.NewReader(strings.NewReader(whole)).ReadAll(); err != nil || len(rows) != 1203 {
		t.Errorf("%d lines, %v", len(rows), err)
	}
	if body(t, packed) != whole {
		t.Error("packed, it is another")
	}
}

// TestExportOutlivesTheServersTimeouts: they are for answers that are made at once.
func TestExportOutlivesTheServersTimeouts(t *testing.T) {
	t.Parallel()
	e := newExporting(t, func(s *http.Server) { s.ReadTimeout, s.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond })
	e.many("sales", 2500)
	pages := 0
	slow := func(statement string) {
		if strings.Contains(statement, "FROM seats s WHERE s.id = ANY") {
			if pages++; pages > 1 { // the headers are out
				time.Sleep(150 * time.Millisecond)
			}
		}
	}
	e.statement.Store(&slow)
	w := e.get("GET", "/export/seats.csv?columns=seatId", "boss")
	if got := strings.Count(body(t, w), "\r\n"); got != 2503 || pages < 3 {
		t.Errorf("%d lines of %d pages", got, pages)
	}
}

// TestExportThatBreaksOffIsNoWholeOne: the client is told by the connection.
func TestExportThatBreaksOffIsNoWholeOne(t *testing.T) {
	t.Parallel()
	for _, coding := range []string{"identity", "gzip"} {
		t.Run(coding, func(t *testing.T) {
			t.Parallel()
			e := newExporting(t, nil)
			e.many("sales", 2500)
			pages := 0
			admin := e.DB.Admin(t)
			breaking := func(statement string) {
				if strings.Contains(statement, "FROM seats s WHERE s.id = ANY") {
					if pages++; pages == 2 {
						if _, err := admin.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
							t.Error(err)
						}
					}
				}
			}
			e.statement.Store(&breaking)
			w := e.get("GET", "/export/seats.csv?columns=seatId", "boss", "Accept-Encoding", coding)
			all, err := io.ReadAll(w.Body)
			if w.StatusCode != http.StatusOK || len(all) == 0 || err == nil {
				t.Errorf("%d, %d bytes, %v: want a part and an error", w.StatusCode, len(all), err)
			}
			if !strings.Contains(e.log.String(), "a download was cut off") {
				t.Errorf("the log does not say so: %s", e.log)
			}
		})
	}
}

// TestExportsAtOnce are bounded, of one person and of all, and given back.
func TestExportsAtOnce(t *testing.T) {
	t.Parallel()
	e := newExporting(t, nil)
	boss := world.Boss()
	own := boss.Issuer + "\n" + boss.Subject
	var back []func()
	take := func(who string) {
		release, no := e.downloads.hands.take(who)
		if no != nil {
			t.Fatalf("%+v", no)
		}
		back = append(back, release)
	}
	take(own)
	take(own)
	w := e.get("GET", "/export/seats.csv", "boss")
	if text := body(t, w); w.StatusCode != http.StatusTooManyRequests || w.Header.Get("Retry-After") == "" || !strings.Contains(text, "RATE_LIMITED") {
		t.Errorf("a third of one's own: %d %s", w.StatusCode, text)
	}
	if w := e.get("GET", "/export/seats.csv", "legal"); w.StatusCode != http.StatusOK {
		t.Errorf("somebody else's: %d", w.StatusCode)
	} else {
		_ = body(t, w)
	}
	for n := range downloadsMost - 2 {
		take(string(rune('a' + n)))
	}
	w = e.get("GET", "/export/seats.csv", "legal")
	if text := body(t, w); w.StatusCode != http.StatusServiceUnavailable || w.Header.Get("Retry-After") == "" || !strings.Contains(text, "UNAVAILABLE") {
		t.Errorf("a ninth of all: %d %s", w.StatusCode, text)
	}
	for _, release := range back {
		release()
	}
	for range 4 { // each gives back what it took
		if w := e.get("GET", "/export/seats.csv?columns=id", "boss"); w.StatusCode != http.StatusOK {
			t.Errorf("afterwards: %d", w.StatusCode)
		} else {
			_ = body(t, w)
		}
	}
	if hands := newDownloadHands(3); hands.most != 1 {
		t.Errorf("of 3 connections %d are for downloads", hands.most)
	}
}

// TestExportsAreCountedAsCalls of their subject, by a link those of who made it: each
// leaves an entry in the audit log, for ever.
func TestExportsAreCountedAsCalls(t *testing.T) {
	t.Parallel()
	e := newExporting(t, nil)
	seats := view.ListInput{Seats: &inventory.SeatListInput{}}
	boss := world.Boss()
	link := e.link(boss, export.CreateExportInput{List: &seats})
	rates, err := door.NewRates(1, 1, func() time.Time { return time.Time{} }) // two at once, and no more
	if err != nil {
		t.Fatal(err)
	}
	e.downloads.rates = rates
	for n, path := range []string{"/export/seats.csv", link, "/export/seats.csv?columns=colour", link} {
		token := "boss"
		if path == link {
			token = ""
		}
		w := e.get("GET", path, token)
		text := body(t, w)
		if refused := w.StatusCode == http.StatusTooManyRequests && w.Header.Get("Retry-After") == "60" && strings.Contains(text, "RATE_LIMITED"); refused != (n > 1) {
			t.Errorf("call %d: %d, Retry-After %q: %s", n, w.StatusCode, w.Header.Get("Retry-After"), text)
		}
	}
	if w := e.get("GET", "/export/seats.csv", "legal"); w.StatusCode != http.StatusOK {
		t.Errorf("somebody else: %d", w.StatusCode)
	} else {
		_ = body(t, w)
	}
}
