package export_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/export"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// The lists, with nothing narrowed.
var (
	allEnrollments  = view.ListInput{Enrollments: &inventory.EnrollmentListInput{}}
	allSeats        = view.ListInput{Seats: &inventory.SeatListInput{}}
	allCertificates = view.ListInput{Certificates: &inventory.CertificateListInput{}}
	allEntries      = view.ListInput{AuditEntries: &auditlog.ListInput{}}
)

// place is a world with something to export in two business units.
type place struct {
	*world.World
	t            *testing.T
	sales, legal id.ID
}

func newPlace(t *testing.T, options ...func(*store.Options)) *place {
	t.Helper()
	p := &place{World: world.New(t, options...), t: t}
	p.Purchase(lifecycle.User, lifecycle.Imported)
	p.sales, p.legal = p.unit("sales"), p.unit("legal")
	return p
}

// unit makes a business unit with a seat, a request and a certificate named after it.
func (p *place) unit(key string) id.ID {
	p.t.Helper()
	unit := p.Unit(key).ID
	p.Allocate(unit, lifecycle.User, 2000)
	p.Seats(unit, lifecycle.User, key+"-seat")
	made := p.Profile(unit, key+" profile")
	p.Request(world.Person("rita", lifecycle.Requester), made.ID, key+"-request")
	p.Import(unit, p.Certificate(key+".example.com", p.Clock.Now().AddDate(1, 0, 0)))
	return unit
}

// file downloads what a person may see, as NDJSON.
func (p *place) file(t *testing.T, v viewer.Viewer, c export.Content) []map[string]any {
	t.Helper()
	c.Format = lifecycle.NDJSON
	return objects(t, p.text(p.As(v), t, c))
}

// text downloads as the context's viewer.
func (p *place) text(ctx context.Context, t *testing.T, c export.Content) string {
	t.Helper()
	c, err := p.Exports.Begin(ctx, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := p.Exports.Write(ctx, c, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// link makes a link, which must not be refused.
func (p *place) link(v viewer.Viewer, in export.CreateExportInput) (one id.ID, secret string) {
	p.t.Helper()
	made, err := p.Exports.Create(p.As(v), in)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, no := range made.UserErrors {
		p.t.Fatal(no)
	}
	if made.Export == nil || made.Export.URL == nil {
		p.t.Fatalf("no link: %+v", made.Export)
	}
	return parts(p.t, *made.Export.URL)
}

// parts are the id and the secret in a link.
func parts(t *testing.T, url string) (one id.ID, secret string) {
	t.Helper()
	path, query, _ := strings.Cut(strings.TrimPrefix(url, world.PublicURL+export.Path), "?secret=")
	one, err := id.Parse(path)
	if err != nil || query == "" {
		t.Fatalf("%s is no link: %v", url, err)
	}
	return one, query
}

// objects are the lines of NDJSON.
func objects(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(text) {
		var one map[string]any
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("%q is no JSON: %v", line, err)
		}
		all = append(all, one)
	}
	return all
}

// table are the lines of CSV, the names first.
func table(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// column is one value of each object.
func column(all []map[string]any, name string) string {
	texts := make([]string, len(all))
	for n, one := range all {
		texts[n], _ = one[name].(string)
	}
	return strings.Join(texts, " ")
}

// refused is the code and field of a refusal; empty for none.
func refused(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	no := refusal.Find(err)
	if no == nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(no.Code) + " " + strings.Join(no.Field, "."))
}
