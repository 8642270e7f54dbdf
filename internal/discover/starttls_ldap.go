package discover

import (
	"bytes"
	"io"
)

// startTLS is an ExtendedRequest with message number 1 and the name
// 1.3.6.1.4.1.1466.20037.
const startTLS = "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"

// The tags of what is read of LDAP.
const (
	tagInteger          = 0x02
	tagEnumerated       = 0x0A
	tagSequence         = 0x30
	tagExtendedResponse = 0x78
)

// ldap: an ExtendedRequest, and its response with the result 0.
func (d *dialogue) ldap() error {
	if err := d.say(startTLS); err != nil {
		return err
	}
	message, err := ber(d.in, tagSequence)
	if err != nil {
		return err
	}
	rest := bytes.NewReader(message)
	_, noNumber := ber(rest, tagInteger)
	response, noResponse := ber(rest, tagExtendedResponse)
	result, noResult := ber(bytes.NewReader(response), tagEnumerated)
	switch {
	case noNumber != nil || noResponse != nil || noResult != nil || len(result) != 1:
		return notLDAP()
	case result[0] != 0:
		return failed(NotOffered, "the host speaks LDAP and does not offer StartTLS (result %d)", result[0])
	}
	return nil
}

// notLDAP is an answer that is none.
func notLDAP() error { return failed(NotTLS, "what answers does not speak LDAP") }

// ber reads one element with the tag, whose length may be written longer than it must
// be: Active Directory writes each in four bytes.
func ber(r io.Reader, tag byte) ([]byte, error) {
	head := make([]byte, 1, 5)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	if head[0] != tag { // before its length is waited for
		return nil, notLDAP()
	}
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	length := int(head[0])
	if length >= 0x80 {
		digits := head[:min(length&0x7F, cap(head))]
		if len(digits) == 0 || len(digits) > 4 {
			return nil, notLDAP()
		}
		if _, err := io.ReadFull(r, digits); err != nil {
			return nil, err
		}
		length = 0
		for _, digit := range digits {
			length = length<<8 | int(digit)
		}
	}
	if length > longestBER {
		return nil, notLDAP()
	}
	body := make([]byte, length)
	_, err := io.ReadFull(r, body)
	return body, err
}
