package view

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// drawn fills an input's fields, each of which may be left out, and lists may be empty.
func drawn(t *rapid.T, in reflect.Value, samples map[reflect.Type][]reflect.Value) {
	for n := range in.NumField() {
		f := in.Field(n)
		if !rapid.Bool().Draw(t, "given") {
			continue
		}
		switch f.Kind() {
		case reflect.Slice:
			list := reflect.MakeSlice(f.Type(), 0, 3)
			for range rapid.IntRange(0, 3).Draw(t, "many") {
				list = reflect.Append(list, value(t, f.Type().Elem(), samples))
			}
			f.Set(list)
		case reflect.Pointer:
			p := reflect.New(f.Type().Elem())
			p.Elem().Set(value(t, f.Type().Elem(), samples))
			f.Set(p)
		}
	}
}

func value(t *rapid.T, of reflect.Type, samples map[reflect.Type][]reflect.Value) reflect.Value {
	switch of {
	case reflect.TypeFor[string]():
		return reflect.ValueOf(rapid.StringMatching(`[a-z0-9äß <>&"\\@.:%_-]{3,20}x`).Draw(t, "text"))
	case reflect.TypeFor[bool]():
		return reflect.ValueOf(rapid.Bool().Draw(t, "bool"))
	case reflect.TypeFor[time.Time]():
		return reflect.ValueOf(time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "instant")).UTC())
	case reflect.TypeFor[id.ID]():
		return reflect.ValueOf(id.New(rapid.SampledFrom(id.Kinds).Draw(t, "kind")))
	}
	return rapid.SampledFrom(samples[of]).Draw(t, "word")
}

