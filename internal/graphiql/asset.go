package graphiql

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// served are the assets that a browser may ask for, with their media types.
var served = map[string]string{
	"graphiql.min.js":             "text/javascript; charset=utf-8",
	"graphiql.min.css":            "text/css; charset=utf-8",
	"react.production.min.js":     "text/javascript; charset=utf-8",
	"react-dom.production.min.js": "text/javascript; charset=utf-8",
	"page.js":                     "text/javascript; charset=utf-8",
	"page.css":                    "text/css; charset=utf-8",
	"signin.js":                   "text/javascript; charset=utf-8",
	"token.js":                    "text/javascript; charset=utf-8",
}

// asset is one file. Its address holds a tag made from its content, so that a
// browser may keep it for ever and still never shows an old one.
type asset struct {
	contentType string
	content     []byte
	tag         string
	// packed is the content after gzip, made when it is first asked for.
	packed func() []byte
}

func newAsset(content []byte, contentType string) *asset {
	sum := sha256.Sum256(content)
	return &asset{
		contentType: contentType,
		content:     content,
		tag:         hex.EncodeToString(sum[:8]),
		packed:      sync.OnceValue(func() []byte { return pack(content) }),
	}
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", a.contentType)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Add("Vary", "Accept-Encoding")
	body := a.content
	if takesGzip(r) {
		header.Set("Content-Encoding", "gzip")
		body = a.packed()
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		// A reader who has gone away is nobody's problem.
		_, _ = w.Write(body)
	}
}

// takesGzip reports whether the client asked for gzip, and did not refuse it.
func takesGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		coding, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q, given := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
			quality, err := strconv.ParseFloat(q, 64)
			return !given || err == nil && quality > 0
		}
	}
	return false
}

// pack is gzip. Writing to memory cannot fail.
func pack(content []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(content)
	_ = w.Close()
	return out.Bytes()
}
