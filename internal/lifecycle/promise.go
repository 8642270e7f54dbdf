package lifecycle

// Promise is what an enrollment was promised when it was made: the profile's
// rules as they were then. A later change of the profile does not touch it.
// The number of approvals and of allowed attempts stand beside it as columns.
// Durations are whole seconds.
type Promise struct {
	CodeLength           int          `json:"codeLength"`
	CodeAlphabet         CodeAlphabet `json:"codeAlphabet"`
	ExpirySeconds        int64        `json:"expirySeconds"`
	PickupSeconds        int64        `json:"pickupSeconds"`
	ValiditySeconds      int64        `json:"validitySeconds"`
	RenewalWindowSeconds int64        `json:"renewalWindowSeconds"`
	AllowedKeys          []string     `json:"allowedKeys"`
	SubjectTemplate      string       `json:"subjectTemplate"`
	AllowedSANs          []string     `json:"allowedSans"`
	// Issuer is which certificate authority is asked. Empty on enrollments that were
	// made before profiles named one: UsualIssuer is meant.
	Issuer Issuer `json:"issuer,omitempty"`
	// KeyUsages and ExtendedKeyUsages of the certificate; none: those usual for the
	// key and for the seat type.
	KeyUsages         []string `json:"keyUsages,omitempty"`
	ExtendedKeyUsages []string `json:"extendedKeyUsages,omitempty"`

	MailCode       bool     `json:"mailCode"`
	MailRequester  bool     `json:"mailRequester"`
	ApproverEmails []string `json:"approverEmails"`
	ManagerEmails  []string `json:"managerEmails"`
}

// RequestNames is what a request asks the certificate to say: of a CSR what it
// says itself, without one what the requester typed. Approvers see it; the
// certificate may say nothing else.
type RequestNames struct {
	// Subject is the distinguished name as RFC 4514 writes it.
	Subject        string   `json:"subject"`
	DNSNames       []string `json:"dnsNames,omitempty"`
	EmailAddresses []string `json:"emailAddresses,omitempty"`
	IPAddresses    []string `json:"ipAddresses,omitempty"`
	URIs           []string `json:"uris,omitempty"`
	// Key is the kind of the public key, such as RSA_3072 or EC_P256; empty
	// while there is no CSR.
	Key string `json:"key,omitempty"`
	// KeySHA256 is the hex SHA-256 of the SubjectPublicKeyInfo (RFC 7469 section 2.4 uses the same).
	KeySHA256 string `json:"keySha256,omitempty"`
	// SignatureAlgorithm signs the CSR itself.
	SignatureAlgorithm string `json:"signatureAlgorithm,omitempty"`
}
