package certificate

import (
	"crypto/x509"
	"math/big"
)

// maxSerial bounds a serial number, in bytes. RFC 5280 allows 20; what is kept has
// to fit an index.
const maxSerial = 512

// integer reads an INTEGER (X.690 section 8.3), which has one form only.
func integer(e element) (*big.Int, error) {
	b := e.bytes()
	if len(b) == 0 {
		return nil, malformed(e.at(), "an INTEGER is empty")
	}
	if len(b) > 1 && (b[0] == 0 && b[1] < 0x80 || b[0] == 0xff && b[1] >= 0x80) {
		return nil, malformed(e.at(), "an INTEGER is filled up in front")
	}
	n := new(big.Int).SetBytes(b)
	if b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(b))*8))
	}
	return n, nil
}

func serialText(e element) (string, error) {
	if n := len(e.bytes()); n > maxSerial {
		return "", malformed(e.at(), "the serial number has %d bytes; up to %d are read", n, maxSerial)
	}
	n, err := integer(e)
	if err != nil {
		return "", err
	}
	return n.Text(16), nil
}

// bitString checks a BIT STRING (X.690 section 8.6): its first byte says how many
// bits of its last do not count.
func bitString(e element) error {
	if b := e.bytes(); len(b) == 0 || b[0] > 7 || b[0] > 0 && len(b) == 1 {
		return malformed(e.at(), "a BIT STRING does not say how many bits of its last byte count")
	}
	return nil
}

// maxObjectID bounds an OBJECT IDENTIFIER, in bytes; real ones have a dozen.
const maxObjectID = 128

// objectID writes an OBJECT IDENTIFIER (X.690 section 8.19) in dotted form.
func objectID(e element) (string, error) {
	var id x509.OID
	if err := id.UnmarshalBinary(e.bytes()); err != nil || len(e.bytes()) > maxObjectID {
		return "", malformed(e.at(), "an OBJECT IDENTIFIER is malformed, or has more than %d bytes", maxObjectID)
	}
	return id.String(), nil
}

// bitLength is of the number that an INTEGER's bytes are; 0 for a negative one.
func bitLength(e element) int {
	n, err := integer(e)
	if err != nil || n.Sign() < 0 {
		return 0
	}
	return n.BitLen()
}

// algorithm reads an AlgorithmIdentifier: its identifier, and the parameters that
// may follow.
func algorithm(e element) (oid string, parameters element, err error) {
	r := e.inside()
	id, err := r.want(tagObjectID, "the algorithm's identifier")
	if err != nil {
		return "", parameters, err
	}
	if oid, err = objectID(id); err != nil || r.empty() {
		return oid, parameters, err
	}
	if parameters, err = r.any("the algorithm's parameters"); err != nil {
		return "", parameters, err
	}
	return oid, parameters, r.done("the algorithm")
}
