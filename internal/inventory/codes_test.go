package inventory

import (
	"crypto/sha256"
	"encoding/base64"
	"math"
	"strings"
	"testing"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

func TestTheCharactersOfCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		alphabet lifecycle.CodeAlphabet
		has, not string
		size     int
	}{
		{lifecycle.Digits, "0123456789", "ABCXYZabc", 10},
		{lifecycle.LettersAndDigits, "ABCXYZ23456789", "0O1ILabcxyz", 31},
	} {
		characters := spelling(c.alphabet)
		if len(characters) != c.size || strings.ContainsAny(characters, c.not) {
			t.Errorf("%s is %s", c.alphabet, characters)
		}
		for _, one := range c.has {
			if strings.Count(characters, string(one)) != 1 {
				t.Errorf("%s has %c %d times", c.alphabet, one, strings.Count(characters, string(one)))
			}
		}
	}
}

// Each character is drawn as often as the others, up to what chance does: six
// standard deviations, which one run in many millions exceeds. A remainder of 256
// would give the first eight of 31 a share that lies far outside.
func TestMadeCodesFavourNoCharacter(t *testing.T) {
	t.Parallel()
	const draws = 10_000
	for _, alphabet := range lifecycle.CodeAlphabets {
		characters := spelling(alphabet)
		count := map[rune]int{}
		for range draws {
			code := makeCode(lifecycle.Promise{CodeLength: 32, CodeAlphabet: alphabet})
			if len(code) != 32 {
				t.Fatalf("%s: a code of 32 characters has %d", alphabet, len(code))
			}
			for _, c := range code {
				count[c]++
			}
		}
		n, p := float64(32*draws), 1/float64(len(characters))
		far := 6 * math.Sqrt(n*p*(1-p))
		for _, c := range characters {
			if off := math.Abs(float64(count[c]) - n*p); off > far {
				t.Errorf("%s: %c came %d times of %.0f, %.0f off", alphabet, c, count[c], n*p, off)
			}
			delete(count, c)
		}
		if len(count) != 0 {
			t.Errorf("%s: codes have %v in them", alphabet, count)
		}
	}
}

func TestACodeIsNotMadeTwice(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		code := makeCode(lifecycle.Promise{CodeLength: 12, CodeAlphabet: lifecycle.LettersAndDigits})
		text, _ := makeSecret()
		if seen[code] || seen[text] {
			t.Fatalf("%s or %s was made before", code, text)
		}
		seen[code], seen[text] = true, true
	}
}

func TestTheSecretOfALink(t *testing.T) {
	t.Parallel()
	text, hash := makeSecret()
	if raw, err := base64.RawURLEncoding.DecodeString(text); err != nil || len(raw) != 16 {
		t.Errorf("%q is %d bytes of base64url, %v; want the 16 of 128 bits", text, len(raw), err)
	}
	if want := sha256.Sum256([]byte(text)); string(hash) != string(want[:]) {
		t.Error("the hash is not that of the text in the link")
	}
}

func TestTheFormOfAGivenCode(t *testing.T) {
	t.Parallel()
	letters := lifecycle.Promise{CodeLength: 8, CodeAlphabet: lifecycle.LettersAndDigits}
	digits := lifecycle.Promise{CodeLength: 6, CodeAlphabet: lifecycle.Digits}
	for _, c := range []struct {
		name    string
		promise lifecycle.Promise
		given   string
		kept    string // empty: refused
		says    string
	}{
		{"letters and digits", letters, "K7QX2MAB", "K7QX2MAB", ""},
		{"small letters", letters, "k7qx2mab", "K7QX2MAB", ""},
		{"spaces around", letters, "  K7QX2MAB\n", "K7QX2MAB", ""},
		{"spaces within", letters, "K7QX 2MA", "", "this one has others in it"},
		{"a 0", letters, "K7QX2MA0", "", "this one has others in it"},
		{"an O", letters, "K7QX2MAO", "", "this one has others in it"},
		{"a small l", letters, "K7QX2MAl", "", "this one has others in it"},
		{"an i without its dot, whose capital is I", letters, "K7QX2MAı", "", "this one has others in it"},
		{"a long s, whose capital is S", letters, "K7QX2MAſ", "", "this one has others in it"},
		{"one too many", letters, "K7QX2MABC", "", "this one has 9"},
		{"one too few", letters, "K7QX2MA", "", "this one has 7"},
		{"nothing", letters, "", "", "this one has 0"},
		{"spaces", letters, "        ", "", "this one has 0"},
		{"bytes that are no UTF-8", letters, "K7QX2MA\xff", "", "this one has others in it"},
		{"digits", digits, "012345", "012345", ""},
		{"letters where digits are asked for", digits, "K7QX2M", "", "this one has others in it"},
		{"digits of another script", digits, "٠١٢٣٤٥", "", "this one has others in it"},
	} {
		kept, no := givenCode(c.given, c.promise)
		if kept != c.kept || (no == nil) != (c.kept != "") {
			t.Errorf("%s: kept %q, %v; want %q", c.name, kept, no, c.kept)
			continue
		}
		if no == nil {
			continue
		}
		if no.Code != refusal.Invalid || strings.Join(no.Field, ".") != "input.code" || !strings.Contains(no.Message, c.says) {
			t.Errorf("%s: %v; want INVALID at code, with %q", c.name, no, c.says)
		}
		if given := strings.TrimSpace(c.given); given != "" && strings.Contains(strings.ToUpper(no.Message), strings.ToUpper(given)) {
			t.Errorf("%s: the refusal repeats the code: %s", c.name, no.Message)
		}
	}
}
