package inventory

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/sealed"
)

// The characters of enrollment codes. Of those that are taken for one another
// (0 and O, 1, I and L) none is among the letters and digits: a code is read out
// on the telephone and typed from paper.
const (
	digits           = "0123456789"
	lettersAndDigits = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
)

// spelling is what the codes of an alphabet are spelled with.
func spelling(a lifecycle.CodeAlphabet) string {
	if a == lifecycle.Digits {
		return digits
	}
	return lettersAndDigits
}

// makeCode makes a code as a profile asks for it, from the operating system's
// source of randomness.
func makeCode(p lifecycle.Promise) string { return randomText(spelling(p.CodeAlphabet), p.CodeLength) }

// randomText is random characters of an alphabet, each as likely as the others:
// bytes past the last whole multiple of the alphabet's length are thrown away,
// since a remainder would favour its first characters.
func randomText(alphabet string, length int) string {
	whole := 256 - 256%len(alphabet)
	text := make([]byte, 0, length)
	for draw := make([]byte, 2*length); len(text) < length; {
		_, _ = rand.Read(draw) // it never fails: the process ends when the system has no randomness
		for _, b := range draw {
			if int(b) < whole && len(text) < length {
				text = append(text, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(text)
}

// givenCode is a code that a person has chosen or typed, in the form in which it
// is kept and compared: trimmed, and where letters stand in codes, in capitals.
// The refusal says what a code looks like and never what was given.
func givenCode(given string, p lifecycle.Promise) (string, *refusal.Refusal) {
	alphabet, code, letters := spelling(p.CodeAlphabet), spelt(given, p.CodeAlphabet), ""
	if alphabet == lettersAndDigits {
		letters = " (capital and small letters are the same)"
	}
	foreign := func(c rune) bool { return !strings.ContainsRune(alphabet, c) }
	wrong := ""
	switch n := utf8.RuneCountInString(code); {
	case n != p.CodeLength:
		wrong = fmt.Sprintf("this one has %d", n)
	case strings.ContainsFunc(code, foreign):
		wrong = "this one has others in it"
	}
	if wrong != "" {
		return "", refusal.New(refusal.Invalid, "A code under this profile has %d characters out of %s%s; %s. Give such a code, or leave it out and one is made.",
			p.CodeLength, alphabet, letters, wrong).At("code")
	}
	return code, nil
}

// spelt is a code in the form in which it is kept and compared.
func spelt(given string, a lifecycle.CodeAlphabet) string {
	code := strings.TrimSpace(given)
	if spelling(a) == lettersAndDigits {
		code = strings.Map(capital, code)
	}
	return code
}

// capital is the capital letter of a to z; every other character stays, so that
// none from elsewhere turns into a letter of the alphabet.
func capital(c rune) rune {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// secretBytes is how long the secret in a link is: 128 bits, which nobody guesses.
const secretBytes = 16

// makeSecret makes the secret of a link, as it stands in the link (base64url), and
// the SHA-256 of that text, by which the enrollment is found when the link is used.
func makeSecret() (text string, hash []byte) {
	random := make([]byte, secretBytes)
	_, _ = rand.Read(random) // it never fails: the process ends when the system has no randomness
	text = base64.RawURLEncoding.EncodeToString(random)
	sum := sha256.Sum256([]byte(text))
	return text, sum[:]
}

// secret is the secret of a link as a row keeps it.
type secret struct {
	text         string // as it stands in the link; never kept
	cipher, hash []byte
}

// sealSecret makes the secret of a link and seals it for a column of one row.
func sealSecret(keys *sealed.Keys, row uuid.UUID, column string) (s secret, err error) {
	text, _ := makeSecret()
	return sealThis(keys, text, row, column)
}

// sealThis seals a secret that somebody holds already for a column of another row.
func sealThis(keys *sealed.Keys, text string, row uuid.UUID, column string) (s secret, err error) {
	s.text, s.hash = text, hashOf(text)
	s.cipher, err = keys.Seal(text, row, column)
	return s, err
}
