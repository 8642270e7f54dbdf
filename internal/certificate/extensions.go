package certificate

import (
	"encoding/hex"
	"net/netip"

	"gatehouse/internal/lifecycle"
)

// The extensions that are read (RFC 5280 section 4.2.1).
const (
	subjectKeyIDExtension   = "2.5.29.14"
	namesExtension          = "2.5.29.17"
	constraintsExtension    = "2.5.29.19"
	authorityKeyIDExtension = "2.5.29.35"
)

// readExtensions reads the list of extensions. One whose content is malformed, or
// that stands there twice, says nothing; the certificate is readable without it.
func (t *Text) readExtensions(r *reader) error {
	tagged, err := r.want(tagExtensions, "the extensions")
	if err != nil {
		return err
	}
	inside := tagged.inside()
	list, err := inside.want(tagSequence, "the list of extensions")
	if err == nil {
		err = inside.done("the extensions")
	}
	if err != nil {
		return err
	}
	found := map[string][]reader{}
	for each := list.inside(); !each.empty(); {
		oid, value, err := readExtension(&each)
		if err != nil {
			return err
		}
		found[oid] = append(found[oid], value)
	}
	for oid, read := range map[string]func(reader) error{
		subjectKeyIDExtension: t.readSubjectKeyID, authorityKeyIDExtension: t.readAuthorityKeyID, constraintsExtension: t.readConstraints, namesExtension: t.readNames,
	} {
		if values := found[oid]; len(values) == 1 {
			_ = read(values[0]) // it sets nothing when it fails
		}
	}
	return nil
}

func readExtension(r *reader) (oid string, value reader, err error) {
	whole, err := r.want(tagSequence, "an extension")
	if err != nil {
		return "", value, err
	}
	inside := whole.inside()
	id, err := inside.want(tagObjectID, "an extension's identifier")
	if err != nil {
		return "", value, err
	}
	if oid, err = objectID(id); err != nil {
		return "", value, err
	}
	if inside.next() == tagBoolean {
		if _, err := boolean(&inside); err != nil {
			return "", value, err
		}
	}
	octets, err := inside.want(tagOctetString, "an extension's value")
	if err != nil {
		return "", value, err
	}
	return oid, octets.inside(), inside.done("an extension")
}

func boolean(r *reader) (bool, error) {
	e, err := r.want(tagBoolean, "yes or no")
	if err != nil {
		return false, err
	}
	if len(e.bytes()) != 1 {
		return false, malformed(e.at(), "a BOOLEAN has %d bytes", len(e.bytes()))
	}
	return e.bytes()[0] != 0, nil
}

func (t *Text) readSubjectKeyID(r reader) error {
	e, err := r.want(tagOctetString, "the key's identifier")
	if err != nil {
		return err
	}
	if err := r.done("the key's identifier"); err != nil {
		return err
	}
	t.SubjectKeyID = hex.EncodeToString(e.bytes())
	return nil
}

func (t *Text) readAuthorityKeyID(r reader) error {
	list, err := r.want(tagSequence, "the authority's key")
	if err != nil {
		return err
	}
	if err := r.done("the authority's key"); err != nil {
		return err
	}
	if inside := list.inside(); inside.next() == 0x80 {
		id, err := inside.any("the key's identifier")
		if err != nil {
			return err
		}
		t.AuthorityKeyID = hex.EncodeToString(id.bytes())
	}
	return nil
}

func (t *Text) readConstraints(r reader) error {
	list, err := r.want(tagSequence, "the basic constraints")
	if err != nil {
		return err
	}
	if err := r.done("the basic constraints"); err != nil {
		return err
	}
	is := false
	inside := list.inside()
	if inside.next() == tagBoolean {
		if is, err = boolean(&inside); err != nil {
			return err
		}
	}
	if inside.next() == tagInteger {
		if _, err := inside.any("the length of a path"); err != nil {
			return err
		}
	}
	if err := inside.done("the basic constraints"); err != nil {
		return err
	}
	t.IsCA = is
	return nil
}

// readNames reads the subject alternative names of the four kinds that are listed.
// An address that has neither 4 nor 16 bytes is none, and a name without a
// character names nothing.
func (t *Text) readNames(r reader) error {
	list, err := r.want(tagSequence, "the names")
	if err != nil {
		return err
	}
	if err := r.done("the names"); err != nil {
		return err
	}
	var n lifecycle.CertificateNames
	for inside := list.inside(); !inside.empty(); {
		name, err := inside.any("a name")
		if err != nil {
			return err
		}
		kind := map[byte]*[]string{0x81: &n.EmailAddresses, 0x82: &n.DNSNames, 0x86: &n.URIs, 0x87: &n.IPAddresses}[name.tag]
		text := clean(string(name.bytes()))
		if name.tag == 0x87 {
			address, ok := netip.AddrFromSlice(name.bytes())
			if !ok {
				continue
			}
			text = address.String()
		}
		if kind != nil && text != "" {
			*kind = append(*kind, text)
		}
	}
	t.Names = n
	return nil
}
