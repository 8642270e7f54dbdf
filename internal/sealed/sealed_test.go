package sealed_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/sealed"
)

// made is a new keyset.
func made(t *testing.T) *sealed.Keys {
	t.Helper()
	k, err := sealed.New()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// seal seals and expects no fault.
func seal(t *testing.T, k *sealed.Keys, text string, row uuid.UUID, column string) []byte {
	t.Helper()
	cipher, err := k.Seal(text, row, column)
	if err != nil {
		t.Fatal(err)
	}
	return cipher
}

// written is the keyset as its file has it.
func written(t *testing.T, k *sealed.Keys) []byte {
	t.Helper()
	text, err := k.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

var (
	row   = uuid.MustParse("01890000-0000-7000-8000-000000000001")
	other = uuid.MustParse("01890000-0000-7000-8000-000000000002")
)

func TestWhatWasSealedOpensInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	k := made(t)
	for _, text := range []string{"", "K7QX2M", strings.Repeat("ü", 10000)} {
		cipher := seal(t, k, text, row, "code_cipher")
		if text != "" && bytes.Contains(cipher, []byte(text)) {
			t.Errorf("the cipher of %.10q shows it", text)
		}
		if got, err := k.Open(cipher, row, "code_cipher"); err != nil || got != text {
			t.Errorf("%.10q opened as %.10q, %v", text, got, err)
		}
		for name, open := range map[string]func() (string, error){
			"another row":    func() (string, error) { return k.Open(cipher, other, "code_cipher") },
			"another column": func() (string, error) { return k.Open(cipher, row, "token_cipher") },
			"another keyset": func() (string, error) { return made(t).Open(cipher, row, "code_cipher") },
			"a changed end": func() (string, error) {
				return k.Open(append(bytes.Clone(cipher[:len(cipher)-1]), cipher[len(cipher)-1]^1), row, "code_cipher")
			},
			"a lost end": func() (string, error) { return k.Open(cipher[:len(cipher)-1], row, "code_cipher") },
			"nothing":    func() (string, error) { return k.Open(nil, row, "code_cipher") },
			"something else": func() (string, error) {
				return k.Open([]byte("K7QX2M K7QX2M K7QX2M K7QX2M K7QX2M"), row, "code_cipher")
			},
			"the text itself": func() (string, error) { return k.Open([]byte(text), row, "code_cipher") },
		} {
			if got, err := open(); !errors.Is(err, sealed.ErrUnopened) || got != "" {
				t.Errorf("%s opened %.10q: %.10q, %v", name, text, got, err)
			}
		}
	}
	if bytes.Equal(seal(t, k, "K7QX2M", row, "code_cipher"), seal(t, k, "K7QX2M", row, "code_cipher")) {
		t.Error("the same text sealed twice looks the same, so that a dump shows who has the same code")
	}
}

func TestAKeysetIsReadBackFromItsFile(t *testing.T) {
	t.Parallel()
	k := made(t)
	cipher := seal(t, k, "K7QX2M", row, "code_cipher")
	again, err := sealed.Read(written(t, k))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open(cipher, row, "code_cipher"); err != nil || got != "K7QX2M" {
		t.Errorf("%q, %v", got, err)
	}
}

// rotated is the keyset with a new key as the primary.
func rotated(t *testing.T, k *sealed.Keys) *sealed.Keys {
	t.Helper()
	added, newest, err := k.Added()
	if err != nil {
		t.Fatal(err)
	}
	promoted, err := added.Promoted(newest)
	if err != nil {
		t.Fatal(err)
	}
	return promoted
}

func TestARotatedKeysetOpensWhatIsOldAndSealsAnew(t *testing.T) {
	t.Parallel()
	old := made(t)
	before := seal(t, old, "before", row, "code_cipher")
	rotated := rotated(t, old)
	after := seal(t, rotated, "after", row, "code_cipher")
	for want, cipher := range map[string][]byte{"before": before, "after": after} {
		if got, err := rotated.Open(cipher, row, "code_cipher"); err != nil || got != want {
			t.Errorf("after the rotation %q opened as %q, %v", want, got, err)
		}
	}
	if got, err := old.Open(after, row, "code_cipher"); !errors.Is(err, sealed.ErrUnopened) {
		t.Errorf("the old key opened what the new one should have sealed: %q, %v", got, err)
	}
	if got, err := old.Open(before, row, "code_cipher"); err != nil || got != "before" {
		t.Errorf("the rotation changed the keyset that it was made from: %q, %v", got, err)
	}
}

// What is no keyset is refused in words that repeat nothing of it: a keyset with a
// typing error in it is still a secret.
func TestWhatIsNoKeyset(t *testing.T) {
	t.Parallel()
	good := written(t, made(t))
	secret := keyMaterial(t, good)
	for name, text := range map[string][]byte{
		"nothing":         nil,
		"no JSON":         []byte("K7QX2M"),
		"an empty object": []byte("{}"),
		"half of one":     good[:len(good)-20],
		"a key of a kind that Tink does not know": bytes.Replace(good, []byte("AesGcmKey"), []byte("AesXyzKey"), 1),
		"a primary that is not there":             bytes.Replace(good, []byte(`"primaryKeyId":`), []byte(`"primaryKeyId":1`), 1),
		"key material that is no base64":          bytes.Replace(good, []byte(secret), []byte(secret[:len(secret)-4]+"!!!!"), 1),
		"key material that is cut short":          bytes.Replace(good, []byte(secret), []byte(secret[:len(secret)-8]), 1),
	} {
		if bytes.Equal(text, good) {
			t.Fatalf("%s: the test changed nothing", name)
		}
		k, err := sealed.Read(text)
		if err == nil {
			t.Errorf("%s was taken for a keyset: %v", name, k)
			continue
		}
		if strings.Contains(err.Error(), secret[:8]) || strings.Contains(err.Error(), "K7QX2M") {
			t.Errorf("%s: the error shows what it read: %v", name, err)
		}
		if !strings.Contains(err.Error(), "gatehouse keyset create") {
			t.Errorf("%s: the error does not say what to do: %v", name, err)
		}
	}
}

// keyMaterial is the secret part of a keyset's file.
func keyMaterial(t *testing.T, file []byte) string {
	t.Helper()
	var keyset struct {
		Key []struct{ KeyData struct{ Value string } }
	}
	if err := json.Unmarshal(file, &keyset); err != nil || len(keyset.Key) == 0 || len(keyset.Key[0].KeyData.Value) < 16 {
		t.Fatalf("no key material in the keyset that was made: %v", err)
	}
	return keyset.Key[0].KeyData.Value
}

func TestFingerprints(t *testing.T) {
	t.Parallel()
	k := made(t)
	mark := func(k *sealed.Keys, text string) string {
		t.Helper()
		f, err := k.Fingerprint(text)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	first := mark(k, "123456")
	if first == mark(k, "123457") || first == mark(made(t), "123456") {
		t.Error("another text or another keyset has the same fingerprint")
	}
	server, err := sealed.Read(written(t, k))
	if err != nil {
		t.Fatal(err)
	}
	for name, same := range map[string]*sealed.Keys{"the same keyset": k, "another server": server, "the keyset after a rotation": rotated(t, k)} {
		if mark(same, "123456") != first {
			t.Errorf("%s does not know the fingerprint", name)
		}
	}
	if raw := keyMaterial(t, written(t, k)); strings.Contains(first, raw) || strings.Contains(first, "123456") {
		t.Error("the fingerprint shows what it is made of")
	}
}
