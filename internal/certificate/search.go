package certificate

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// mostSearched bounds what a search looks through, in bytes. What stands at the end
// of a longer one, which a certificate with some thousand names has, is found by its
// own filters only.
const mostSearched = 64 << 10

// longestKey is how many characters of a subject lists are ordered by.
const longestKey = 255

func subjectKey(subject string) string {
	runes := []rune(strings.ToLower(subject))
	return string(runes[:min(len(runes), longestKey)])
}

// searchText is what a search looks through: serial number, thumbprint, common name,
// each alternative name and each word of the subject's values, composed (NFC) and in
// lower case, each once, behind a line break, and a line break at the end. So a line
// break in front of a text asks for a beginning, and one on both sides for the whole.
func (t *Text) searchText(words []string) string {
	tokens := append([]string{t.Serial, t.SHA256, t.CommonName}, slices.Concat(t.Names.DNSNames, t.Names.EmailAddresses, t.Names.IPAddresses, t.Names.URIs)...)
	for _, value := range words {
		tokens = append(tokens, strings.Fields(value)...)
	}
	var b strings.Builder
	b.WriteByte('\n')
	seen := make(map[string]bool, len(tokens))
	for _, token := range tokens {
		token = strings.ToLower(norm.NFC.String(token))
		if seen[token] || token == "" || b.Len()+len(token)+1 > mostSearched {
			continue
		}
		seen[token] = true
		b.WriteString(token)
		b.WriteByte('\n')
	}
	return b.String()
}
