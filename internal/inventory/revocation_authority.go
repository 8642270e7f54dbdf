package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// AnnounceAuthority has the built-in authority of this server known to all servers,
// as the system: by the hex of its key identifier and its own certificate in DER.
// From then on revocations of what it issued are published, and its certificate can
// be fetched, also after another key has taken its place. One that is known stays as
// it is.
func (i *Inventory) AnnounceAuthority(ctx context.Context, keyID string, der []byte) error {
	row, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an id for a certificate authority: %w", err)
	}
	_, err = i.store.Do(viewer.With(ctx, viewer.TheSystem()), store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		_, err := guarded(ctx, tx, `INSERT INTO revocation_lists (id, authority_key_id, authority, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (authority_key_id) DO NOTHING RETURNING id`, row, keyID, der, tx.Now())
		return store.Outcome{}, err
	})
	if err != nil {
		return fmt.Errorf("make the certificate authority %s known: %w", keyID, err)
	}
	return nil
}

// RevocationList is a signed list of revoked certificates.
type RevocationList struct {
	// Number rises by one from list to list.
	Number                 int64
	ThisUpdate, NextUpdate time.Time
	DER                    []byte
}

// RevocationList is the latest list of the authority with this key; nil while there
// is none, and for an authority that is not known.
func (i *Inventory) RevocationList(ctx context.Context, keyID string) (*RevocationList, error) {
	found, err := readAll(ctx, i.read, `SELECT r.number, r.this_update, r.next_update, r.der FROM revocation_lists r WHERE r.authority_key_id = $1 AND r.number > 0`,
		[]any{keyID}, nil, func(l *RevocationList) []any { return []any{&l.Number, &l.ThisUpdate, &l.NextUpdate, &l.DER} })
	if err != nil {
		return nil, fmt.Errorf("read the list of revoked certificates of authority %s: %w", keyID, err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	found[0].ThisUpdate, found[0].NextUpdate = found[0].ThisUpdate.UTC(), found[0].NextUpdate.UTC()
	return found[0], nil
}

// AuthorityCertificate is the own certificate, in DER, of the authority with this
// key, as it was when it was first announced; nil for one that is not known.
func (i *Inventory) AuthorityCertificate(ctx context.Context, keyID string) ([]byte, error) {
	found, err := readAll(ctx, i.read, `SELECT r.authority FROM revocation_lists r WHERE r.authority_key_id = $1`, []any{keyID}, nil,
		func(der *[]byte) []any { return []any{der} })
	if err != nil {
		return nil, fmt.Errorf("read the certificate of authority %s: %w", keyID, err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	return *found[0], nil
}
