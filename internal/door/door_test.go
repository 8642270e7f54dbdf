package door

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestOneRequest(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		body   string
		accept string
		status int
		code   string
		data   string // the answer's data; "absent" when it must have none
	}{
		{"a query", `{"query":"{echo(text:\"hi\")}"}`, "", 200, "", `{"echo":"hi"}`},
		{"with variables, a name and extensions", `{"query":"query A($t:String){echo(text:$t)} query B{__typename}","operationName":"A","variables":{"t":"hi"},"extensions":{"x":1}}`, "", 200, "", `{"echo":"hi"}`},
		{"members that are null", `{"query":"{__typename}","operationName":null,"variables":null,"extensions":null}`, "", 200, "", `{"__typename":"Query"}`},
		{"an unknown member", `{"query":"{__typename}","onBehalfOf":"x"}`, "", 200, "", `{"__typename":"Query"}`},
		{"a mutation", `{"query":"mutation{__typename}"}`, "", 200, "", `{"__typename":"Mutation"}`},
		{"no body", ``, "", 400, BadUserInput, "absent"},
		{"broken JSON", `{"query":"{__typename}`, "", 400, BadUserInput, "absent"},
		{"two objects", `{"query":"{__typename}"}{}`, "", 400, BadUserInput, "absent"},
		{"a number", `7`, "", 400, BadUserInput, "absent"},
		{"a list of requests", `[{"query":"{__typename}"}]`, "", 400, BadUserInput, "absent"},
		{"no query", `{}`, "", 400, BadUserInput, "absent"},
		{"a persisted query", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}`, "", 400, BadUserInput, "absent"},
		{"a query that is no string", `{"query":1}`, "", 400, BadUserInput, "absent"},
		{"variables that are no object", `{"query":"{__typename}","variables":[]}`, "", 400, BadUserInput, "absent"},
		{"a subscription", `{"query":"subscription{changed}"}`, mediaResponse, 400, BadUserInput, "absent"},
		{"a document that does not parse", `{"query":"{"}`, mediaJSON, 200, BadUserInput, "absent"},
		{"the same under the newer type", `{"query":"{"}`, mediaResponse, 400, BadUserInput, "absent"},
		{"a document without an operation", `{"query":"fragment F on Query{__typename}"}`, mediaResponse, 400, BadUserInput, "absent"},
		{"an unknown field", `{"query":"{nothing}"}`, mediaResponse, 400, BadUserInput, "absent"},
		{"a missing variable", `{"query":"query($id:ID!){needs(id:$id)}"}`, mediaResponse, 400, BadUserInput, "absent"},
		{"an unknown operation", `{"query":"query A{__typename}","operationName":"B"}`, mediaResponse, 400, BadUserInput, "absent"},
		{"two operations and no name", `{"query":"query A{__typename} query B{__typename}"}`, mediaResponse, 400, BadUserInput, "absent"},
		{"past a limit", `{"query":"mutation{a:redeemEnrollment b:redeemEnrollment}"}`, mediaResponse, 400, LimitExceeded, "absent"},
		{"too many tokens", `{"query":"{` + strings.Repeat("a ", 5001) + `}"}`, mediaResponse, 400, LimitExceeded, "absent"},
		{"a variable past a limit", `{"query":"query($l:[String!]){echo(list:$l)}","variables":{"l":[` + strings.Repeat(`"",`, 1000) + `""]}}`, mediaResponse, 400, LimitExceeded, "absent"},
		{"a body past the limit", `{"query":"` + strings.Repeat(" ", 1<<20) + `{__typename}"}`, mediaResponse, 413, LimitExceeded, "absent"},
		{"an error with a code", `{"query":"{forbidden}"}`, mediaResponse, 200, "FORBIDDEN", `{"forbidden":null}`},
		{"an error without", `{"query":"{fails}"}`, mediaResponse, 200, Internal, `{"fails":null}`},
		{"a panic", `{"query":"{panics}"}`, mediaResponse, 200, Internal, `{"panics":null}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			d, _ := testDoor(t, DefaultLimits())
			r := post(row.body)
			if row.accept != "" {
				r.Header.Set("Accept", row.accept)
			}
			got := send(t, d, r)
			if got.status != row.status {
				t.Errorf("status %d, want %d: %s", got.status, row.status, got.body)
			}
			if code := got.code(t); code != row.code {
				t.Errorf("code %q, want %q: %s", code, row.code, got.body)
			}
			data := "absent"
			if strings.Contains(got.body, `"data":`) {
				data = string(got.Data)
			}
			if data != row.data {
				t.Errorf("data %s, want %s", data, row.data)
			}
			if strings.Contains(got.body, "pq:") {
				t.Errorf("the answer tells of the database: %s", got.body)
			}
		})
	}
}

