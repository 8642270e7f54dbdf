package door

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

// A message is made anew for each change and each subscriber, so that it may cost little.
func TestWhatAMessageMayCost(t *testing.T) {
	t.Parallel()
	docs := product(t)
	for name, row := range map[string]struct {
		document string
		says     string
	}{
		"a row of a table":     {`subscription{enrollmentChanged{cursor enrollment{id status seat{id status}profile{id name}businessUnit{id name}availableActions}}}`, ""},
		"a page of each":       {`subscription{enrollmentChanged{enrollment{seat{enrollments(first:100){nodes{id}}}}}}`, "A message of the subscription costs 104; the limit is 100."},
		"as much as a message": {`subscription{enrollmentChanged{enrollment{seat{enrollments(first:96){nodes{id}}}}}}`, ""},
		"the same by a query":  {`{enrollment(id:"x"){seat{enrollments(first:100){nodes{id}}}}}`, ""},
		"too much of a query":  {`{seats(first:100){nodes{enrollments(first:100){nodes{id}}}}}`, "The query costs 10201; the limit is 10000."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := docs.load(row.document)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = docs.limits.afford(doc.Operations[0], nil)
			no := (*Refusal)(nil)
			if row.says == "" && err != nil || row.says != "" && (!errors.As(err, &no) || no.Code != LimitExceeded || !strings.HasPrefix(no.Message, row.says)) {
				t.Errorf("%v, want %q", err, row.says)
			}
		})
	}
}

// What @skip leaves nothing of cannot be executed, and nobody's mistake stands in our log;
// nor can two fields at once.
func TestASubscriptionOfNothingIsRefused(t *testing.T) {
	t.Parallel()
	d, _ := testDoor(t, DefaultLimits())
	for _, document := range []string{
		`subscription{changed@skip(if:true)}`, `subscription{...F}fragment F on Subscription{changed@include(if:false)}`,
		`subscription($yes:Boolean=false){changed@include(if:$yes)}`,
	} {
		_, err := d.prepare(t.Context(), request{query: document}, http.Header{})
		if no := (*Refusal)(nil); !errors.As(err, &no) || no.Code != BadUserInput || !strings.Contains(no.Message, "exactly one field") {
			t.Errorf("%s: %v", document, err)
		}
	}
	if _, err := d.prepare(t.Context(), request{query: `subscription{changed@skip(if:false)}`}, http.Header{}); err != nil {
		t.Errorf("of something: %v", err)
	}
	_, err := d.prepare(t.Context(), request{query: `subscription{a:changed b:changed}`}, http.Header{})
	if no := (*Refusal)(nil); !errors.As(err, &no) || !strings.Contains(no.Message, "this one for 2") || strings.Contains(no.Message, "@skip") {
		t.Errorf("of two fields: %v", err)
	}
}
