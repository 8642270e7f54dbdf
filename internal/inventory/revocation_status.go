package inventory

import (
	"context"
	"fmt"
	"time"

	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
)

// withdrawn is what is written down of a certificate's revocation and suspension.
type withdrawn struct {
	serial                 string
	revokedAt, suspendedAt *time.Time
	reason                 *lifecycle.RevocationReason
}

// withdrawnColumns are its columns, under the alias c, in the order of into.
const withdrawnColumns = "c.revoked_at, c.revocation_reason, c.suspended_at"

func (w *withdrawn) into() []any { return []any{&w.revokedAt, &w.reason, &w.suspendedAt} }

// revoked is what its authority says of it; nil for one that counts, or that has
// expired without having been withdrawn. One that expired on hold stays on hold.
func (w *withdrawn) revoked() *issuer.Revoked {
	switch {
	case w.revokedAt != nil && w.reason != nil:
		return &issuer.Revoked{At: w.revokedAt.UTC(), Reason: *w.reason}
	case w.suspendedAt != nil:
		return &issuer.Revoked{At: w.suspendedAt.UTC()}
	}
	return nil
}

// KnownTo is what OCSP answers from: what is written down now of the certificates
// that the built-in authority with this key issued here, whoever's they are and
// however long ago they ended. Serial numbers and keys are in hex.
func (i *Inventory) KnownTo(keyID string) issuer.Known {
	return func(ctx context.Context, serial string) (issued bool, revoked *issuer.Revoked, err error) {
		found, err := readAll(ctx, i.read, `SELECT `+withdrawnColumns+` FROM certificates c
WHERE c.serial = $1 AND c.authority = 'BUILT_IN' AND c.authority_key_id = $2`, []any{serial, keyID}, nil, (*withdrawn).into)
		if err != nil {
			return false, nil, fmt.Errorf("read whether certificate %s of authority %s is revoked: %w", serial, keyID, err)
		}
		for _, w := range found { // one, unless something is wrong; then the worse counts
			if revoked = w.revoked(); revoked != nil {
				break
			}
		}
		return len(found) > 0, revoked, nil
	}
}
