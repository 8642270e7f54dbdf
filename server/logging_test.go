package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestNoSecretsInLogs(t *testing.T) {
	t.Parallel()
	const jwtText = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
	person := struct{ Contact string }{"ada@example.com"}
	for _, row := range []struct {
		name    string
		message string
		attrs   []any
		secret  string
	}{
		{"an e-mail address as a value", "m", []any{"who", "ada@example.com"}, "ada"},
		{"an e-mail address in a sentence", "m", []any{"why", `mail to <ada.l+x@mail.example.co.uk> failed`}, "ada"},
		{"an e-mail address in the message", "mail to ada@example.com failed", nil, "ada"},
		{"an e-mail address in an error", "m", []any{"error", fmt.Errorf("sending: %w", errors.New("550 ada@example.com unknown"))}, "ada"},
		{"an e-mail address in a struct", "m", []any{"person", person}, "ada"},
		{"an e-mail address in a list", "m", []any{"to", []string{"x", "ada@example.com"}}, "ada"},
		{"an e-mail address in a group", "m", []any{slog.Group("g", slog.String("who", "ada@example.com"))}, "ada"},
		{"an e-mail address escaped in a URL", "m", []any{"url", "/x?u=ada%40example.com"}, "ada"},
		{"an international address", "m", []any{"who", "ädä@exämple.de"}, "ädä"},
		{"a token", "m", []any{"t", jwtText}, "eyJ"},
		{"a token in an error", "m", []any{"error", errors.New("bad " + jwtText + " here")}, "eyJ"},
		{"a token without its signature", "m", []any{"t", strings.TrimSuffix(jwtText, ".c2lnbmF0dXJl")}, "eyJ"},
		{"an opaque bearer token", "m", []any{"header", "Bearer abc.def"}, "abc.def"},
		{"a database URL", "m", []any{"url", "postgres://app:hunter2@db:5432/gatehouse"}, "hunter2"},
		{"a database address of the other form", "m", []any{"dsn", "host=db password=hunter2 user=app"}, "hunter2"},
		{"whatever is called a token", "m", []any{"token", "opaque-value"}, "opaque"},
		{"whatever is called Authorization", "m", []any{"Authorization", "opaque-value"}, "opaque"},
		{"whatever is called an enrollment code", "m", []any{"enrollment_code", "739201"}, "739201"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for _, text := range []bool{false, true} {
				var out bytes.Buffer
				newLogger(&out, "info", text).With(row.attrs...).Info(row.message, row.attrs...)
				if strings.Contains(out.String(), row.secret) || !strings.Contains(out.String(), hidden) {
					t.Errorf("logged: %s", out.String())
				}
			}
		})
	}
}

func TestLogsStayReadable(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	newLogger(&out, "info", false).Info("request", "requestId", "MYREQ1", "code", "NO_SEAT_LEFT", "status", 200, "enrollment", "enr_01k9", "route", "POST /graphql", "list", []int{1, 2})
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("not JSON: %v", err)
	}
	for key, want := range map[string]any{"requestId": "MYREQ1", "code": "NO_SEAT_LEFT", "status": 200.0, "enrollment": "enr_01k9", "route": "POST /graphql", "msg": "request", "level": "INFO"} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	if list, ok := line["list"].([]any); !ok || len(list) != 2 {
		t.Errorf("the list became %v", line["list"])
	}
}

func TestLogLevel(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := newLogger(&out, "warn", false)
	log.Info("quiet")
	log.Warn("loud")
	if strings.Contains(out.String(), "quiet") || !strings.Contains(out.String(), "loud") {
		t.Errorf("logged: %s", out.String())
	}
}
