package issuer

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gatehouse/internal/subject"
)

// encodeName is a subject in DER: one attribute a part, text as UTF8String, and
// as RFC 5280 appendix A.1 asks C and serialNumber as PrintableString and
// emailAddress as IA5String.
func encodeName(all []Attribute) ([]byte, error) {
	parts := make(pkix.RDNSequence, 0, len(all))
	for _, a := range all {
		n := slices.IndexFunc(subject.Kinds, func(k subject.Kind) bool { return k.Name == a.Name })
		if n < 0 {
			return nil, fmt.Errorf("issuer: write a subject: there is no attribute %q", a.Name)
		}
		tag := asn1.TagUTF8String
		switch a.Name {
		case "C", "serialNumber":
			tag = asn1.TagPrintableString
		case "emailAddress":
			tag = asn1.TagIA5String
		}
		parts = append(parts, pkix.RelativeDistinguishedNameSET{{Type: identifier(subject.Kinds[n].OID), Value: asn1.RawValue{Tag: tag, Bytes: []byte(a.Value)}}})
	}
	return asn1.Marshal(parts)
}

// identifier reads an object identifier of our own table.
func identifier(dotted string) asn1.ObjectIdentifier {
	var oid asn1.ObjectIdentifier
	for arc := range strings.SplitSeq(dotted, ".") {
		n, err := strconv.Atoi(arc)
		if err != nil {
			return nil // the test of the table says so
		}
		oid = append(oid, n)
	}
	return oid
}

// SubjectText is a subject as RFC 4514 writes it, for reading: the last attribute
// first, with those characters escaped that would make it read otherwise.
func SubjectText(all []Attribute) string {
	parts := make([]string, 0, len(all))
	for _, a := range slices.Backward(all) {
		parts = append(parts, a.Name+"="+escapeValue(a.Value))
	}
	return strings.Join(parts, ",")
}

// escapeValue escapes a value by RFC 4514 section 2.4.
func escapeValue(value string) string {
	var text strings.Builder
	for n, r := range value {
		switch {
		case strings.ContainsRune(`,+"\<>;`, r), n == 0 && (r == '#' || r == ' '), n > 0 && n == len(value)-1 && r == ' ':
			text.WriteByte('\\')
		case r == 0:
			text.WriteString(`\00`)
			continue
		}
		text.WriteRune(r)
	}
	return text.String()
}
