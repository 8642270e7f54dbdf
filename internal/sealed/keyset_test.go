package sealed_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"gatehouse/internal/sealed"
)

// column is where the texts of these tests stand.
const column = "code_cipher"

// keysetOf are new keys.
func keysetOf(t *testing.T) *sealed.Keys {
	t.Helper()
	k, err := sealed.New()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// or fails the test at an error.
func or[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestARotationNeverMeetsWhatItCannotOpen takes every step of a rotation with two
// servers that are restarted one after the other: at each moment each opens what
// the other has just sealed.
func TestARotationNeverMeetsWhatItCannotOpen(t *testing.T) {
	t.Parallel()
	one := keysetOf(t)
	added, newer, err := one.Added()
	if err != nil {
		t.Fatal(err)
	}
	promoted := or[*sealed.Keys](t)(added.Promoted(newer))
	dropped := or[*sealed.Keys](t)(promoted.Dropped(one.List()[0].ID))
	row := uuid.New()
	for _, step := range []struct {
		name          string
		before, after *sealed.Keys
	}{
		{"added", one, added},
		{"promoted", added, promoted},
		{"dropped", promoted, dropped}, // once everything is resealed: see below
	} {
		for _, c := range []struct{ seals, opens *sealed.Keys }{{step.before, step.after}, {step.after, step.before}} {
			cipher := or[[]byte](t)(c.seals.Seal("K7M2PQ", row, column))
			if text, err := c.opens.Open(cipher, row, column); err != nil || text != "K7M2PQ" {
				t.Errorf("%s: one server does not open what the other sealed: %q, %v", step.name, text, err)
			}
		}
	}

	old := or[[]byte](t)(one.Seal("K7M2PQ", row, column))
	if _, err := dropped.Open(old, row, column); !errors.Is(err, sealed.ErrUnopened) {
		t.Errorf("what the dropped key sealed opens: %v", err)
	}
	anew := or[[]byte](t)(promoted.Resealed(old, row, column))
	if text, err := dropped.Open(anew, row, column); err != nil || text != "K7M2PQ" {
		t.Errorf("sealed anew, without the older key: %q, %v", text, err)
	}
}

func TestResealed(t *testing.T) {
	t.Parallel()
	one := keysetOf(t)
	added, newer, err := one.Added()
	if err != nil {
		t.Fatal(err)
	}
	two := or[*sealed.Keys](t)(added.Promoted(newer))
	row := uuid.New()
	byOne, byTwo, byOther := or[[]byte](t)(one.Seal("x", row, column)), or[[]byte](t)(two.Seal("x", row, column)), or[[]byte](t)(keysetOf(t).Seal("x", row, column))
	for _, c := range []struct {
		name   string
		keys   *sealed.Keys
		cipher []byte
		row    uuid.UUID
		anew   bool
		fault  error
	}{
		{"by an older key", two, byOne, row, true, nil},
		{"by the primary key", two, byTwo, row, false, nil},
		{"by a key that opens and does not seal yet", added, byTwo, row, true, nil},
		{"by a key of another keyset", two, byOther, row, false, sealed.ErrUnopened},
		{"for another row", two, byOne, uuid.New(), false, sealed.ErrUnopened},
		{"for another row, by the primary key", two, byTwo, uuid.New(), false, sealed.ErrUnopened},
		{"by nobody", two, []byte("x"), row, false, sealed.ErrUnopened},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			anew, err := c.keys.Resealed(c.cipher, c.row, column)
			if !errors.Is(err, c.fault) || (anew != nil) != c.anew || bytes.Equal(anew, c.cipher) {
				t.Errorf("got %d bytes and %v", len(anew), err)
			}
		})
	}
}

func TestKeysAreListed(t *testing.T) {
	t.Parallel()
	one := keysetOf(t)
	first := one.List()[0].ID
	added, second, err := one.Added()
	if err != nil {
		t.Fatal(err)
	}
	promoted := or[*sealed.Keys](t)(added.Promoted(second))
	again := or[*sealed.Keys](t)(sealed.Read(or[[]byte](t)(promoted.JSON())))
	for _, c := range []struct {
		name string
		keys *sealed.Keys
		want []sealed.Key
	}{
		{"new", one, []sealed.Key{{ID: first, Primary: true}}},
		{"added", added, []sealed.Key{{ID: first, Primary: true}, {ID: second}}},
		{"promoted", promoted, []sealed.Key{{ID: first}, {ID: second, Primary: true}}},
		{"written and read", again, []sealed.Key{{ID: first}, {ID: second, Primary: true}}},
		{"dropped", or[*sealed.Keys](t)(promoted.Dropped(first)), []sealed.Key{{ID: second, Primary: true}}},
		{"disabled by Tink's own tool", disabled(t, promoted, first), []sealed.Key{{ID: first, Disabled: true}, {ID: second, Primary: true}}},
	} {
		if diff := cmp.Diff(c.want, c.keys.List()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// disabled is the keyset with a key switched off, as tinkey does.
func disabled(t *testing.T, k *sealed.Keys, id uint32) *sealed.Keys {
	t.Helper()
	text := string(or[[]byte](t)(k.JSON()))
	at := strings.Index(text, fmt.Sprintf(`"keyId":%d`, id))
	if at < 0 {
		t.Fatalf("key %d does not stand in the keyset", id)
	}
	from := strings.LastIndex(text[:at], `"ENABLED"`)
	return or[*sealed.Keys](t)(sealed.Read([]byte(text[:from] + `"DISABLED"` + text[from+len(`"ENABLED"`):])))
}

func TestAChangeOfKeysIsRefused(t *testing.T) {
	t.Parallel()
	one := keysetOf(t)
	first := one.List()[0].ID
	added, second, err := one.Added()
	if err != nil {
		t.Fatal(err)
	}
	off := disabled(t, or[*sealed.Keys](t)(added.Promoted(second)), first)
	for _, c := range []struct {
		name string
		keys *sealed.Keys
		do   func(*sealed.Keys, uint32) (*sealed.Keys, error)
		id   uint32
		want string
	}{
		{"dropping the primary key", one, (*sealed.Keys).Dropped, first, "promote another one first"},
		{"dropping none of its keys", added, (*sealed.Keys).Dropped, 1, fmt.Sprintf("no key 1; it has %d, %d", first, second)},
		{"promoting none of its keys", one, (*sealed.Keys).Promoted, 1, fmt.Sprintf("no key 1; it has %d", first)},
		{"promoting a disabled key", off, (*sealed.Keys).Promoted, first, "is disabled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := c.do(c.keys, c.id); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v does not say %q", err, c.want)
			}
		})
	}
}
