// Package sealed keeps what may be shown again (enrollment codes, the secrets in
// links) unreadable in the database: whoever reads a dump, a replica or a log
// learns nothing without the keyset, which lies elsewhere.
//
// It is a thin layer over Tink: AES-256-GCM, each text bound to the row and
// column that it stands in, so that a cipher moved to another row opens nothing.
// A keyset may hold several keys: the primary one seals, all of them open, so
// that a new key can be made the primary while old texts still open.
package sealed

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Keys is a keyset that is ready for use. It is safe for concurrent use.
type Keys struct {
	handle *keyset.Handle
	box    tink.AEAD
	// newest opens what the primary key sealed, and nothing else.
	newest tink.AEAD
}

// ErrUnopened is what Open returns for what these keys did not seal, or not for
// this place.
var ErrUnopened = errors.New("sealed: this was not sealed by a key of the keyset, or not for this place")

// New makes a keyset with one random key.
func New() (*Keys, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a keyset: %w", err)
	}
	return of(handle)
}

// Read reads a keyset from Tink's JSON form, as JSON writes it and as Tink's
// own tool tinkey does (https://developers.google.com/tink).
func Read(text []byte) (*Keys, error) {
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		// Tink's own error may repeat what it read; a keyset is never in an error.
		return nil, errors.New("this is no keyset in Tink's JSON form; make one with: gatehouse keyset create FILE")
	}
	return of(handle)
}

func of(handle *keyset.Handle) (*Keys, error) {
	box, err := aead.New(handle)
	if err != nil {
		return nil, errors.New("this keyset is not for authenticated encryption (AEAD); make one with: gatehouse keyset create FILE")
	}
	alone, err := onlyPrimary(handle)
	if err != nil {
		return nil, fmt.Errorf("take the primary key out of a keyset: %w", err)
	}
	newest, err := aead.New(alone)
	if err != nil {
		return nil, errors.New("the primary key of this keyset is not for authenticated encryption (AEAD); make a keyset with: gatehouse keyset create FILE")
	}
	return &Keys{handle: handle, box: box, newest: newest}, nil
}

// JSON is the keyset in Tink's JSON form, in the clear: for a file that only the
// server can read.
func (k *Keys) JSON() ([]byte, error) {
	var text bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.handle, keyset.NewJSONWriter(&text)); err != nil {
		return nil, fmt.Errorf("write the keyset: %w", err)
	}
	return text.Bytes(), nil
}

// Seal makes a text unreadable. It opens again for the same row and column only.
func (k *Keys) Seal(text string, row uuid.UUID, column string) ([]byte, error) {
	cipher, err := k.box.Encrypt([]byte(text), place(row, column))
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", column, err)
	}
	return cipher, nil
}

// Open is the text that was sealed for this row and column; the error is
// ErrUnopened when it was sealed for another, or by a key that the keyset lacks.
func (k *Keys) Open(cipher []byte, row uuid.UUID, column string) (string, error) {
	text, err := k.box.Decrypt(cipher, place(row, column))
	if err != nil {
		return "", ErrUnopened
	}
	return string(text), nil
}

// place is what a text is bound to.
func place(row uuid.UUID, column string) []byte { return append(row[:], column...) }
