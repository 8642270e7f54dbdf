package certificate_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/certificate"
)

// TestContentIsReadAsAFileIs reads contents of every length, of which no more is held
// than there is, and compares with the file.
func TestContentIsReadAsAFileIs(t *testing.T) {
	t.Parallel()
	sent := message(tlv, tlv(0xa0, numbered(3), numbered(4)))
	for name, whole := range map[string]string{
		"PEM":               "before\n" + armoured("CERTIFICATE", numbered(1)) + armoured("PKCS7", sent) + armoured("CERTIFICATE", sent) + "behind",
		"base64":            base64.StdEncoding.EncodeToString(numbered(1)) + "\n",
		"base64 of PKCS#7":  base64.StdEncoding.EncodeToString(sent) + "\n",
		"nothing but words": "these are some words",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := range len(whole) + 1 {
				got, want := slices.Collect(certificate.FromContent(whole[:n])), slices.Collect(certificate.Scan(strings.NewReader(whole[:n])))
				if seen(got) != seen(want) {
					t.Errorf("of %d bytes:\n%s\nand as a file\n%s", n, seen(got), seen(want))
				}
			}
		})
	}
}
