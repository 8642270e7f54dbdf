package subject_test

import (
	"fmt"
	"strings"
	"testing"

	"gatehouse/internal/refusal"
	"gatehouse/internal/subject"
)

// shown is a parsed template in a form that tells literals from placeholders.
func shown(s subject.Template) string {
	var all []string
	for _, a := range s {
		line := a.Name + "="
		for _, p := range a.Parts {
			if p.Placeholder != "" {
				line += "<" + string(p.Placeholder) + ">"
			} else {
				line += fmt.Sprintf("%q", p.Text)
			}
		}
		all = append(all, line)
	}
	return strings.Join(all, " ")
}

func TestSubjectTemplate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, template, want, says string }{
		{"empty", "", "", ""},
		{"spaces alone", "  ", "", ""},
		{"a placeholder and a literal", "CN={seat.name}, O=Example", `CN=<seat.name> O="Example"`, ""},
		{"every attribute", "CN={seat.id},O=a,OU=b,L=c,ST=d,C=DE,emailAddress={seat.email},serialNumber=e",
			`CN=<seat.id> O="a" OU="b" L="c" ST="d" C="DE" emailAddress=<seat.email> serialNumber="e"`, ""},
		{"attributes in any case", "cn=a,EMAILADDRESS=b", `CN="a" emailAddress="b"`, ""},
		{"a literal around a placeholder", "CN= {seat.name} (staff) ", `CN=<seat.name>" (staff)"`, ""},
		{"two placeholders", "CN={seat.name}{seat.id}", `CN=<seat.name><seat.id>`, ""},
		{"escaped characters", `O=Sm\+th\, \"Sons\" \{a\} \\ \<b\>\;\=\#`, `O="Sm+th, \"Sons\" {a} \\ <b>;=#"`, ""},
		{"an equals sign in a value", "O=a=b", `O="a=b"`, ""},
		{"spaces around a value", "O=  a b  ,OU=c", `O="a b" OU="c"`, ""},
		{"an escaped space at the end", `O=a\  `, `O="a "`, ""},
		{"several organisational units", "OU=a,OU=b", `OU="a" OU="b"`, ""},
		{"letters of any script", "CN=Ünïté {seat.name}", `CN="Ünïté "<seat.name>`, ""},

		{"no attribute", "Example", "", `has "Example" where an attribute such as CN={seat.name} belongs`},
		{"an unknown attribute", "DC=example", "", `has the attribute "DC"`},
		{"an unknown placeholder", "CN={seat.phone}", "", "has the placeholder {seat.phone}; {seat.id}"},
		{"an open brace", "CN={seat.name", "", "has the placeholder {seat.name; {seat.id}"},
		{"a closing brace", "CN=a}", "", `a bare } in the value of CN; write \}`},
		{"a bare plus", "O=R+D", "", `a bare + in the value of O; write \+`},
		{"a quoted value", `O="a"`, "", `a bare " in the value of O`},
		{"an attribute without a value", "CN={seat.name},O=", "", "attribute O of the subject template has no value"},
		{"a comma at the end", "CN=a,", "", "where an attribute such as"},
		{"two common names", "CN=a,cn=b", "", "CN stands twice"},
		{"a country that is none", "C=Germany", "", "country code of two letters"},
		{"a country from the seat", "C={seat.id}", "", "country code of two letters"},
		{"a literal that no certificate can hold", "CN=" + strings.Repeat("ä", 65), "", "has 65 characters; 64 at most"},
		{"a backslash at the end", `CN=a\`, "", "A backslash in the subject template"},
		{"a backslash before a letter", `CN=\a`, "", "A backslash in the subject template"},
		{"a control character", "CN=a\x00b", "", "control character"},
		{"too long", "CN=" + strings.Repeat("a", 1000), "", "1003 characters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, no := subject.Parse(c.template)
			switch {
			case c.says == "" && no != nil:
				t.Fatalf("refused: %s", no.Message)
			case c.says == "" && shown(s) != c.want:
				t.Errorf("%s, want %s", shown(s), c.want)
			case c.says != "" && no == nil:
				t.Errorf("accepted as %s", shown(s))
			case c.says != "" && (no.Code != refusal.Invalid || !strings.Contains(no.Message, c.says)):
				t.Errorf("%s", no.Message)
			}
		})
	}
}

func FuzzSubjectTemplate(f *testing.F) {
	for _, s := range []string{"CN={seat.name}, O=Example", `O=a\,b`, "CN={", "=", "C=DE,", `\`, "CN=é}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, template string) {
		s, no := subject.Parse(template)
		if no != nil {
			if no.Code != refusal.Invalid || len(s) > 0 {
				t.Errorf("%v beside %v", no, s)
			}
			return
		}
		for _, a := range s {
			if a.Name == "" || len(a.Parts) == 0 {
				t.Errorf("%q has an attribute without name or value: %+v", template, a)
			}
			for _, p := range a.Parts {
				if (p.Text == "") == (p.Placeholder == "") {
					t.Errorf("%q has a part that is neither text nor placeholder, or both: %+v", template, p)
				}
			}
		}
	})
}
