package inventory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

const (
	// listLife is how long a list of revoked certificates may be used by who got it. One
	// that nobody has touched is signed anew at half of it, so that a day on which no
	// server runs breaks nothing.
	listLife = 7 * 24 * time.Hour
	// listedAfter is how long a certificate stays on the lists after its own end: RFC
	// 5280 section 3.3 asks for one regular list beyond it.
	listedAfter = listLife + 24*time.Hour
)

// lister signs lists of revoked certificates: the built-in authority, or a former
// one, whose key is this server's.
type lister interface {
	KeyID() string
	SignsLists() bool
	RevocationList(number int64, thisUpdate, nextUpdate time.Time, entries []issuer.ListEntry) ([]byte, error)
}

// listersOf are those of the options.
func listersOf(o Options) (all []lister) {
	if l, is := o.Issuers[lifecycle.IssuerBuiltIn].(lister); is {
		all = append(all, l)
	}
	for _, former := range o.Former {
		all = append(all, former)
	}
	return all
}

// SignRevocationLists signs the built-in authority's list of revoked certificates
// anew, and those of former ones, as the system, where certificates were revoked,
// suspended or resumed since the last one, where half of that one's life is over, or
// where there is none. It does nothing for an authority whose key this server does
// not have, that was not announced (AnnounceAuthority), or that may not sign lists.
//
// The row of the list stays locked from reading the certificates to writing the
// list. So of servers that sign at once one does, the others find it done, and the
// numbers rise by one; and who revokes meanwhile raises the row's changes after it,
// and finds the certificate on the next list.
func (i *Inventory) SignRevocationLists(ctx context.Context) error {
	var errs []error
	for _, authority := range i.listers {
		if authority.SignsLists() {
			errs = append(errs, i.signRevocationList(ctx, authority))
		}
	}
	return errors.Join(errs...)
}

// signRevocationList signs that of one authority, in one transaction.
func (i *Inventory) signRevocationList(ctx context.Context, authority lister) error {
	ctx = viewer.With(ctx, viewer.TheSystem())
	_, err := i.store.Do(ctx, store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		last, err := dueList(ctx, tx, authority.KeyID())
		if err != nil || last == nil {
			return store.Outcome{}, err
		}
		return store.Outcome{}, last.sign(ctx, tx, authority)
	})
	if err != nil {
		return fmt.Errorf("sign the list of revoked certificates of authority %s: %w", authority.KeyID(), err)
	}
	return nil
}

// signedList is the last list of an authority, locked.
type signedList struct {
	id         uuid.UUID
	number     int64
	thisUpdate *time.Time
}

// dueList locks the last list of an authority if there is to be another; else nil. One
// that begins later than clocks may differ is of a server whose clock was wrong: nobody
// can use it yet, so that another takes its place.
func dueList(ctx context.Context, tx *store.Tx, keyID string) (*signedList, error) {
	found, err := readAll(ctx, tx, `SELECT r.id, r.number, r.this_update FROM revocation_lists r
WHERE r.authority_key_id = $1 AND (r.changes <> r.signed_changes OR r.number = 0 OR r.this_update <= $2 OR r.this_update > $3) FOR UPDATE`,
		[]any{keyID, tx.Now().Add(-listLife / 2), tx.Now().Add(clockSkew)}, nil, func(l *signedList) []any { return []any{&l.id, &l.number, &l.thisUpdate} })
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// sign signs and keeps the list after this one. The clocks of servers differ a little: a
// list is not older than the one before it, unless that was of a clock that was wrong.
func (l *signedList) sign(ctx context.Context, tx *store.Tx, authority lister) error {
	entries, err := listEntries(ctx, tx, authority.KeyID())
	if err != nil {
		return err
	}
	from := tx.Now().UTC().Truncate(time.Second)
	if l.thisUpdate != nil && from.Before(*l.thisUpdate) && l.thisUpdate.Sub(from) <= clockSkew {
		from = l.thisUpdate.UTC()
	}
	until := from.Add(listLife)
	der, err := authority.RevocationList(l.number+1, from, until, entries)
	if err != nil {
		return err
	}
	written, err := guarded(ctx, tx, `UPDATE revocation_lists SET number = number + 1, signed_changes = changes, this_update = $3, next_update = $4, der = $5
WHERE id = $1 AND number = $2 RETURNING id`, l.id, l.number, from, until, der)
	if err == nil && !written {
		err = errors.New("another one was signed under its lock")
	}
	return err
}

// listEntries are the certificates that an authority's list names: those that it
// issued here and that are revoked or on hold, until some days after their end.
func listEntries(ctx context.Context, tx *store.Tx, keyID string) ([]issuer.ListEntry, error) {
	found, err := readAll(ctx, tx, `SELECT c.serial, `+withdrawnColumns+` FROM certificates c
WHERE c.authority = 'BUILT_IN' AND c.authority_key_id = $1 AND (c.revoked_at IS NOT NULL OR c.suspended_at IS NOT NULL) AND c.not_after > $2
ORDER BY c.not_after, c.id`, []any{keyID, tx.Now().Add(-listedAfter)}, nil, func(w *withdrawn) []any { return append([]any{&w.serial}, w.into()...) })
	if err != nil {
		return nil, fmt.Errorf("read which certificates are revoked: %w", err)
	}
	entries := make([]issuer.ListEntry, 0, len(found))
	for _, w := range found {
		if revoked := w.revoked(); revoked != nil {
			entries = append(entries, issuer.ListEntry{Serial: w.serial, Revoked: *revoked})
		}
	}
	return entries, nil
}
