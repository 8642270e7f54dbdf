package sealed

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// A keyset is rotated in four steps, so that servers which are restarted one by
// one never meet a text that they cannot open: Added, and every server gets the
// new key; Promoted, and every server seals with it; Resealed, for each text that
// an older key sealed; Dropped. A keyset that was made by a step is a new value:
// the one before it stays as it was.

// Key is what may be told about a key of a keyset.
type Key struct {
	ID uint32
	// Primary: it seals. Every key opens, but a disabled one, which Tink's own tool
	// can make.
	Primary, Disabled bool
}

// List is the keys in the order in which they were added.
func (k *Keys) List() []Key {
	all := make([]Key, 0, k.handle.Len())
	for n := range k.handle.Len() {
		entry, err := k.handle.Entry(n)
		if err != nil { // n is below the length
			panic(fmt.Sprintf("sealed: key %d of %d of a keyset: %v", n, k.handle.Len(), err))
		}
		all = append(all, Key{ID: entry.KeyID(), Primary: entry.IsPrimary(), Disabled: entry.KeyStatus() != keyset.Enabled})
	}
	return all
}

// Added is the keyset with a new random key that opens and does not seal yet,
// and that key's id.
func (k *Keys) Added() (*Keys, uint32, error) {
	m := keyset.NewManagerFromHandle(k.handle)
	added, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, 0, fmt.Errorf("add a key: %w", err)
	}
	keys, err := made(m)
	return keys, added, err
}

// Promoted is the keyset with another key as the primary. It refuses a key that
// the keyset lacks, and a disabled one.
func (k *Keys) Promoted(id uint32) (*Keys, error) {
	key, err := k.find(id)
	if err != nil {
		return nil, err
	}
	if key.Disabled {
		return nil, fmt.Errorf("key %d is disabled; a disabled key can neither seal nor open", id)
	}
	m := keyset.NewManagerFromHandle(k.handle)
	if err := m.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("make key %d the primary: %w", id, err)
	}
	return made(m)
}

// Dropped is the keyset without a key: what that key sealed never opens again.
// It refuses a key that the keyset lacks, and the primary one.
func (k *Keys) Dropped(id uint32) (*Keys, error) {
	key, err := k.find(id)
	if err != nil {
		return nil, err
	}
	if key.Primary {
		return nil, fmt.Errorf("key %d is the primary key, which seals; promote another one first", id)
	}
	m := keyset.NewManagerFromHandle(k.handle)
	if err := m.Delete(id); err != nil {
		return nil, fmt.Errorf("drop key %d: %w", id, err)
	}
	return made(m)
}

// Resealed is what was sealed for this row and column, sealed anew by the primary
// key; nil when the primary key sealed it already. The error is ErrUnopened as
// Open's is.
func (k *Keys) Resealed(cipher []byte, row uuid.UUID, column string) ([]byte, error) {
	if _, err := k.newest.Decrypt(cipher, place(row, column)); err == nil {
		return nil, nil
	}
	text, err := k.Open(cipher, row, column)
	if err != nil {
		return nil, err
	}
	return k.Seal(text, row, column)
}

// find is the key with an id; the error names those that there are.
func (k *Keys) find(id uint32) (Key, error) {
	all := k.List()
	n := slices.IndexFunc(all, func(key Key) bool { return key.ID == id })
	if n < 0 {
		ids := make([]string, len(all))
		for n, key := range all {
			ids[n] = strconv.FormatUint(uint64(key.ID), 10)
		}
		return Key{}, fmt.Errorf("the keyset has no key %d; it has %s", id, strings.Join(ids, ", "))
	}
	return all[n], nil
}

// made is the keyset that a manager has put together.
func made(m *keyset.Manager) (*Keys, error) {
	handle, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("put a keyset together: %w", err)
	}
	return of(handle)
}

// onlyPrimary is a keyset of the primary key alone.
func onlyPrimary(handle *keyset.Handle) (*keyset.Handle, error) {
	primary, err := handle.Primary()
	if err != nil {
		return nil, err
	}
	m := keyset.NewManagerFromHandle(handle)
	for n := range handle.Len() {
		entry, err := handle.Entry(n)
		if err != nil {
			return nil, err
		}
		if entry.KeyID() == primary.KeyID() {
			continue
		}
		if err := m.Delete(entry.KeyID()); err != nil {
			return nil, err
		}
	}
	return m.Handle()
}