// TestAStateComesBack: whatever a list looks like, its state stands for it, in letters
// that no URL escapes, and the state of what came back is the same.
func TestAStateComesBack(t *testing.T) {
	t.Parallel()
	samples := map[reflect.Type][]reflect.Value{}
	for _, s := range shapes {
		of := fieldType(s.input, "Filter")
		for n := range of.NumField() {
			if e := of.Field(n).Type; e.Kind() == reflect.Slice && e.Elem().Kind() == reflect.String && e.Elem() != reflect.TypeFor[string]() {
				samples[e.Elem()] = []reflect.Value{sample(t, e.Elem())}
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(shapes).Draw(t, "list")
		in := reflect.New(s.input).Elem()
		if s.has("View") && rapid.Bool().Draw(t, "view") {
			setText(in.FieldByName("View"), rapid.SampledFrom(s.views).Draw(t, "which").view)
		}
		if s.has("Search") && rapid.Bool().Draw(t, "search") {
			setText(in.FieldByName("Search"), rapid.StringMatching(`[a-z<&"äé]{3,20}`).Draw(t, "search"))
		}
		if rapid.Bool().Draw(t, "filter") {
			filter := reflect.New(fieldType(s.input, "Filter"))
			drawn(t, filter.Elem(), samples)
			if o, _ := encode(filter.Elem()); len(o) > 0 { // {} is no filter
				in.FieldByName("Filter").Set(filter)
			}
		}
		if rapid.Bool().Draw(t, "order") {
			in.FieldByName("OrderBy").Set(newest(fieldType(s.input, "OrderBy")))
		}
		columns := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zA-Z.<]{1,9}`), 0, 4, rapid.ID[string]).Draw(t, "columns")
		k, err := keep(s, in, columns)
		if err != nil {
			t.Fatal(err)
		}
		state, err := k.state()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Trim(state, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Fatalf("a URL escapes some of %s", state)
		}
		back, no := parseState(state)
		if no != nil {
			t.Fatal(no)
		}
		if again, err := back.state(); err != nil || again != state {
			t.Fatalf("the state of what came back is %s: %v", again, err)
		}
		if !slices.Equal(back.columns, columns) {
			t.Fatalf("columns %v, want %v", back.columns, columns)
		}
		if s.check(in) != nil { // texts that the list refuses come back as problems
			return
		}
		_, out, problems := back.read()
		if len(problems) > 0 {
			t.Fatalf("%s at %v", problems[0].Message, problems[0].Path)
		}
		if !reflect.DeepEqual(in.Interface(), out.Interface()) {
			t.Fatalf("%+v came back as %+v", in.Interface(), out.Interface())
		}
	})
}

func TestWhatIsNoState(t *testing.T) {
	t.Parallel()
	of := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, c := range []struct{ name, state, says string }{
		{"nothing", "", "none of ours"},
		{"no base64", "a b", "none of ours"},
		{"no JSON", of("seats"), "none of ours"},
		{"another JSON", of(`["seats"]`), "none of ours"},
		{"no version", of(`{"list":"SEATS"}`), "none of ours"},
		{"another list", of(`{"v":1,"list":"COLOURS"}`), "none of ours"},
		{"another part", of(`{"v":1,"list":"SEATS","colour":"red"}`), "none of ours"},
		{"two of them", of(`{"v":1,"list":"SEATS"}{"v":1,"list":"SEATS"}`), "none of ours"},
		{"columns that are none", of(`{"v":1,"list":"SEATS","columns":["\u0000"]}`), "none of ours"},
		{"a later version's", of(`{"v":2,"list":"SEATS","colour":"red"}`), "later version"},
		{"one that is too long", strings.Repeat("a", longestState+1), "8001 characters"},
	} {
		if _, no := parseState(c.state); no == nil || no.Code != refusal.Invalid || !strings.Contains(no.Message, c.says) {
			t.Errorf("%s: %v", c.name, no)
		}
	}
}

// TestWhatAVersionDoesNotKnow: it is told with its place, the rest is shown, and all of
// it is kept.
func TestWhatAVersionDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, kept string
		path       []string
		value      string
		filter     string
	}{
		{"a field", `"filter":{"colour":"red","statuses":["CREATED"]}`, []string{"filter", "colour"}, `"red"`, `{"statuses":["CREATED"]}`},
		{"a value", `"filter":{"statuses":["CREATED","GREEN"]}`, []string{"filter", "statuses", "1"}, `"GREEN"`, `{"statuses":["CREATED"]}`},
		{"the only value", `"filter":{"statuses":["GREEN"]}`, []string{"filter", "statuses", "0"}, `"GREEN"`, `{"statuses":[]}`},
		{"null in a list", `"filter":{"statuses":[null]}`, []string{"filter", "statuses", "0"}, `null`, `{"statuses":[]}`},
		{"a value for a list", `"filter":{"statuses":"CREATED"}`, []string{"filter", "statuses"}, `"CREATED"`, `{}`},
		{"a text for true", `"filter":{"hasEmail":"true"}`, []string{"filter", "hasEmail"}, `"true"`, `{}`},
		{"a number for a text", `"filter":{"emails":[7]}`, []string{"filter", "emails", "0"}, `7`, `{"emails":[]}`},
		{"no id", `"filter":{"businessUnitIds":["default"]}`, []string{"filter", "businessUnitIds", "0"}, `"default"`, `{"businessUnitIds":[]}`},
		{"no instant", `"filter":{"createdSince":"yesterday"}`, []string{"filter", "createdSince"}, `"yesterday"`, `{}`},
		{"a view", `"view":"SHINY"`, []string{"systemView"}, `"SHINY"`, `{}`},
		{"an order", `"order":{"field":"COLOUR"}`, []string{"orderBy", "field"}, `"COLOUR"`, `{}`},
		{"a search that cannot be", `"search":"--"`, []string{"search"}, `"--"`, `{}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := `{"v":1,"list":"SEATS",` + c.kept + `}`
			state := base64.RawURLEncoding.EncodeToString([]byte(text))
			k, no := parseState(state)
			if no != nil {
				t.Fatal(no)
			}
			got, err := k.shown()
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Problems) != 1 || !slices.Equal(got.Problems[0].Path, c.path) || string(got.Problems[0].Value) != c.value || got.Problems[0].Message == "" {
				b, _ := json.Marshal(got.Problems)
				t.Errorf("told is %s", b)
			}
			if string(got.Filter) != c.filter || got.SystemView != nil || got.Search != nil || got.OrderBy != nil {
				t.Errorf("shown is %s, %v, %v, %s", got.Filter, got.SystemView, got.Search, got.OrderBy)
			}
			kept, _ := base64.RawURLEncoding.DecodeString(got.State)
			if string(kept) != text {
				t.Errorf("kept is %s", kept)
			}
		})
	}
	if _, problems := Decode(lifecycle.Seats, nil, nil, json.RawMessage(`["CREATED"]`), json.RawMessage(`x`)); len(problems) != 2 {
		t.Errorf("of a filter and an order that are no objects %d are told", len(problems))
	}
	if in, problems := Decode(lifecycle.Seats, nil, nil, nil, json.RawMessage(`null`)); len(problems) != 0 || in.Seats == nil || in.Seats.Filter != nil || in.Seats.OrderBy != nil {
		t.Errorf("nothing at all is read as %+v: %v", in.Seats, problems)
	}
}
