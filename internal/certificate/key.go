package certificate

import "fmt"

// keyNames are the algorithms of public keys, as KeyKind writes those that
// enrollments may have. Those that come in sizes have the size behind it.
var keyNames = map[string]string{
	"1.2.840.113549.1.1.1": "RSA", "2.5.8.1.1": "RSA", "1.2.840.113549.1.1.10": "RSA_PSS", "1.2.840.113549.1.1.7": "RSA_OAEP",
	"1.2.840.10040.4.1": "DSA", "1.2.840.10040.4.3": "DSA", "1.3.14.3.2.12": "DSA", "1.3.14.3.2.27": "DSA", "1.2.840.113549.1.3.1": "DH", "1.2.840.10046.2.1": "DH",
	"1.2.840.10045.2.1": "EC", "1.3.132.1.12": "ECDH",
	"1.3.101.110": "X25519", "1.3.101.111": "X448", "1.3.101.112": "ED25519", "1.3.101.113": "ED448",
	"2.16.840.1.101.3.4.3.17": "ML_DSA_44", "2.16.840.1.101.3.4.3.18": "ML_DSA_65", "2.16.840.1.101.3.4.3.19": "ML_DSA_87",
	"2.16.840.1.101.3.4.4.1": "ML_KEM_512", "2.16.840.1.101.3.4.4.2": "ML_KEM_768", "2.16.840.1.101.3.4.4.3": "ML_KEM_1024",
}

// curveNames are the named curves.
var curveNames = map[string]string{
	"1.2.840.10045.3.1.7": "P256", "1.3.132.0.34": "P384", "1.3.132.0.35": "P521", "1.3.132.0.33": "P224", "1.2.840.10045.3.1.1": "P192", "1.3.132.0.10": "SECP256K1",
	"1.3.36.3.3.2.8.1.1.1": "BRAINPOOLP160R1", "1.3.36.3.3.2.8.1.1.3": "BRAINPOOLP192R1", "1.3.36.3.3.2.8.1.1.5": "BRAINPOOLP224R1",
	"1.3.36.3.3.2.8.1.1.7": "BRAINPOOLP256R1", "1.3.36.3.3.2.8.1.1.8": "BRAINPOOLP256T1", "1.3.36.3.3.2.8.1.1.9": "BRAINPOOLP320R1",
	"1.3.36.3.3.2.8.1.1.11": "BRAINPOOLP384R1", "1.3.36.3.3.2.8.1.1.12": "BRAINPOOLP384T1", "1.3.36.3.3.2.8.1.1.13": "BRAINPOOLP512R1", "1.3.36.3.3.2.8.1.1.14": "BRAINPOOLP512T1",
	"1.3.132.0.1": "SECT163K1", "1.3.132.0.15": "SECT163R2", "1.3.132.0.26": "SECT233K1", "1.3.132.0.27": "SECT233R1", "1.3.132.0.16": "SECT283K1", "1.3.132.0.17": "SECT283R1",
	"1.3.132.0.36": "SECT409K1", "1.3.132.0.37": "SECT409R1", "1.3.132.0.38": "SECT571K1", "1.3.132.0.39": "SECT571R1", "1.2.156.10197.1.301": "SM2",
}

// keyAlgorithm names a SubjectPublicKeyInfo. A key that cannot be read, of an
// algorithm that has sizes, is named without one; an algorithm that is not known,
// by its dotted identifier.
func keyAlgorithm(e element) (string, error) {
	r := e.inside()
	id, err := r.want(tagSequence, "the public key's algorithm")
	if err != nil {
		return "", err
	}
	oid, parameters, err := algorithm(id)
	if err != nil {
		return "", err
	}
	key, err := r.want(tagBitString, "the public key")
	if err == nil {
		err = r.done("the public key")
	}
	if err == nil {
		err = bitString(key)
	}
	if err != nil {
		return "", err
	}
	name, known := keyNames[oid]
	size := 0
	switch name {
	case "RSA", "RSA_PSS", "RSA_OAEP":
		content := key.inside()
		content.at++ // behind the count of bits that do not count
		size = firstNumber(content)
	case "DSA", "DH":
		if parameters.tag == tagSequence {
			size = numberIn(parameters.inside())
		}
	case "EC", "ECDH":
		return name + "_" + curve(parameters), nil
	}
	switch {
	case !known:
		return oid, nil
	case size > 0:
		return fmt.Sprintf("%s_%d", name, size), nil
	}
	return name, nil
}

// firstNumber is the length in bits of the first number of a SEQUENCE: an RSA key's
// modulus. 0 when there is none.
func firstNumber(r reader) int {
	list, err := r.want(tagSequence, "the numbers of the key")
	if err != nil {
		return 0
	}
	return numberIn(list.inside())
}

func numberIn(r reader) int {
	n, err := r.want(tagInteger, "a number")
	if err != nil {
		return 0
	}
	return bitLength(n)
}

// curve names the curve of a key: one that is written out, number by number, is
// none of the known ones, whatever its numbers are.
func curve(parameters element) string {
	switch parameters.tag {
	case tagObjectID:
		oid, err := objectID(parameters)
		if err != nil {
			return "UNKNOWN"
		}
		if name, ok := curveNames[oid]; ok {
			return name
		}
		return oid
	case tagSequence:
		return "EXPLICIT"
	}
	return "UNKNOWN"
}
