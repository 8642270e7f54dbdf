package issuer

import (
	"time"

	"gatehouse/internal/lifecycle"
)

// Revoked says that a certificate counts no more, or not now.
type Revoked struct {
	// At is since when.
	At time.Time
	// Reason is why; empty: it is on hold, and may count again.
	Reason lifecycle.RevocationReason
}

// certificateHold is the code of a certificate on hold, which is no reason to revoke
// one here but a suspension.
const certificateHold = 6

// reasonCodes are the codes of RFC 5280 section 5.3.1.
var reasonCodes = map[lifecycle.RevocationReason]int{
	lifecycle.RevokedUnspecified:          0,
	lifecycle.RevokedKeyCompromise:        1,
	lifecycle.RevokedCACompromise:         2,
	lifecycle.RevokedAffiliationChanged:   3,
	lifecycle.RevokedSuperseded:           4,
	lifecycle.RevokedCessationOfOperation: 5,
	"":                                    certificateHold,
	lifecycle.RevokedPrivilegeWithdrawn:   9,
	lifecycle.RevokedAACompromise:         10,
}

// code is the reason's, which lists and answers leave out where it is 0, unspecified
// (RFC 5280 section 5.3.1).
func (r Revoked) code() int { return reasonCodes[r.Reason] }
