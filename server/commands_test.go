package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"gatehouse/internal/inventory"
	"gatehouse/internal/viewer"
	"gatehouse/migrations"
)

// testHouse is a house whose API answers who is asking, so that a test of a
// command needs nothing of the product.
func testHouse() house {
	sdl := "type Query { who: String! }"
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "who.graphqls", Input: sdl})
	return house{
		migrations: migrations.Files,
		open: func(context.Context, opening) (product, error) {
			return product{
				sdl: sdl,
				schema: &graphql.ExecutableSchemaMock{
					SchemaFunc: func() *ast.Schema { return schema },
					ExecFunc: func(ctx context.Context) graphql.ResponseHandler {
						who, _ := viewer.From(ctx)
						return graphql.OneShot(&graphql.Response{Data: fmt.Appendf(nil, `{"who":%q}`, who.Subject)})
					},
				},
				present: func(_ context.Context, err error) *gqlerror.Error { return gqlerror.Wrap(err) },
				ready:   func(context.Context) error { return nil },
				close:   func() error { return nil },
			}, nil
		},
		seed:   func(context.Context, opening) (bool, error) { return true, nil },
		verify: func(context.Context, *sql.DB) ([]string, error) { return nil, nil },
		reseal: func(context.Context, opening, func(inventory.Resealed)) error { return nil },
	}
}

// commandIn runs the program in a house.
func commandIn(t *testing.T, build house, environ []string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	status = run(t.Context(), args, host{stdout: &out, stderr: &err, environ: environ, clock: noon}, build)
	return status, out.String(), err.String()
}

// started runs a command that serves, until the test ends it. It returns the
// address and what ends the command and tells its exit status.
func started(t *testing.T, build house, environ []string, args ...string) (base string, end func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		status := run(ctx, args, host{stdout: in, stderr: in, environ: environ, clock: noon}, build)
		in.Close()
		ended <- status
	}()
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+|"address":"(127\.0\.0\.1:\d+)"`)
	lines := bufio.NewScanner(out)
	var said []string
	for base == "" && lines.Scan() {
		said = append(said, lines.Text())
		if strings.Contains(lines.Text(), `"GraphiQL`) || strings.Contains(lines.Text(), "GraphiQL ") || strings.Contains(lines.Text(), `"serving"`) {
			found := address.FindStringSubmatch(lines.Text())
			if found[1] != "" {
				found[0] = "http://" + found[1]
			}
			base = found[0]
		}
	}
	if base == "" {
		cancel()
		t.Fatalf("it ended with %d, having said:\n%s", <-ended, strings.Join(said, "\n"))
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return base, func() int { cancel(); return <-ended }
}

// ask sends a request and returns the status and the answer.
func ask(t *testing.T, method, url, token, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

const askWho = `{"query":"{ who }"}`
