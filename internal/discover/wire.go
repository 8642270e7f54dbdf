package discover

import (
	"bytes"
	"net"

	"golang.org/x/crypto/cryptobyte"
)

// recorder keeps what a host says. Up to TLS 1.2 the certificates are in it in the
// clear, so that they are there even where Go refuses to read them: a serial below
// zero, an RSA key of enormous size, an unknown kind of key.
type recorder struct {
	net.Conn
	heard []byte
}

// mostHeard is more than any host says up to its certificates.
const mostHeard = 512 << 10

// Read reads on and keeps it.
func (r *recorder) Read(into []byte) (int, error) {
	n, err := r.Conn.Read(into)
	r.heard = append(r.heard, into[:min(n, mostHeard-len(r.heard))]...)
	return n, err
}

// The numbers of RFC 5246.
const (
	recordHandshake    = 22
	messageCertificate = 11
)

// certificates are those of the host's Certificate message; none when it was not
// sent, was cut off, or stands behind the beginning of encryption.
func (r *recorder) certificates() [][]byte {
	var messages []byte
	for records := cryptobyte.String(r.heard); ; {
		var kind uint8
		var version uint16
		var fragment cryptobyte.String
		if !records.ReadUint8(&kind) || kind != recordHandshake || !records.ReadUint16(&version) || !records.ReadUint16LengthPrefixed(&fragment) {
			break
		}
		messages = append(messages, fragment...)
	}
	for rest := cryptobyte.String(messages); ; {
		var kind uint8
		var body, list cryptobyte.String
		switch {
		case !rest.ReadUint8(&kind) || !rest.ReadUint24LengthPrefixed(&body):
			return nil
		case kind != messageCertificate:
			continue
		case !body.ReadUint24LengthPrefixed(&list):
			return nil
		}
		var shown [][]byte
		for !list.Empty() {
			var der cryptobyte.String
			if !list.ReadUint24LengthPrefixed(&der) {
				return nil
			}
			shown = append(shown, bytes.Clone(der))
		}
		return shown
	}
}
