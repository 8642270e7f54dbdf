//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// caller is a person who uses the API from a program.
type caller struct{ url, token string }

// as signs a person in at a development server, for all business units.
func as(t *testing.T, url, subject, name string, roles ...string) caller {
	t.Helper()
	status, answer := post(t, url+"/dev/token", "", map[string]any{
		"subject": subject, "name": name, "email": subject + "@example.com", "roles": roles, "businessUnits": []string{"*"},
	})
	var got struct{ Token string }
	if err := json.Unmarshal(answer, &got); err != nil || status != http.StatusOK || got.Token == "" {
		t.Fatalf("signing %s in: status %d, %s", name, status, answer)
	}
	return caller{url, got.Token}
}

// ask runs an operation and reads its data. Errors end the test.
func (c caller) ask(t *testing.T, document string, variables map[string]any, data any) {
	t.Helper()
	_, body := post(t, c.url+"/graphql", c.token, map[string]any{"query": document, "variables": variables})
	var answer struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Errors != nil {
		t.Fatalf("%s\nwas answered with\n%s", document, body)
	}
	if err := json.Unmarshal(answer.Data, data); err != nil {
		t.Fatalf("reading %s: %v", answer.Data, err)
	}
}

// change runs the one mutation that a document names m, and reads its payload. A
// refusal ends the test.
func (c caller) change(t *testing.T, document string, input map[string]any, payload any) {
	t.Helper()
	var data struct{ M json.RawMessage }
	c.ask(t, document, map[string]any{"input": input}, &data)
	var refused struct{ UserErrors []struct{ Message string } }
	if err := json.Unmarshal(data.M, &refused); err != nil || len(refused.UserErrors) > 0 {
		t.Fatalf("%s\nwas refused:\n%s", document, data.M)
	}
	if err := json.Unmarshal(data.M, payload); err != nil {
		t.Fatalf("reading %s: %v", data.M, err)
	}
}

// refusal is why something was not done.
type refusal struct{ Code, Message string }

// refused runs the one mutation that a document names m, which asks for userErrors
// with code and message, and returns its one refusal. Anything else ends the test.
func (c caller) refused(t *testing.T, document string, input map[string]any) refusal {
	t.Helper()
	var data struct {
		M struct{ UserErrors []refusal }
	}
	c.ask(t, document, map[string]any{"input": input}, &data)
	if len(data.M.UserErrors) != 1 {
		t.Fatalf("%s\nfor %v\nshould be refused for one reason, and was for %v", document, input, data.M.UserErrors)
	}
	return data.M.UserErrors[0]
}

// post sends JSON and returns what came back.
func post(t *testing.T, url, token string, body any) (int, []byte) {
	t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return answered(t, request)
}

// get reads an address as anybody may.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	status, answer := answered(t, request)
	return status, string(answer)
}

// answered sends a request and reads the whole answer.
func answered(t *testing.T, request *http.Request) (int, []byte) {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}
