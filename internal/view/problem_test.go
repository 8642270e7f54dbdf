package view

import (
	"strings"
	"testing"
)

// TestColumnsAreToldInOneSentence: which one, what is wrong with it, what would be right.
func TestColumnsAreToldInOneSentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		columns []string
		at, is  string
	}{
		{"none", nil, "", ""},
		{"several", []string{"name", "Name", "seatId"}, "", ""},
		{"an empty one", []string{"name", ""}, "input.columns.1", "Column 2 is empty; write its name, of 1 to 100 characters, or leave it out."},
		{"a blank one", []string{" "}, "input.columns.0", "Column 1 is empty; write its name, of 1 to 100 characters, or leave it out."},
		{"a long one", []string{strings.Repeat("x", 101)}, "input.columns.0", "Column 1 has 101 characters; 1 to 100 are allowed."},
		{"one of two lines", []string{"a\nb"}, "input.columns.0", "Column 1 contains the control character U+000A; leave it out."},
		{"one twice", []string{"name", "seatId", "name"}, "input.columns.2", `The column "name" stands twice, in places 1 and 3; name it once.`},
		{"too many", make([]string, 101), "input.columns", "There are 101 columns; 100 at most are allowed."},
	} {
		no := checkColumns(c.columns)
		if no == nil && c.is != "" || no != nil && (no.Message != c.is || strings.Join(no.Field, ".") != c.at) {
			t.Errorf("%s: %v, want %s", c.name, no, c.is)
		}
	}
}

func TestAProblemIsAPartOfASentence(t *testing.T) {
	t.Parallel()
	k := kept{list: "SEATS", filter: object{"colour": quoted("red"), "emails": []byte(`["ada@example.com", "ada at example.com"]`)}, search: "-"}
	_, _, problems := k.read()
	var reasons, values []string
	for _, p := range problems {
		reasons, values = append(reasons, p.Reason()), append(values, string(p.Value))
	}
	want := []string{
		"filter.colour: this version knows no field of this name",
		"search: the search has nothing in it that can be looked up: write a word, or a part of one with three letters or digits",
		"filter.emails.1: value 2 of the filter's emails is no e-mail address; write the address alone, such as ada@example.com",
	}
	if strings.Join(reasons, "\n") != strings.Join(want, "\n") || strings.Join(values, " ") != `"red" "-" "ada at example.com"` {
		t.Errorf("%q about %s", reasons, values)
	}
}