func TestABodyOfUnknownLengthIsLimitedToo(t *testing.T) {
	t.Parallel()
	limits := DefaultLimits()
	limits.BodyBytes = 100
	d, _ := testDoor(t, limits)
	r := post(`{"query":"{__typename}","extensions":{"pad":"` + strings.Repeat("a", 200) + `"}}`)
	r.ContentLength = -1
	if got := send(t, d, r); got.status != http.StatusRequestEntityTooLarge || got.code(t) != LimitExceeded {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestMethodsAndMediaTypes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, method, contentType, accept string
		status                            int
		answer                            string
	}{
		{"GET", "GET", "", "", 405, mediaJSON},
		{"PUT", "PUT", "application/json", "", 405, mediaJSON},
		{"a form", "POST", "application/x-www-form-urlencoded", "", 415, mediaJSON},
		{"multipart", "POST", "multipart/form-data; boundary=x", "", 415, mediaJSON},
		{"plain text", "POST", "text/plain", "", 415, mediaJSON},
		{"no type", "POST", "", "", 415, mediaJSON},
		{"another charset", "POST", "application/json; charset=iso-8859-1", "", 415, mediaJSON},
		{"utf-8", "POST", "application/json; charset=UTF-8", "", 200, mediaJSON},
		{"accepts anything", "POST", "application/json", "*/*", 200, mediaJSON},
		{"accepts the newer", "POST", "application/json", mediaResponse, 200, mediaResponse},
		{"accepts both, the newer first", "POST", "application/json", mediaResponse + ", " + mediaJSON, 200, mediaResponse},
		{"accepts both, plain first", "POST", "application/json", mediaJSON + ", " + mediaResponse, 200, mediaJSON},
		{"prefers by quality", "POST", "application/json", mediaJSON + ";q=0.5, " + mediaResponse + ";q=0.9", 200, mediaResponse},
		{"excludes one", "POST", "application/json", mediaJSON + ";q=0, */*", 200, mediaResponse},
		{"accepts neither", "POST", "application/json", "text/html", 406, mediaJSON},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			d, _ := testDoor(t, DefaultLimits())
			r := httptest.NewRequest(row.method, "/graphql?query={__typename}", strings.NewReader(`{"query":"{__typename}"}`))
			if row.contentType != "" {
				r.Header.Set("Content-Type", row.contentType)
			}
			if row.accept != "" {
				r.Header.Set("Accept", row.accept)
			}
			got := send(t, d, r)
			if got.status != row.status {
				t.Errorf("status %d, want %d: %s", got.status, row.status, got.body)
			}
			if media := got.header.Get("Content-Type"); media != row.answer+"; charset=utf-8" {
				t.Errorf("answered as %s, want %s", media, row.answer)
			}
			if allow := got.header.Get("Allow"); (row.status == 405) != (allow == "POST") {
				t.Errorf("Allow is %q with status %d", allow, row.status)
			}
		})
	}
}

