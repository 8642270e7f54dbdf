//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A page of another origin calls the API, in a browser that holds it to the rules.
func TestPagesOfOtherOrigins(t *testing.T) {
	t.Parallel()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><link rel="icon" href="data:,"><title>An application</title>`)
	}))
	t.Cleanup(app.Close)
	other := httptest.NewServer(app.Config.Handler)
	t.Cleanup(other.Close)
	named := func(name string) string { return strings.Replace(app.URL, "127.0.0.1", name, 1) }

	dev := startDev(t, demoDir(t))
	developer := as(t, dev.url, "ada-byrne", "Ada Byrne", "ADMIN")
	closed := startServe(t)
	open := startServe(t, "GATEHOUSE_CORS_ORIGINS="+app.URL)

	for _, row := range []struct {
		name   string
		who    caller
		origin string
		reads  bool
	}{
		{"dev, another port", developer, app.URL, true},
		{"dev, another port and name of this machine", developer, named("localhost"), true},
		{"dev, a stranger's name for this machine", developer, named(stranger), false},
		{"serve, nothing listed", provided(t, closed.url, "grace", "Grace Obi", "VIEWER"), app.URL, false},
		{"serve, listed", provided(t, open.url, "grace", "Grace Obi", "VIEWER"), app.URL, true},
		{"serve, another than the listed port", provided(t, open.url, "grace", "Grace Obi", "VIEWER"), other.URL, false},
		{"serve, another than the listed name", provided(t, open.url, "grace", "Grace Obi", "VIEWER"), named("localhost"), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			// The token is good and the server answers: a refusal below is the browser's.
			var viewer struct{ Viewer struct{ Name string } }
			row.who.ask(t, `{ viewer { name } }`, nil, &viewer)

			p := openBrowser(t)
			p.do(t, "opening the application", chromedp.Navigate(row.origin))
			var got struct {
				Status             int
				Body, ID, Failed   string
				Other, OtherFailed string
			}
			p.read(t, fmt.Sprintf(`(async () => {
				const got = {};
				try {
					const answer = await fetch(%[1]q + "/graphql", {
						method: "POST",
						headers: { "Content-Type": "application/json", Authorization: "Bearer " + %[2]q },
						body: JSON.stringify({ query: "{ viewer { name } }" }),
					});
					got.status = answer.status;
					got.body = await answer.text();
					got.id = answer.headers.get("X-Request-Id") || "";
				} catch (error) {
					got.failed = String(error);
				}
				// Without a preflight: the server answers it, and the page may not read it.
				try {
					got.other = await (await fetch(%[1]q + "/schema.graphqls")).text();
				} catch (error) {
					got.otherFailed = String(error);
				}
				return got;
			})()`, row.who.url, row.who.token), &got)

			if !row.reads {
				if got.Failed == "" || got.OtherFailed == "" {
					t.Errorf("the page of %s reads what it should not: %+v", row.origin, got)
				}
				if told := strings.Join(p.watched.wrong(), "\n"); !strings.Contains(told, "CORS policy") {
					t.Errorf("something else than the policy kept the page away:\n%s", told)
				}
				return
			}
			if got.Status != http.StatusOK || !strings.Contains(got.Body, viewer.Viewer.Name) || got.ID == "" {
				t.Errorf("the page of %s reads %+v", row.origin, got)
			}
			if !strings.Contains(got.Other, "type Query") {
				t.Errorf("the page of %s cannot read the schema: %s %s", row.origin, got.OtherFailed, got.Other)
			}
		})
	}
}
