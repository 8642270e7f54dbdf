package certificate

// pssAlgorithm is RSASSA-PSS, whose hash stands in its parameters.
const pssAlgorithm = "1.2.840.113549.1.1.10"

// signatureNames are the algorithms of signatures; those that crypto/x509 knows, in
// its words.
var signatureNames = map[string]string{
	"1.2.840.113549.1.1.2": "MD2-RSA", "1.2.840.113549.1.1.3": "MD4-RSA", "1.2.840.113549.1.1.4": "MD5-RSA", "1.3.14.3.2.3": "MD5-RSA", "1.3.36.3.3.1.2": "RIPEMD160-RSA",
	"1.2.840.113549.1.1.5": "SHA1-RSA", "1.3.14.3.2.29": "SHA1-RSA", "1.2.840.113549.1.1.14": "SHA224-RSA", "1.2.840.113549.1.1.11": "SHA256-RSA",
	"1.2.840.113549.1.1.12": "SHA384-RSA", "1.2.840.113549.1.1.13": "SHA512-RSA", "1.2.840.113549.1.1.15": "SHA512/224-RSA", "1.2.840.113549.1.1.16": "SHA512/256-RSA",
	"2.16.840.1.101.3.4.3.13": "SHA3-224-RSA", "2.16.840.1.101.3.4.3.14": "SHA3-256-RSA", "2.16.840.1.101.3.4.3.15": "SHA3-384-RSA", "2.16.840.1.101.3.4.3.16": "SHA3-512-RSA",
	"1.2.840.10040.4.3": "DSA-SHA1", "1.3.14.3.2.27": "DSA-SHA1", "2.16.840.1.101.3.4.3.1": "DSA-SHA224", "2.16.840.1.101.3.4.3.2": "DSA-SHA256", "2.16.840.1.101.3.4.3.3": "DSA-SHA384", "2.16.840.1.101.3.4.3.4": "DSA-SHA512",
	"1.2.840.10045.4.1": "ECDSA-SHA1", "1.2.840.10045.4.3.1": "ECDSA-SHA224", "1.2.840.10045.4.3.2": "ECDSA-SHA256", "1.2.840.10045.4.3.3": "ECDSA-SHA384", "1.2.840.10045.4.3.4": "ECDSA-SHA512",
	"1.3.101.112": "Ed25519", "1.3.101.113": "Ed448", "1.2.156.10197.1.501": "SM2-SM3",
	"2.16.840.1.101.3.4.3.17": "ML-DSA-44", "2.16.840.1.101.3.4.3.18": "ML-DSA-65", "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}

// pssNames are the hashes of RSASSA-PSS.
var pssNames = map[string]string{
	"1.3.14.3.2.26": "SHA1-RSAPSS", "2.16.840.1.101.3.4.2.4": "SHA224-RSAPSS", "2.16.840.1.101.3.4.2.1": "SHA256-RSAPSS", "2.16.840.1.101.3.4.2.2": "SHA384-RSAPSS", "2.16.840.1.101.3.4.2.3": "SHA512-RSAPSS",
}

// signatureAlgorithm names what a certificate was signed with: the algorithm that
// stands beside the signature, whatever the signed part says. One that is not known
// is named by its dotted identifier.
func signatureAlgorithm(e element) (string, error) {
	oid, parameters, err := algorithm(e)
	if err != nil {
		return "", err
	}
	if oid == pssAlgorithm {
		if name, ok := pssNames[pssHash(parameters)]; ok {
			return name, nil
		}
	}
	if name, ok := signatureNames[oid]; ok {
		return name, nil
	}
	return oid, nil
}

// pssHash is the identifier of the hash that parameters of RSASSA-PSS name (RFC 4055
// section 3.1), which is SHA-1 when they name none; empty when they cannot be read.
func pssHash(parameters element) string {
	if parameters.tag != tagSequence {
		return ""
	}
	inside := parameters.inside()
	if inside.next() != 0xa0 {
		return "1.3.14.3.2.26"
	}
	tagged, err := inside.any("the hash")
	if err != nil {
		return ""
	}
	content := tagged.inside()
	hash, err := content.want(tagSequence, "the hash")
	if err != nil {
		return ""
	}
	oid, _, err := algorithm(hash)
	if err != nil {
		return ""
	}
	return oid
}
