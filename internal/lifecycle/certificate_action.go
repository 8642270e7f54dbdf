package lifecycle

import "io"

// CertificateAction is one thing that can be done with a certificate. Package audit
// has the words of the entries.
type CertificateAction string

// The actions that people take.
const (
	// CertificateActRenew: ask for its successor.
	CertificateActRenew CertificateAction = "RENEW"
	// CertificateActRevoke: end it for good.
	CertificateActRevoke CertificateAction = "REVOKE"
	// CertificateActSuspend: put it on hold.
	CertificateActSuspend CertificateAction = "SUSPEND"
	// CertificateActResume: take it off hold.
	CertificateActResume CertificateAction = "RESUME"
	// CertificateActViewAuditTrail: read its audit entries.
	CertificateActViewAuditTrail CertificateAction = "VIEW_AUDIT_TRAIL"
)

// CertificateActExpire is the move that nobody asks for by name: its notAfter
// passed. It is a row of the table, and no value of the GraphQL enum.
const CertificateActExpire CertificateAction = "EXPIRE"

// CertificateActions lists the values of the GraphQL enum, in the table's order.
var CertificateActions = []CertificateAction{CertificateActRenew, CertificateActRevoke, CertificateActSuspend, CertificateActResume, CertificateActViewAuditTrail}

// MarshalGQL writes the value as a GraphQL enum value.
func (v CertificateAction) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *CertificateAction) UnmarshalGQL(x any) error { return readEnum(x, v, CertificateActions) }

// CertificateNames are the subject alternative names of a certificate, as it
// writes them; of kinds that are not listed, none.
type CertificateNames struct {
	DNSNames       []string `json:"dnsNames,omitempty"`
	EmailAddresses []string `json:"emailAddresses,omitempty"`
	IPAddresses    []string `json:"ipAddresses,omitempty"`
	URIs           []string `json:"uris,omitempty"`
}
