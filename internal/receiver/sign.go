package receiver

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// secretPrefix begins a secret of the specification's symmetric scheme; behind it
// stands the key in base64.
const secretPrefix = "whsec_"

// secretSize is a key's size in bytes; the specification asks for 24 to 64.
const secretSize = 32

// NewSecret makes a random secret.
func NewSecret() string {
	key := make([]byte, secretSize)
	_, _ = rand.Read(key) // it never fails; the program ends instead
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

var errNoSecret = errors.New("receiver: the secret is not whsec_ and a key in base64")

// Sign is the header webhook-signature: HMAC-SHA256 over id, timestamp and body,
// with dots between them.
func Sign(secret, id string, at time.Time, body string) (string, error) {
	encoded, prefixed := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !prefixed || len(key) == 0 {
		return "", errNoSecret // the decoder's own error repeats a piece of it
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "." + body))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
