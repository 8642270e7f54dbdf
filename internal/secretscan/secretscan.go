// Package secretscan looks for codes and the secrets of links where none may stand:
// in texts such as a server's log, and in every table of a database. It is for tests
// that know which secrets they used.
//
// A secret is found however it is spelled there: in capitals or small letters, in
// hex, in base64 of either alphabet wherever it begins in what was encoded, escaped
// as in an address, and, when it is itself base64 as the secrets of links are, as
// the bytes that it stands for. What is found names the place and which secret it
// is, and never repeats one.
package secretscan

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
)

// shortest is the least length of what is looked for. Less stands somewhere by
// chance: six digits are in every other microsecond of a log.
const shortest = 8

// ScanText finds the secrets that stand in a text: a sentence for each of them, with
// the text's name. It panics when one is too short to be looked for, since a test
// that finds nothing then would say nothing.
func ScanText(name, text string, secrets []string) []string {
	return newScanner(secrets).text(name, text)
}

// scanner looks for many secrets by one pass over a text.
type scanner struct {
	// spellings are in small letters, by their first characters.
	spellings map[[shortest]byte][]spelling
}

// spelling is one way to write one secret.
type spelling struct {
	text   string
	secret int
	how    string
}

func newScanner(secrets []string) *scanner {
	s := &scanner{spellings: map[[shortest]byte][]spelling{}}
	for n, secret := range secrets {
		if len(secret) < shortest {
			panic(fmt.Sprintf("secretscan: secret %d has %d characters; what has less than %d stands somewhere by chance, so use longer ones", n, len(secret), shortest))
		}
		s.add(n, secret, "as it is")
		s.add(n, url.QueryEscape(secret), "escaped")
		s.encoded(n, secret, "")
		if raw, err := base64.RawURLEncoding.DecodeString(secret); err == nil && len(raw) >= shortest {
			s.add(n, string(raw), "as the bytes that it stands for")
			s.encoded(n, string(raw), " of the bytes that it stands for")
		}
	}
	return s
}

// encoded adds the spellings in hex and base64.
func (s *scanner) encoded(n int, secret, of string) {
	s.add(n, hex.EncodeToString([]byte(secret)), "in hex"+of)
	// Three bytes make four characters, so there are three ways to stand in base64,
	// of which the first and last characters belong to the neighbours too.
	for before := range 3 {
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + secret))
		whole := text[(before*8+5)/6:]
		if (before+len(secret))%3 != 0 {
			whole = whole[:len(whole)-1]
		}
		s.add(n, whole, "in base64"+of)
		s.add(n, strings.NewReplacer("+", "-", "/", "_").Replace(whole), "in base64"+of)
	}
}

func (s *scanner) add(n int, text, how string) {
	text = small(text)
	if len(text) < shortest {
		return // the end of a short secret's base64; its other spellings are looked for
	}
	first := [shortest]byte([]byte(text[:shortest]))
	for _, there := range s.spellings[first] {
		if there.text == text && there.secret == n {
			return
		}
	}
	s.spellings[first] = append(s.spellings[first], spelling{text, n, how})
}

// text finds what stands in a text, each secret once.
func (s *scanner) text(name, text string) (found []string) {
	text = small(text)
	told := map[int]bool{}
	for at := 0; at+shortest <= len(text); at++ {
		for _, candidate := range s.spellings[[shortest]byte([]byte(text[at:at+shortest]))] {
			if !told[candidate.secret] && strings.HasPrefix(text[at:], candidate.text) {
				told[candidate.secret] = true
				found = append(found, fmt.Sprintf("%s holds secret %d, %s", name, candidate.secret, candidate.how))
			}
		}
	}
	return found
}

// small is a text with small letters for A to Z, and every other byte as it is: what
// is scanned need not be UTF-8.
func small(text string) string {
	bytes := []byte(text)
	for n, b := range bytes {
		if 'A' <= b && b <= 'Z' {
			bytes[n] = b - 'A' + 'a'
		}
	}
	return string(bytes)
}
