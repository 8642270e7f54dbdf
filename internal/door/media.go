package door

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// The two media types of an answer. They differ in one thing: a request that
// was never executed is 400 under the first and 200 under the second, which
// clients of old read as "the server understood".
const (
	mediaResponse = "application/graphql-response+json"
	mediaJSON     = "application/json"
)

// mediaEvents is that of a stream of answers.
const mediaEvents = "text/event-stream"

// events is whether a caller takes a stream of answers.
type events int

const (
	no events = iota
	// too: beside another media type, so a stream is for what has many answers.
	too
	// only: nothing else, or nothing as gladly.
	only
)

// acceptsEvents reads it from the Accept header. A range such as */* does not mean
// a stream: browsers and tools send it who could not read one.
func acceptsEvents(r *http.Request) events {
	header := strings.Join(r.Header.Values("Accept"), ",")
	streamed, named := 0.0, false
	for _, part := range strings.Split(header, ",") {
		if media, _, err := mime.ParseMediaType(part); err == nil && media == mediaEvents {
			streamed, named = quality(header, mediaEvents), true
		}
	}
	switch {
	case !named || streamed <= 0:
		return no
	case streamed > max(quality(header, mediaResponse), quality(header, mediaJSON)):
		return only
	}
	return too
}

// negotiate picks the media type of the answer from the Accept header: the one
// with the higher quality, plain JSON when both are as welcome or no header was
// sent. It returns "" when the client takes neither.
func negotiate(r *http.Request) string {
	header := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(header) == "" {
		return mediaJSON
	}
	response, plain := quality(header, mediaResponse), quality(header, mediaJSON)
	switch {
	case response <= 0 && plain <= 0:
		return ""
	case response > plain:
		return mediaResponse
	case response == plain && first(header) == mediaResponse:
		return mediaResponse
	}
	return mediaJSON
}

// quality is how welcome a media type is, from 0 to 1, by the most specific
// range of the header that matches it.
func quality(accept, media string) float64 {
	best, q := -1, 0.0
	for _, part := range strings.Split(accept, ",") {
		accepted, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		specificity := map[string]int{"*/*": 0, "application/*": 1, media: 2}
		s, matches := specificity[accepted]
		if !matches || s < best || !isUTF8(parameters["charset"]) {
			continue
		}
		best, q = s, 1
		if given, ok := parameters["q"]; ok {
			if q, err = strconv.ParseFloat(given, 64); err != nil {
				q = 0
			}
		}
	}
	return q
}

// first is the one of our media types that the header names first.
func first(accept string) string {
	for _, part := range strings.Split(accept, ",") {
		if media, _, err := mime.ParseMediaType(part); err == nil && (media == mediaResponse || media == mediaJSON) {
			return media
		}
	}
	return ""
}

// isJSON reports whether a request's body is JSON in UTF-8, unpacked. Asking for
// exactly this media type is also what keeps other sites' forms out: a browser
// sends it across origins only after it has asked.
func isJSON(r *http.Request) bool {
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != mediaJSON || !isUTF8(parameters["charset"]) {
		return false
	}
	encoding := r.Header.Get("Content-Encoding")
	return encoding == "" || strings.EqualFold(encoding, "identity")
}

func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
