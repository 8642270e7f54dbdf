package form_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"gatehouse/internal/form"
	"gatehouse/internal/refusal"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	line := func(v string) *refusal.Refusal { return form.Line(v, 1, 5, "seats", "3", "name") }
	text := func(v string) *refusal.Refusal { return form.Text(v, 0, 5, "comment") }
	address := func(v string) *refusal.Refusal { return form.Address(v, "email") }
	for _, c := range []struct {
		name  string
		check func(string) *refusal.Refusal
		value string
		says  string // empty: accepted
	}{
		{"a line at its limit, counted in characters", line, "ääääé", ""},
		{"a line above its limit", line, "abcdef", "The name has 6 characters; 1 to 5 are allowed."},
		{"an empty line", line, "", "The name is empty; it has 1 to 5 characters."},
		{"a line with a line break", line, "a\nb", "The name contains the control character U+000A; leave it out."},
		{"a line with a line separator", line, "a\u2028b", "The name contains the control character U+2028; leave it out."},
		{"a line that reads backwards", line, "a\u202eb", "The name contains the control character U+202E; leave it out."},
		{"a line that is not UTF-8", line, "a\xff", "The name is not valid UTF-8; send it as UTF-8."},
		{"a text with a line break", text, "a\r\nb", ""},
		{"a text with a zero character, which PostgreSQL cannot keep", text, "a\x00b", "The comment contains the control character U+0000; leave it out."},
		{"an empty text that may be", text, "", ""},
		{"an address", address, "ada@example.com", ""},
		{"an address with a name", address, "Ada <ada@example.com>", `"Ada <ada@example.com>" is not an e-mail address; write the address alone, such as ada@example.com.`},
		{"an address without a domain", address, "ada", `"ada" is not an e-mail address; write the address alone, such as ada@example.com.`},
		{"two addresses", address, "a@example.com, b@example.com", `"a@example.com, b@example.com" is not an e-mail address; write the address alone, such as ada@example.com.`},
		{"an address above its limit", address, strings.Repeat("a", 250) + "@example.com", "The email has 262 characters; 1 to 254 are allowed."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			no := c.check(c.value)
			switch {
			case c.says == "" && no != nil:
				t.Fatalf("refused: %s", no.Message)
			case c.says != "" && no == nil:
				t.Fatal("accepted")
			case c.says != "" && (no.Message != c.says || no.Code != refusal.Invalid):
				t.Fatalf("%s %q, want %q", no.Code, no.Message, c.says)
			}
		})
	}
}

func TestARefusalPointsAtItsField(t *testing.T) {
	t.Parallel()
	many := make([]string, form.MaxAddresses+1)
	for i := range many {
		many[i] = "p" + strconv.Itoa(i) + "@example.com"
	}
	for _, c := range []struct {
		name string
		no   *refusal.Refusal
		want []string
	}{
		{"a field of an item", form.Line("", 1, 5, "seats", "3", "name"), []string{"input", "seats", "3", "name"}},
		{"an item of a list", form.Addresses([]string{"ada@example.com", "x"}, "approverEmails"), []string{"input", "approverEmails", "1"}},
		{"an item that stands twice", form.Addresses([]string{"ada@example.com", "Ada@Example.com"}, "approverEmails"), []string{"input", "approverEmails", "1"}},
		{"a list that is too long", form.Addresses(many, "approverEmails"), []string{"input", "approverEmails"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.no == nil || !slices.Equal(c.no.Field, c.want) {
				t.Fatalf("%+v, want it at %v", c.no, c.want)
			}
		})
	}
	if no := form.Addresses(many[1:], "approverEmails"); no != nil {
		t.Fatalf("twenty addresses were refused: %s", no.Message)
	}
}
