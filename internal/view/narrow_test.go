package view

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// TestASavedListIsNarrowed: by the JSON of both, and of what comes out.
func TestASavedListIsNarrowed(t *testing.T) {
	t.Parallel()
	const nothing = `{"businessUnitIds":[]}`
	for _, c := range []struct {
		name         string
		list         lifecycle.List
		saved, asked string
		want, no     string
	}{
		{"only the saved one", "SEATS", `{"filter":{"statuses":["CREATED"]}}`, `{}`, `{"filter":{"statuses":["CREATED"]}}`, ""},
		{"only the asked one", "ENROLLMENTS", `{"view":"MINE"}`, `{"filter":{"statuses":["PENDING"]}}`, `{"view":"MINE","filter":{"statuses":["PENDING"]}}`, ""},
		{"lists intersect", "SEATS", `{"view":"ALL","filter":{"statuses":["CREATED","ENROLLED"]}}`, `{"filter":{"statuses":["ENROLLED","CONSUMED"]}}`, `{"view":"ALL","filter":{"statuses":["ENROLLED"]}}`, ""},
		{"lists with nothing in common", "SEATS", `{"view":"ALL","filter":{"statuses":["CREATED"]}}`, `{"filter":{"statuses":["CONSUMED"]}}`, `{"view":"ALL","filter":{"statuses":[]}}`, ""},
		{"an empty list stays empty", "SEATS", `{"view":"ALL","filter":{"statuses":[]}}`, `{"filter":{"statuses":["CONSUMED"]}}`, `{"view":"ALL","filter":{"statuses":[]}}`, ""},
		{"texts whose case makes no difference", "SEATS", `{"view":"ALL","filter":{"emails":["Ada@Example.com","b@example.com"]}}`, `{"filter":{"emails":["ada@example.com"]}}`, `{"view":"ALL","filter":{"emails":["ada@example.com"]}}`, ""},
		{"subjects, whose case does", "AUDIT_ENTRIES", `{"filter":{"actorSubjects":["Ada"]}}`, `{"filter":{"actorSubjects":["ada"]}}`, `{"filter":{"actorSubjects":[]}}`, ""},
		{"serial numbers however written", "CERTIFICATES", `{"view":"ALL","filter":{"serialNumbers":["00:AB:cd"]}}`, `{"filter":{"serialNumbers":["abcd","01"]}}`, `{"view":"ALL","filter":{"serialNumbers":["abcd"]}}`, ""},
		{"exclusions unite", "SEATS", `{"view":"ALL","filter":{"excludeStatuses":["CREATED"]}}`, `{"filter":{"excludeStatuses":["CONSUMED","CREATED"]}}`, `{"view":"ALL","filter":{"excludeStatuses":["CREATED","CONSUMED"]}}`, ""},
		{"spans narrow", "SEATS", `{"view":"ALL","filter":{"createdSince":"2026-01-01T00:00:00Z","createdBefore":"2026-06-01T00:00:00Z"}}`,
			`{"filter":{"createdSince":"2026-02-01T00:00:00Z","createdBefore":"2026-12-01T00:00:00Z"}}`,
			`{"view":"ALL","filter":{"createdBefore":"2026-06-01T00:00:00Z","createdSince":"2026-02-01T00:00:00Z"}}`, ""},
		{"spans that do not meet", "SEATS", `{"view":"ALL","filter":{"createdBefore":"2026-01-01T00:00:00Z"}}`, `{"filter":{"createdSince":"2026-01-01T00:00:00Z"}}`, `{"view":"ALL","filter":` + nothing + `}`, ""},
		{"spans of entries that do not meet", "AUDIT_ENTRIES", `{"filter":{"before":"2026-01-01T00:00:00Z"}}`, `{"filter":{"since":"2026-02-01T00:00:00Z"}}`, `{"filter":` + nothing + `}`, ""},
		{"the earlier of two ends", "SEATS", `{"view":"ALL","filter":{"unusedBefore":"2026-01-01T00:00:00Z"}}`, `{"filter":{"unusedBefore":"2026-02-01T00:00:00Z"}}`, `{"view":"ALL","filter":{"unusedBefore":"2026-01-01T00:00:00Z"}}`, ""},
		{"the same answer", "SEATS", `{"view":"ALL","filter":{"hasEmail":true}}`, `{"filter":{"hasEmail":true}}`, `{"view":"ALL","filter":{"hasEmail":true}}`, ""},
		{"a contradiction", "SEATS", `{"view":"ALL","filter":{"hasEmail":true}}`, `{"filter":{"hasEmail":false}}`, `{"view":"ALL","filter":` + nothing + `}`, ""},
		{"two requests", "AUDIT_ENTRIES", `{"filter":{"requestId":"a"}}`, `{"filter":{"requestId":"b"}}`, `{"filter":` + nothing + `}`, ""},
		{"two searches", "SEATS", `{"view":"ALL","search":"lab"}`, `{"search":"ada"}`, `{"view":"ALL","search":"lab ada"}`, ""},
		{"the same search", "SEATS", `{"view":"ALL","search":"lab"}`, `{"search":"LAB"}`, `{"view":"ALL","search":"lab"}`, ""},
		{"the saved order", "SEATS", `{"view":"ALL","order":{"field":"SEAT_ID","direction":"ASC"}}`, `{}`, `{"view":"ALL","order":{"direction":"ASC","field":"SEAT_ID"}}`, ""},
		{"another order", "SEATS", `{"view":"ALL","order":{"field":"SEAT_ID","direction":"ASC"}}`, `{"order":{"field":"UPDATED_AT"}}`, `{"view":"ALL","order":{"direction":"DESC","field":"UPDATED_AT"}}`, ""},
		{"deleted seats, which no view shows unless asked for", "SEATS", `{"search":"lab"}`, `{"filter":{"statuses":["DELETED"]}}`, `{"view":"ALL","search":"lab","filter":{"statuses":["DELETED"]}}`, ""},
		{"one subject within another", "CERTIFICATES", `{"view":"ALL","filter":{"subject":"Example"}}`, `{"filter":{"subject":"o=example gmbh"}}`, `{"view":"ALL","filter":{"subject":"o=example gmbh"}}`, ""},
		{"two subjects", "CERTIFICATES", `{"view":"ALL","filter":{"subject":"Example"}}`, `{"filter":{"subject":"Research"}}`, "", "another subject already"},
		{"some of the names", "CERTIFICATES", `{"view":"ALL","filter":{"names":["a.example","b.example"]}}`, `{"filter":{"names":["B.example","b.example"]}}`, `{"view":"ALL","filter":{"names":["b.example"]}}`, ""},
		{"other names, of which a certificate may have both", "CERTIFICATES", `{"view":"ALL","filter":{"names":["a.example","b.example"]}}`, `{"filter":{"names":["b.example","c.example"]}}`, "", "other names already"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := shapeFor(c.list)
			saved, asked := listed(t, c.list, c.saved), listed(t, c.list, c.asked)
			before, _ := json.Marshal(saved.Interface())
			err := narrow(s, saved, asked)
			if no := refusal.Find(err); no != nil || c.no != "" {
				if no == nil || no.Code != refusal.Invalid || !strings.Contains(no.Message, c.no) || c.no == "" {
					t.Fatalf("%v", err)
				}
				return
			}
			k, err := keep(s, asked, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, _ := json.Marshal(map[string]any{"view": k.view, "search": k.search, "filter": k.filter, "order": k.order})
			wanted := parsed(t, c.want)
			want, _ := json.Marshal(map[string]any{"view": wanted.View, "search": wanted.Search, "filter": wanted.Filter, "order": wanted.Order})
			if string(got) != string(want) {
				t.Errorf("got %s\nwant %s", got, want)
			}
			if after, _ := json.Marshal(saved.Interface()); string(after) != string(before) {
				t.Errorf("the saved list itself became %s", after)
			}
		})
	}
}

func listed(t *testing.T, list lifecycle.List, text string) reflect.Value {
	t.Helper()
	u := parsed(t, text)
	_, in, problems := kept{list: list, view: u.View, search: u.Search, filter: u.Filter, order: u.Order}.read()
	if len(problems) > 0 {
		t.Fatalf("%s at %v", problems[0].Message, problems[0].Path)
	}
	return in
}

func parsed(t *testing.T, text string) urlForm {
	t.Helper()
	u := urlForm{Filter: object{}, Order: object{}}
	if text == "" {
		return u
	}
	if err := json.Unmarshal([]byte(text), &u); err != nil {
		t.Fatal(err)
	}
	return u
}
