// Package graphiql is the page at which people try the API: GraphiQL from its
// npm package, with our header, tabs of ready-made operations, and a token that
// stays in the page's memory. Nothing on it comes from another server.
package graphiql

import (
	"crypto/rand"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"gatehouse/internal/asset"
)

//go:embed assets operations
var files embed.FS

// Prefix is where the assets lie. The page itself is at /.
const Prefix = "/graphiql/"

// Options say which of its two faces the page has.
type Options struct {
	// SignIn offers roles to sign in as, by POST /dev/token; for development.
	// Without it a token is pasted.
	SignIn bool
}

// tab is an operation that the page opens with, as GraphiQL takes it.
type tab struct {
	Query     string `json:"query"`
	Variables string `json:"variables,omitempty"`
}

// handler serves the page and its assets.
type handler struct {
	options Options
	page    *template.Template
	tabs    []tab
	assets  map[string]*asset.Asset // by address
}

// New makes the handler for / and everything under Prefix. It fails only when
// the embedded files do not fit together, which a test would have seen.
func New(o Options) (http.Handler, error) {
	h := &handler{options: o, assets: map[string]*asset.Asset{}}
	addresses := map[string]string{}
	for name, contentType := range served {
		content, err := files.ReadFile(path.Join("assets", name))
		if err != nil {
			return nil, fmt.Errorf("read an asset of GraphiQL: %w", err)
		}
		a := asset.New(content, contentType)
		addresses[name] = Prefix + a.Tag() + "/" + name
		h.assets[addresses[name]] = a
	}
	var err error
	if h.tabs, err = readTabs(); err != nil {
		return nil, err
	}
	h.page, err = template.New("index.html").Funcs(template.FuncMap{"asset": func(name string) (string, error) {
		if addresses[name] == "" {
			return "", fmt.Errorf("the page names the asset %s, which is not served", name)
		}
		return addresses[name], nil
	}}).ParseFS(files, "assets/index.html")
	if err != nil {
		return nil, fmt.Errorf("parse GraphiQL's page: %w", err)
	}
	return h, nil
}

// readTabs reads the operations in the order of their names, each with the
// variables of the .json file beside it.
func readTabs() ([]tab, error) {
	names, err := fs.Glob(files, "operations/*.graphql")
	if err != nil {
		return nil, fmt.Errorf("list the tabs: %w", err)
	}
	var tabs []tab
	for _, name := range names {
		query, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read a tab: %w", err)
		}
		// Most operations have no variables, and then no such file.
		variables, _ := files.ReadFile(strings.TrimSuffix(name, ".graphql") + ".json")
		tabs = append(tabs, tab{Query: string(query), Variables: string(variables)})
	}
	return tabs, nil
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" {
		h.servePage(w, r)
		return
	}
	a, ok := h.assets[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	a.ServeHTTP(w, r)
}

// policy is what the page may do. Everything comes from this server; scripts are
// files only. CodeMirror's and GraphiQL's fonts and images stand in their style
// sheet as data. Styles are set through the object model, which no policy
// forbids, but for one style element, which carries the nonce.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; connect-src 'self'; " +
	"font-src data:; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

func (h *handler) servePage(w http.ResponseWriter, r *http.Request) {
	nonce := rand.Text()
	tabs, err := json.Marshal(h.tabs)
	if err != nil {
		http.Error(w, "The page cannot be made.", http.StatusInternalServerError)
		return
	}
	var body strings.Builder
	if err := h.page.Execute(&body, map[string]any{
		"SignIn": h.options.SignIn,
		"Nonce":  nonce,
		"Tabs":   json.RawMessage(tabs),
	}); err != nil {
		http.Error(w, "The page cannot be made.", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Security-Policy", fmt.Sprintf(policy, nonce))
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	if r.Method != http.MethodHead {
		// A reader who has gone away is nobody's problem.
		_, _ = w.Write([]byte(body.String()))
	}
}
