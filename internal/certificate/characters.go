package certificate

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// The string types of ASN.1.
const (
	tagUTF8String      = 0x0c
	tagNumericString   = 0x12
	tagPrintableString = 0x13
	tagTeletexString   = 0x14
	tagIA5String       = 0x16
	tagVisibleString   = 0x1a
	tagUniversalString = 0x1c
	tagBMPString       = 0x1e
)

// characters reads a string of ASN.1. ok is false for what is none, and for bytes
// that its type has no characters for: how they were meant, nobody knows. The
// exception is TeletexString, which everybody has always written and read as
// ISO 8859-1.
func characters(e element) (text string, ok bool) {
	b := e.bytes()
	switch e.tag {
	case tagUTF8String:
		return string(b), utf8.Valid(b)
	case tagNumericString, tagPrintableString, tagIA5String, tagVisibleString:
		return string(b), ascii(b)
	case tagTeletexString:
		all := make([]rune, len(b))
		for n, c := range b {
			all[n] = rune(c)
		}
		return string(all), true
	case tagBMPString:
		return wide(b, 2)
	case tagUniversalString:
		return wide(b, 4)
	}
	return "", false
}

// wide reads characters of two bytes (UTF-16, which BMPString has grown into) or
// of four.
func wide(b []byte, size int) (string, bool) {
	if len(b)%size != 0 {
		return "", false
	}
	var text strings.Builder
	for ; len(b) > 0; b = b[size:] {
		r := rune(binary.BigEndian.Uint16(b))
		if size == 4 {
			if r = rune(binary.BigEndian.Uint32(b)); !utf8.ValidRune(r) {
				return "", false
			}
		}
		if utf16.IsSurrogate(r) {
			if len(b) < 4 {
				return "", false
			}
			if r = utf16.DecodeRune(r, rune(binary.BigEndian.Uint16(b[2:]))); r == utf8.RuneError {
				return "", false
			}
			b = b[2:]
		}
		text.WriteRune(r)
	}
	return text.String(), true
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// misleading are the characters that a screen does not show, or by which a text
// reads as another.
func misleading(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

// clean puts U+FFFD where a text has something misleading, or no UTF-8.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if misleading(r) {
			return utf8.RuneError
		}
		return r // RuneError for a byte that is none
	}, s)
}
