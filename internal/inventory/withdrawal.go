package inventory

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/lib/pq"

	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// What people read of a revocation that its authority was not told of.
const (
	issuedElsewhere  = "It was not issued from here. Revoke it at its authority, too."
	authorityNotKept = "The built-in authority that issued it is no longer kept here, so no list of revoked certificates names it. Bring that authority's key back, or replace what trusts it."
)

// withdrawal is what a certificate's authority learns of its revocation, as its row
// says it at once.
type withdrawal struct {
	// reported: its authority has it.
	reported bool
	// trouble is why it has not; empty when nothing is wrong.
	trouble string
}

// withdrawals says of revoked certificates what their authorities learn, and sees
// to it: the lists of the built-in ones change when the aftermath settles, and a
// job tells an ACME authority. One that was not asked from here learns nothing. It
// reads by one statement, however many certificates there are.
func withdrawals(ctx context.Context, tx *store.Tx, after *aftermath, certificates []*lockedCertificate) ([]withdrawal, error) {
	kept, err := keptAuthorities(ctx, tx, certificates)
	if err != nil {
		return nil, err
	}
	all := make([]withdrawal, len(certificates))
	for n, c := range certificates {
		switch {
		case c.authority == nil:
			all[n].trouble = issuedElsewhere
		case *c.authority == lifecycle.IssuerACME && after.ordering == nil:
			all[n].trouble = noACME
		case *c.authority == lifecycle.IssuerACME:
			after.reports = append(after.reports, job.Work{Kind: ReportRevocationJob, Payload: reportWork{Certificate: c.id}, BusinessUnit: c.unit, Tries: neverEnds})
		case c.unread: // whoever reads its bytes changes its authority's list
			all[n].reported = true
		case kept[c.authorityKey]:
			all[n].reported = true
			after.withdrawn[c.authorityKey] = true
		default:
			all[n].trouble = authorityNotKept
			if c.authorityKey != "" {
				after.withdrawn[c.authorityKey] = false
			}
		}
	}
	return all, nil
}

// keptAuthorities are the built-in authorities of the certificates that are kept
// here, by the hex of their key identifiers. None is ever taken away.
func keptAuthorities(ctx context.Context, tx *store.Tx, certificates []*lockedCertificate) (map[string]bool, error) {
	kept := map[string]bool{}
	for _, c := range certificates {
		if c.authority != nil && *c.authority == lifecycle.IssuerBuiltIn && c.authorityKey != "" {
			kept[c.authorityKey] = false
		}
	}
	if len(kept) == 0 {
		return kept, nil
	}
	found, err := readAll(ctx, tx, `SELECT r.authority_key_id FROM revocation_lists r WHERE r.authority_key_id = ANY($1)`,
		[]any{pq.Array(slices.Sorted(maps.Keys(kept)))}, nil, func(key *string) []any { return []any{key} })
	if err != nil {
		return nil, fmt.Errorf("read which authorities are kept here: %w", err)
	}
	for _, key := range found {
		kept[*key] = true
	}
	return kept, nil
}

// heldOrFreed has the list of the certificate's authority name it as on hold, or no
// longer. One whose bytes were not read is seen to by whoever reads them.
func (a *aftermath) heldOrFreed(c *lockedCertificate) {
	if c.authority != nil && *c.authority == lifecycle.IssuerBuiltIn && c.authorityKey != "" {
		a.withdrawn[c.authorityKey] = true
	}
}

// report enqueues the jobs that tell authorities of others.
func (a *aftermath) report(ctx context.Context, tx *store.Tx) error {
	if len(a.reports) == 0 {
		return nil
	}
	_, err := a.ordering.Enqueue(ctx, tx, a.reports...)
	a.reports = nil
	return err
}

// withdraw changes the lists of the built-in authorities. One that was not kept
// here a moment ago, and now is, has certificates that say the contrary: then the
// transaction looks again.
func (a *aftermath) withdraw(ctx context.Context, tx *store.Tx) error {
	kept, err := raiseRevocations(ctx, tx, slices.Sorted(maps.Keys(a.withdrawn)))
	if err != nil {
		return err
	}
	for key := range kept {
		if !a.withdrawn[key] {
			return store.ErrAgain
		}
	}
	clear(a.withdrawn)
	return nil
}
