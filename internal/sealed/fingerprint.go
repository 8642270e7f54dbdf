package sealed

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	tink "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// fingerprintUse keeps the key of fingerprints apart from every other use of the
// keyset (HKDF, RFC 5869 section 3.2).
const fingerprintUse = "gatehouse fingerprint"

// errNoFingerprint stands for Tink's own words, which may hold key material.
var errNoFingerprint = errors.New("sealed: this keyset gives no key for fingerprints")

// Fingerprint tells whether a secret text is the same as an earlier one, to whom
// holds the keyset and to nobody else. A bare hash would not do: there are a
// million codes of six digits, and a dump of the database tries them all.
//
// Its key is derived from the oldest key of the keyset, so that every server
// makes the same fingerprints before, while and after another key is added and
// made the primary. When the oldest key is removed they become others: what was
// kept before is then not recognised, and is never taken for what it is not.
func (k *Keys) Fingerprint(text string) (string, error) {
	var key oldest
	if err := insecurecleartextkeyset.Write(k.handle, &key); err != nil || len(key.material) == 0 {
		return "", errNoFingerprint
	}
	derived, err := hkdf.Key(sha256.New, key.material, nil, fingerprintUse, sha256.Size)
	if err != nil {
		return "", errNoFingerprint
	}
	mac := hmac.New(sha256.New, derived)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// oldest takes the material of a keyset's oldest key, where Tink would write the
// keyset to a file.
type oldest struct{ material []byte }

// Write takes the first key that has any: one that Tink's own tool has destroyed
// keeps its place and has none, and an empty secret is no secret.
func (o *oldest) Write(all *tink.Keyset) error {
	for _, key := range all.GetKey() {
		if o.material = key.GetKeyData().GetValue(); len(o.material) > 0 {
			return nil
		}
	}
	return errNoFingerprint
}

// WriteEncrypted is not for a keyset in the clear.
func (o *oldest) WriteEncrypted(*tink.EncryptedKeyset) error { return errNoFingerprint }
