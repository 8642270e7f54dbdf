package certificate

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// distinguished is a distinguished name, read.
type distinguished struct {
	text       string
	commonName string
	values     []string // those that are text, cleaned
}

// commonNameID is the attribute that names whom or what a certificate is for.
const commonNameID = "2.5.4.3"

// attributeNames are how the attributes of names are written: those of RFC 4514
// section 3, and what openssl calls the others that certificates really have.
var attributeNames = map[string]string{
	commonNameID: "CN", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.6": "C", "2.5.4.9": "STREET",
	"0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID", "1.2.840.113549.1.9.1": "emailAddress", "2.5.4.5": "serialNumber",
	// persons
	"2.5.4.4": "SN", "2.5.4.42": "GN", "2.5.4.43": "initials", "2.5.4.44": "generationQualifier", "2.5.4.12": "title", "2.5.4.65": "pseudonym", "2.5.4.72": "role",
	"2.5.4.20": "telephoneNumber", "2.5.4.23": "facsimileTelephoneNumber", "0.9.2342.19200300.100.1.3": "mail",
	// places
	"2.5.4.17": "postalCode", "2.5.4.18": "postOfficeBox", "2.5.4.19": "physicalDeliveryOfficeName", "2.5.4.51": "houseIdentifier",
	"1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL", "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST", "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
	// things
	"2.5.4.41": "name", "2.5.4.13": "description", "2.5.4.46": "dnQualifier", "2.5.4.15": "businessCategory", "2.5.4.97": "organizationIdentifier", "2.5.4.45": "x500UniqueIdentifier",
	"1.2.840.113549.1.9.2": "unstructuredName", "1.2.840.113549.1.9.8": "unstructuredAddress",
}

// readName reads a Name and writes it by RFC 4514: the last part first, the
// attributes of one part joined by + in the certificate's order.
func readName(r *reader, what string) (distinguished, error) {
	var d distinguished
	whole, err := r.want(tagSequence, what)
	if err != nil {
		return d, err
	}
	var parts []string
	for inside := whole.inside(); !inside.empty(); {
		part, err := inside.want(tagSet, "a part of "+what)
		if err != nil {
			return d, err
		}
		var pairs []string
		for set := part.inside(); !set.empty(); {
			pair, err := d.readAttribute(&set, what)
			if err != nil {
				return d, err
			}
			pairs = append(pairs, pair)
		}
		if len(pairs) > 0 {
			parts = append(parts, strings.Join(pairs, "+"))
		}
	}
	slices.Reverse(parts)
	d.text = strings.Join(parts, ",")
	return d, nil
}

// readAttribute reads one attribute, and writes it. What is no text, and what has
// a type without a name, is written as hex of its bytes (RFC 4514 section 2.4).
func (d *distinguished) readAttribute(set *reader, what string) (string, error) {
	pair, err := set.want(tagSequence, "an attribute of "+what)
	if err != nil {
		return "", err
	}
	inside := pair.inside()
	id, err := inside.want(tagObjectID, "an attribute's type")
	if err != nil {
		return "", err
	}
	oid, err := objectID(id)
	if err != nil {
		return "", err
	}
	value, err := inside.any("an attribute's value")
	if err == nil {
		err = inside.done("an attribute")
	}
	if err != nil {
		return "", err
	}
	text, isText := characters(value)
	if isText {
		d.values = append(d.values, clean(text))
		if oid == commonNameID && d.commonName == "" {
			d.commonName = clean(text)
		}
	}
	name, known := attributeNames[oid]
	switch {
	case known && isText:
		return name + "=" + escaped(text), nil
	case known:
		oid = name
	}
	return oid + "=#" + hex.EncodeToString(value.whole), nil
}

// escaped writes a value by RFC 4514 section 2.4. What no screen shows as it is
// stands there in hex, so that the name reads as it is.
func escaped(value string) string {
	var b strings.Builder
	for n, r := range value {
		last := n+utf8.RuneLen(r) == len(value)
		switch {
		case misleading(r):
			for _, octet := range []byte(string(r)) {
				fmt.Fprintf(&b, `\%02X`, octet)
			}
			continue
		case strings.ContainsRune(`,+"\<>;`, r), n == 0 && (r == '#' || r == ' '), last && r == ' ':
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