func TestAPackedBodyIsRefused(t *testing.T) {
	t.Parallel()
	d, _ := testDoor(t, DefaultLimits())
	r := post(`{"query":"{__typename}"}`)
	r.Header.Set("Content-Encoding", "gzip")
	if got := send(t, d, r); got.status != http.StatusUnsupportedMediaType {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestAPanicIsLoggedAndNotShown(t *testing.T) {
	t.Parallel()
	d, log := testDoor(t, DefaultLimits())
	got := send(t, d, ask(t, "{panics}", nil))
	if strings.Contains(got.body, "4711") || !strings.Contains(got.Errors[0].Message, "req-1") {
		t.Errorf("the caller is told %s", got.body)
	}
	for _, want := range []string{"a resolver panicked", "req-1", "4711", "schema_test.go"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q: %s", want, log)
		}
	}
}

func TestABrokenBodyIsNotRepeated(t *testing.T) {
	t.Parallel()
	d, _ := testDoor(t, DefaultLimits())
	for _, body := range []string{`{"query": secret4711}`, `{"variables":"secret4711","query":"{a}"}`, `"secret4711"`} {
		if got := send(t, d, post(body)); strings.Contains(got.body, "secret4711") {
			t.Errorf("%s is repeated: %s", body, got.body)
		}
	}
}

func TestManyErrorsAreCutShort(t *testing.T) {
	t.Parallel()
	d, _ := testDoor(t, DefaultLimits())
	got := send(t, d, ask(t, "{self{"+times(100, "nothing%d")+"}}", nil))
	if n := len(got.Errors); n != mostErrors+1 {
		t.Fatalf("%d errors are told, want %d", n, mostErrors+1)
	}
	if last := got.Errors[mostErrors].Message; last != "80 more errors are left out." {
		t.Errorf("the last error says %q", last)
	}
	if first := got.Errors[0]; len(first.Locations) != 1 || !strings.Contains(first.Message, "nothing0") {
		t.Errorf("the first error does not say what and where: %s", got.body)
	}
}

func TestADocumentIsValidatedOnce(t *testing.T) {
	t.Parallel()
	d, _ := testDoor(t, DefaultLimits())
	const text = "query($t:String){echo(text:$t)}"
	for _, want := range []string{`{"echo":"a"}`, `{"echo":"b"}`} {
		got := send(t, d, ask(t, text, map[string]any{"t": want[9:10]}))
		if string(got.Data) != want {
			t.Errorf("got %s, want %s", got.Data, want)
		}
	}
	first, err := d.documents.load(text)
	if err != nil {
		t.Fatal(err)
	}
	second, err := d.documents.load(text)
	if err != nil || first != second {
		t.Errorf("the document was loaded anew (error %v)", err)
	}
}

func TestOnlyShortDocumentsThatPassedAreRemembered(t *testing.T) {
	t.Parallel()
	d, _ := testDoor(t, DefaultLimits())
	for _, text := range []string{"{nothing}", nested(16), "{", "{__typename}#" + strings.Repeat("x", rememberedBytes)} {
		_, _ = d.documents.load(text)
	}
	if n := d.documents.passed.Len(); n != 0 {
		t.Errorf("%d documents are remembered, want none", n)
	}
}

func TestLargeIntegersKeepTheirDigits(t *testing.T) {
	t.Parallel()
	req, err := decode([]byte(`{"query":"{a}","variables":{"n":9007199254740993}}`))
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := req.variables["n"].(json.Number); !ok || n != "9007199254740993" {
		t.Errorf("got %v", req.variables["n"])
	}
}

// An enrollment code that somebody forgot to put into quotes is not told back.
func TestAValueOfTheWrongTypeIsNotRepeated(t *testing.T) {
	t.Parallel()
	d, _ := testDoor(t, DefaultLimits())
	for _, query := range []string{
		`mutation{redeemEnrollment(code:4711)}`, `mutation{redeemEnrollment(code:c4711)}`, `mutation{redeemEnrollment(code:["c4711"])}`,
		`mutation($c:String=4711){redeemEnrollment(code:$c)}`, `{echo(filter:"c4711")}`, `{echo(filter:{text:4711})}`, `{echo(list:[4711])}`,
	} {
		got := send(t, d, ask(t, query, nil))
		if len(got.Errors) == 0 || len(got.Errors[0].Locations) != 1 || got.code(t) != BadUserInput {
			t.Errorf("%s: it is not said where the value stands: %s", query, got.body)
		}
		if strings.Contains(got.body, "4711") {
			t.Errorf("%s is repeated: %s", query, got.body)
		}
	}
}
