package issuer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

func runDNSProgram(address string, arguments []string) int {
	told, err := json.Marshal(map[string]any{"arguments": arguments, "environment": os.Environ()})
	if err == nil {
		var resp *http.Response
		if resp, err = http.Post(address, "application/json", bytes.NewReader(told)); err == nil {
			_, _ = io.Copy(os.Stderr, resp.Body)
			if resp.StatusCode == http.StatusOK {
				return 0
			}
			return 3
		}
	}
	fmt.Fprintln(os.Stderr, err)
	return 4
}

// program is a program for TXT records in Pebble's DNS; told hears of each call,
// and what it answers is an error.
func (p *pebble) program(t *testing.T, told func(arguments, environment []string) string) string {
	t.Helper()
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var call struct{ Arguments, Environment []string }
		if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if wrong := told(call.Arguments, call.Environment); wrong != "" {
			http.Error(w, wrong, http.StatusInternalServerError)
			return
		}
		switch call.Arguments[0] {
		case "present":
			p.dns.AddDNSTXTRecord(call.Arguments[1], call.Arguments[2])
		case "cleanup":
			p.dns.DeleteDNSTXTRecord(call.Arguments[1])
		}
	}))
	t.Cleanup(listener.Close)
	file := filepath.Join(t.TempDir(), "set-record")
	script := fmt.Sprintf("#!/bin/sh\nexec %q %s %s \"$@\"\n", must(os.Executable()), dnsProgram, listener.URL)
	must(0, os.WriteFile(file, []byte(script), 0o700))
	return file
}
