package asset

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

const content = "body { margin: 0; }"

func TestAnotherContentHasAnotherTag(t *testing.T) {
	t.Parallel()
	one, same, other := New([]byte(content), "text/css"), New([]byte(content), "text/css"), New([]byte(content+" "), "text/css")
	if one.Tag() == "" || one.Tag() != same.Tag() || one.Tag() == other.Tag() {
		t.Errorf("the tags are %q, %q for the same and %q for another", one.Tag(), same.Tag(), other.Tag())
	}
}

func TestAnAssetComesAsTheClientTakesIt(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, method, accept string
		packed, empty        bool
	}{
		{"as it is", http.MethodGet, "", false, false},
		{"packed", http.MethodGet, "br, gzip;q=0.5", true, false},
		{"packing refused", http.MethodGet, "gzip;q=0", false, false},
		{"packing with a quality that is none", http.MethodGet, "gzip;q=x", false, false},
		{"only the header", http.MethodHead, "", false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(row.method, "/", nil)
			r.Header.Set("Accept-Encoding", row.accept)
			w := httptest.NewRecorder()
			New([]byte(content), "text/css; charset=utf-8").ServeHTTP(w, r)
			header := w.Header()
			if header.Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(header.Get("Cache-Control"), "immutable") || header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("the header is %v", header)
			}
			if (header.Get("Content-Encoding") == "gzip") != row.packed {
				t.Fatalf("Content-Encoding is %q", header.Get("Content-Encoding"))
			}
			if length, err := strconv.Atoi(header.Get("Content-Length")); !row.empty && (err != nil || length != w.Body.Len()) {
				t.Errorf("Content-Length is %q, and %d bytes came", header.Get("Content-Length"), w.Body.Len())
			}
			var body io.Reader = w.Body
			if row.packed {
				unpacked, err := gzip.NewReader(w.Body)
				if err != nil {
					t.Fatal(err)
				}
				body = unpacked
			}
			want := content
			if row.empty {
				want = ""
			}
			if got, err := io.ReadAll(body); err != nil || string(got) != want {
				t.Errorf("%q came, want %q (error %v)", got, want, err)
			}
		})
	}
}
