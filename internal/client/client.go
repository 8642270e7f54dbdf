package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// answerTime is how long one question may take. The server ends its work, and says
// so, before that.
const answerTime = 90 * time.Second

// longestAnswer is more than any answer to what is asked here.
const longestAnswer = 64 << 20

// Client asks one Gatehouse as one person.
type Client struct {
	endpoint string
	token    string
	patience Patience
	http     *http.Client
}

// New makes a client of the server at address, such as http://127.0.0.1:8080; the
// path /graphql is added when it is not there. The caller has checked that what is
// sent to the address stays secret. Nothing is asked yet.
func New(address, token string, patience Patience) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is no address of a server; one looks like http://127.0.0.1:8080", address)
	}
	u.RawQuery, u.Fragment = "", ""
	if u.Path = strings.TrimRight(u.Path, "/"); !strings.HasSuffix(u.Path, "/graphql") {
		u.Path += "/graphql"
	}
	return &Client{endpoint: u.String(), token: token, patience: patience, http: &http.Client{
		Timeout: answerTime,
		// A redirect would be followed as a GET and, elsewhere, without the token.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Ask sends a document once and reads the answer's data into data. Its error is a
// *Failure, unless ctx ended.
func (c *Client) Ask(ctx context.Context, document string, variables map[string]any, data any) error {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // a file with many < would grow sixfold
	if err := encoder.Encode(map[string]any{"query": document, "variables": variables}); err != nil {
		return fmt.Errorf("write the request: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, &body)
	if err != nil {
		return fmt.Errorf("write the request: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/graphql-response+json, application/json;q=0.9")
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := c.http.Do(request)
	if err != nil {
		return c.noAnswer(ctx, err)
	}
	defer func() { _ = response.Body.Close() }() // it was read, or is of no use
	text, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return c.noAnswer(ctx, err)
	}
	return c.read(response, text, data)
}

// read takes an answer apart.
func (c *Client) read(response *http.Response, text []byte, data any) error {
	var answer struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Extensions struct{ Code, RequestID string }
		}
	}
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	isJSON := media == "application/json" || media == "application/graphql-response+json"
	if !isJSON || json.Unmarshal(text, &answer) != nil || len(answer.Errors) == 0 && answer.Data == nil {
		return c.strange(response, media)
	}
	if len(answer.Errors) > 0 {
		first := answer.Errors[0]
		return c.told(first.Extensions.Code, first.Message, after(response))
	}
	if err := json.Unmarshal(answer.Data, data); err != nil {
		return &Failure{Sentence: fmt.Sprintf("The answer of %s has another form than this program expects; use the gatehouse of the server's version", c.endpoint), cause: err}
	}
	return nil
}

// after is how long the server asks to be left alone; 0 when it does not say.
func after(response *http.Response) time.Duration {
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Minute)
}
