package certificate

import (
	"regexp"
	"slices"
	"strings"
)

// identifier is an object identifier in dotted form, as what is not known by a name
// is called.
var identifier = regexp.MustCompile(`^[0-2](\.[0-9]+)+$`)

// size is the bits of a key, as they stand behind the name of its algorithm.
var size = regexp.MustCompile(`^[1-9][0-9]{0,5}$`)

// SignatureAlgorithms are the names of the algorithms of signatures that are known,
// sorted.
func SignatureAlgorithms() []string {
	var names []string
	for _, known := range []map[string]string{signatureNames, pssNames} {
		for _, name := range known {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// IsSignatureAlgorithm reports whether Text.SignatureAlgorithm may say this.
func IsSignatureAlgorithm(name string) bool {
	return identifier.MatchString(name) || slices.Contains(SignatureAlgorithms(), name)
}

// IsKeyAlgorithm reports whether Text.KeyAlgorithm may say this: a known algorithm,
// with a size or a curve where it comes in these, or an identifier.
func IsKeyAlgorithm(name string) bool {
	if identifier.MatchString(name) {
		return true
	}
	for _, known := range keyNames {
		if known == name {
			return true
		}
		of, ok := strings.CutPrefix(name, known+"_")
		if !ok {
			continue
		}
		switch known {
		case "RSA", "RSA_PSS", "RSA_OAEP", "DSA", "DH":
			if size.MatchString(of) {
				return true
			}
		case "EC", "ECDH":
			if of == "EXPLICIT" || of == "UNKNOWN" || identifier.MatchString(of) {
				return true
			}
			for _, curve := range curveNames {
				if curve == of {
					return true
				}
			}
		}
	}
	return false
}
