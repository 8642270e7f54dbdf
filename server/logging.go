package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
)

// newLogger writes log lines of the given level and above: JSON, or text for a
// person who watches a terminal. No line holds a token, a password or an e-mail
// address, whatever was passed to it: what looks like one is replaced. That is
// the net below the rule, which is not to log them at all.
func newLogger(w io.Writer, level string, text bool) *slog.Logger {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		least = slog.LevelInfo // the setting is an enum, so this is a caller's slip: log rather than fail
	}
	options := &slog.HandlerOptions{Level: least, ReplaceAttr: withoutSecrets}
	if text {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

const hidden = "[hidden]"

// secretNames are attribute names whose value is hidden whole. "code" is not
// among them: it is the code of an error. An enrollment code must go by
// enrollmentCode, as in the schema.
var secretNames = map[string]bool{
	"authorization": true, "cookie": true, "token": true, "password": true, "passphrase": true, "secret": true,
	"databaseurl": true, "enrollmentcode": true, "pickupsecret": true, "invitationtoken": true, "email": true, "phone": true,
}

// What a secret looks like inside a longer text: a JWT (two base64url parts that
// begin with an encoded brace, whether or not a signature follows), the user and
// password of a URL, a bearer header, and an e-mail address.
var secretShapes = []*regexp.Regexp{
	regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)?`),
	regexp.MustCompile(`(?i)\bbearer\s+[^\s"']+`),
	regexp.MustCompile(`(?i)\bpassword=('[^']*'|[^\s&]+)`),
	regexp.MustCompile(`//[^/\s@]+@`),
	regexp.MustCompile(`[\pL\pN._%+'-]+(@|%40)[\pL\pN.-]+\.[\pL]{2,}`),
}

// withoutSecrets is slog's ReplaceAttr; it sees the message and every attribute.
func withoutSecrets(_ []string, a slog.Attr) slog.Attr {
	if secretNames[strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(a.Key))] {
		return slog.String(a.Key, hidden)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(withoutShapes(a.Value.String()))
	case slog.KindAny:
		a.Value = anyWithoutSecrets(a.Value)
	}
	return a
}

// anyWithoutSecrets looks into a value of no basic kind as it would be written.
// What has nothing to hide is passed on as it is.
func anyWithoutSecrets(v slog.Value) slog.Value {
	var written string
	switch x := v.Any().(type) {
	case nil, *slog.Source, slog.Level:
		return v
	case error:
		written = x.Error()
	case fmt.Stringer:
		written = x.String()
	default:
		encoded, err := json.Marshal(x)
		if err != nil {
			encoded = fmt.Append(nil, x)
		}
		if clean := withoutShapes(string(encoded)); clean != string(encoded) {
			return slog.StringValue(clean)
		}
		return v
	}
	return slog.StringValue(withoutShapes(written))
}

// withoutShapes hides what looks like a secret.
func withoutShapes(s string) string {
	for _, shape := range secretShapes {
		s = shape.ReplaceAllString(s, hidden)
	}
	return s
}
