package certificate

import (
	"bytes"
	"errors"
	"fmt"
)

// signedDataID is the type of PKCS#7 that holds certificates, SignedData
// (1.2.840.113549.1.7.2), with its header.
var signedDataID = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}

// isSignedData reports whether something begins as PKCS#7 with certificates does.
func isSignedData(head []byte) bool {
	h, _, ok := readHeader(head)
	return ok && h.tag == tagSequence && bytes.HasPrefix(head[h.size:], signedDataID)
}

// values reads a binary file, or what a base64 stands for: certificates, one after
// the other, and PKCS#7. What stands in a text is where its block begins, at within.
// whole is false when something of it could not be read.
func (f *scan) values(s *source, within *place) (whole bool) {
	here := func() place {
		if within != nil {
			return *within
		}
		return place{offset: s.at}
	}
	for first := true; !f.stopped; first = false {
		for b := s.peek(1); !first && len(b) > 0 && (b[0] == 0 || isSpace(b[0])); b = s.peek(1) {
			s.discard(1) // padding
		}
		var err error
		at := here()
		switch begins := s.peek(mostHead); {
		case len(begins) == 0 && !first && s.failed == nil:
			return true
		case len(begins) == 0:
			err = s.why("there is nothing in it")
		case isSignedData(begins):
			if err = f.signedData(s, here); err != nil {
				at, err = here(), fmt.Errorf("this PKCS#7 cannot be read on: %w", err)
			}
		default:
			err = f.value(s, at, begins)
		}
		if err == nil {
			continue
		}
		if within != nil || s.failed == nil { // else Scan says it
			f.refuse(at, err)
		}
		return false
	}
	return false
}

// mostHead is how much of a value is looked at to say what it is.
const mostHead = 4096

// value reads one value that should be a certificate. The error says why what
// stands behind it cannot be found.
func (f *scan) value(s *source, at place, begins []byte) error {
	other := otherThing(begins)
	if begins[0] != tagSequence && other == "" {
		return errors.New("neither a certificate nor PKCS#7 begins here, so that what follows cannot be found")
	}
	der, err := s.value(everything)
	if err == nil {
		f.keep(at, der)
		return nil
	}
	found := errors.Is(err, errTooLarge)
	if other != "" {
		err = errors.New("this is " + other)
	}
	if found {
		f.refuse(at, err)
		return nil
	}
	return err
}

// signedData reads the certificates of a SignedData (RFC 5652 section 5.1), one at a
// time. Who signed what is not looked at.
func (f *scan) signedData(s *source, here func() place) error {
	at, before := here(), f.position
	content, err := s.enter(everything, tagSequence, "PKCS#7")
	if err != nil {
		return err
	}
	if _, err := s.value(content); err != nil { // its type
		return err
	}
	tagged, err := s.enter(content, 0xa0, "its content")
	if err != nil {
		return err
	}
	data, err := s.enter(tagged, tagSequence, "what is signed")
	if err != nil {
		return err
	}
	for s.more(data) {
		switch tag := s.peek(1)[0]; tag {
		case 0xa0, 0xa1: // certificates, lists of revoked ones
			if err := f.set(s, data, tag, here); err != nil {
				return err
			}
		default:
			if err := s.pass(data, 0); err != nil {
				return err
			}
		}
		if f.stopped {
			return nil
		}
	}
	if f.position == before {
		f.say(at, "this is PKCS#7 without a certificate")
	}
	for _, l := range []level{data, tagged, content} {
		if err := s.leave(l); err != nil {
			return err
		}
	}
	return nil
}

// set reads the certificates of a SignedData, or the lists of revoked ones.
func (f *scan) set(s *source, data level, tag byte, here func() place) error {
	all, err := s.enter(data, tag, "its certificates")
	if err != nil {
		return err
	}
	for s.more(all) && !f.stopped {
		at := here()
		kind := s.peek(1)[0]
		if tag == 0xa0 && kind == tagSequence {
			der, err := s.value(all)
			if err != nil && !errors.Is(err, errTooLarge) {
				return err
			}
			if err != nil {
				f.refuse(at, err)
			} else {
				f.keep(at, der)
			}
			continue
		}
		if err := s.pass(all, 0); err != nil {
			return err
		}
		if tag == 0xa0 {
			f.say(at, "this is "+labelled("ATTRIBUTE CERTIFICATE"))
		} else {
			f.say(at, "this is "+labelled("X509 CRL"))
		}
	}
	if f.stopped {
		return nil
	}
	return s.leave(all)
}
