package enrollpage

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

func messages(t *testing.T, language string) map[string]string {
	t.Helper()
	text, err := os.ReadFile("messages/" + language + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]string
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("the messages of %s: %v", language, err)
	}
	return out
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

// A message that one language lacks, or whose value it drops, is a hole in a page.
func TestBothLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	en, de := messages(t, "en"), messages(t, "de")
	for key, english := range en {
		german, is := de[key]
		if !is || strings.TrimSpace(german) == "" {
			t.Errorf("the German messages lack %s", key)
			continue
		}
		values := func(text string) []string {
			found := placeholder.FindAllString(text, -1)
			slices.Sort(found)
			return slices.Compact(found)
		}
		if one, other := values(english), values(german); !slices.Equal(one, other) {
			t.Errorf("%s has the values %v in English and %v in German", key, one, other)
		}
	}
	for key := range de {
		if _, is := en[key]; !is {
			t.Errorf("the English messages lack %s", key)
		}
	}
}

// spoken is what the script says: whole keys, and the beginnings of those that it puts
// together.
func spoken(t *testing.T) (keys, beginnings []string) {
	t.Helper()
	scripts, err := filepath.Glob("web/src/*.js")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts are found (%v)", err)
	}
	whole, begun := regexp.MustCompile(`"([a-zA-Z0-9]+\.[a-zA-Z0-9.]+)"`), regexp.MustCompile("`([a-zA-Z0-9]+\\.[a-zA-Z.]*)\\$\\{")
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range whole.FindAllStringSubmatch(string(text), -1) {
			keys = append(keys, match[1])
		}
		for _, match := range begun.FindAllStringSubmatch(string(text), -1) {
			beginnings = append(beginnings, match[1])
		}
	}
	return keys, beginnings
}

// says reports whether there is a message of a key, or its forms for numbers.
func says(messages map[string]string, key string) bool {
	return messages[key] != "" || messages[key+".one"] != "" && messages[key+".other"] != ""
}

func TestEveryMessageIsThereAndIsUsed(t *testing.T) {
	t.Parallel()
	en := messages(t, "en")
	keys, beginnings := spoken(t)
	topics := map[string]bool{}
	for key := range en {
		topics[strings.SplitN(key, ".", 2)[0]] = true
	}
	for _, key := range keys {
		if topics[strings.SplitN(key, ".", 2)[0]] && !says(en, key) && !slices.ContainsFunc([]string{".heading", ".text", ".next"}, func(part string) bool { return says(en, key+part) }) {
			t.Errorf("the script says %s, and there is no such message", key)
		}
	}
	for key := range en {
		plain := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
		used := slices.Contains(keys, plain) || slices.Contains(keys, key) ||
			slices.ContainsFunc(beginnings, func(begun string) bool { return strings.HasPrefix(key, begun) }) ||
			slices.ContainsFunc(keys, func(begun string) bool { return strings.HasPrefix(key, begun+".") })
		if !used {
			t.Errorf("nothing says the message %s", key)
		}
	}
}

// What the server may answer has words, in the page's language.
func TestEveryAnswerHasWords(t *testing.T) {
	t.Parallel()
	sdl, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(sdl)})
	if err != nil {
		t.Fatal(err)
	}
	en := messages(t, "en")
	for _, kind := range schema.Types["KeyKind"].EnumValues {
		if !says(en, "keyKind."+kind.Name) {
			t.Errorf("the kind of key %s has no words", kind.Name)
		}
	}
	for _, kind := range schema.Types["SANKind"].EnumValues {
		if !says(en, "names."+kind.Name) || !says(en, "namesHint."+kind.Name) {
			t.Errorf("the kind of name %s has no words", kind.Name)
		}
	}
	for _, status := range schema.Types["EnrollmentStatus"].EnumValues {
		// These two have screens of their own.
		if status.Name == "CREATED" || status.Name == "REDEEMED" {
			continue
		}
		if !says(en, "standing."+status.Name+".heading") && (!says(en, "standing."+status.Name+".ENROLLMENT_CODE.heading") || !says(en, "standing."+status.Name+".MANUAL_APPROVAL.heading")) {
			t.Errorf("the status %s has no words", status.Name)
		}
	}
	_, refused, is := strings.Cut(schema.Mutation.Fields.ForName("redeemEnrollment").Description, "Refused: ")
	codes := regexp.MustCompile(`[A-Z][A-Z_]+[A-Z]`).FindAllString(refused, -1)
	if !is || len(codes) < 10 {
		t.Fatalf("the refusals of redeemEnrollment are not found: %q", refused)
	}
	for _, code := range append(codes, "PROFILE_ARCHIVED", "ACTIVE_ENROLLMENT_EXISTS") {
		if code != "CSR" && !says(en, "refusal."+code) && !says(en, "refusal."+code+".code") {
			t.Errorf("the refusal %s has no words", code)
		}
	}
}
