// Package asset serves the files that a page is made of: scripts, style sheets.
// Each stands under an address that is made from its content, so that a browser
// may keep it for ever and still never shows an old one.
package asset

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

// Asset is one file.
type Asset struct {
	contentType string
	content     []byte
	tag         string
	// packed is the content after gzip, made when it is first asked for.
	packed func() []byte
}

// New makes an asset of a file's content and its media type.
func New(content []byte, contentType string) *Asset {
	sum := sha256.Sum256(content)
	return &Asset{
		contentType: contentType,
		content:     content,
		tag:         hex.EncodeToString(sum[:8]),
		packed:      sync.OnceValue(func() []byte { return pack(content) }),
	}
}

// Tag is what to put into the asset's address: another content has another tag.
func (a *Asset) Tag() string { return a.tag }

// ServeHTTP answers with the file, packed where the client takes that.
func (a *Asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", a.contentType)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Add("Vary", "Accept-Encoding")
	body := a.content
	if TakesGzip(r) {
		header.Set("Content-Encoding", "gzip")
		body = a.packed()
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		// A reader who has gone away is nobody's problem.
		_, _ = w.Write(body)
	}
}

// TakesGzip reports whether the client asked for gzip, and did not refuse it.
func TakesGzip(r *http.Request) bool {
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
