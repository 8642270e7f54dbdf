package inventory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/issuer"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// ACMEStore keeps for all servers what an ACME authority is to know them by: the
// account with it, its key sealed, and the answers to its challenges. It writes as
// the system, and leaves no audit entry: no person's thing changes.
type ACMEStore struct {
	store *store.Store
	keys  *sealed.Keys
}

var (
	_ issuer.Accounts   = (*ACMEStore)(nil)
	_ issuer.Challenges = (*ACMEStore)(nil)
)

// NewACMEStore keeps them in a store, sealed by the keys.
func NewACMEStore(s *store.Store, keys *sealed.Keys) *ACMEStore {
	return &ACMEStore{store: s, keys: keys}
}

// challengesStay is how long an answer is kept that a crash left behind.
const challengesStay = 7 * 24 * time.Hour

// acmeKeyColumn is the column that the account's key is sealed to.
const acmeKeyColumn = "key_cipher"

// Load is the account with a directory; false when there is none.
func (a *ACMEStore) Load(ctx context.Context, directory string) (issuer.ACMEAccount, bool, error) {
	return a.load(ctx, a.store.Read(), directory)
}

func (a *ACMEStore) load(ctx context.Context, q querier, directory string) (issuer.ACMEAccount, bool, error) {
	type row struct {
		id       uuid.UUID
		location string
		cipher   []byte
	}
	found, err := readAll(ctx, q, `SELECT a.id, a.location, a.key_cipher FROM acme_accounts a WHERE a.directory = $1`, []any{directory}, nil,
		func(r *row) []any { return []any{&r.id, &r.location, &r.cipher} })
	if err != nil || len(found) == 0 {
		return issuer.ACMEAccount{}, false, err
	}
	key, err := a.keys.Open(found[0].cipher, found[0].id, acmeKeyColumn)
	if err != nil {
		return issuer.ACMEAccount{}, false, fmt.Errorf("open the key of the ACME account %s: %w", found[0].id, err)
	}
	return issuer.ACMEAccount{Directory: directory, Location: found[0].location, Key: []byte(key)}, true, nil
}

// Add keeps an account unless its directory has one, and returns the kept one.
func (a *ACMEStore) Add(ctx context.Context, account issuer.ACMEAccount) (kept issuer.ACMEAccount, err error) {
	row, err := uuid.NewV7()
	if err != nil {
		return kept, fmt.Errorf("make an id for an ACME account: %w", err)
	}
	cipher, err := a.keys.Seal(string(account.Key), row, acmeKeyColumn)
	if err != nil {
		return kept, fmt.Errorf("seal the key of an ACME account: %w", err)
	}
	err = a.do(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := guarded(ctx, tx, `INSERT INTO acme_accounts (id, directory, location, key_cipher, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (directory) DO NOTHING RETURNING id`, row, account.Directory, account.Location, cipher, tx.Now()); err != nil {
			return err
		}
		var found bool
		if kept, found, err = a.load(ctx, tx, account.Directory); err == nil && !found {
			err = errors.New("it is not there")
		}
		return err
	})
	if err != nil {
		return issuer.ACMEAccount{}, fmt.Errorf("keep the ACME account with %s: %w", account.Directory, err)
	}
	return kept, nil
}

// Locate writes down by what URL the authority knows the account.
func (a *ACMEStore) Locate(ctx context.Context, directory, location string) error {
	return a.do(ctx, func(ctx context.Context, tx *store.Tx) error {
		there, err := guarded(ctx, tx, `UPDATE acme_accounts SET location = $2 WHERE directory = $1 RETURNING id`, directory, location)
		if err == nil && !there {
			err = fmt.Errorf("there is no ACME account with %s", directory)
		}
		return err
	})
}

// Put keeps an answer until it is taken away, and forgets what crashes have left.
func (a *ACMEStore) Put(ctx context.Context, token, keyAuthorization string) error {
	row, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an id for an ACME challenge: %w", err)
	}
	return a.do(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := guarded(ctx, tx, `DELETE FROM acme_challenges WHERE created_at < $1 RETURNING id`, tx.Now().Add(-challengesStay)); err != nil {
			return err
		}
		_, err := guarded(ctx, tx, `INSERT INTO acme_challenges (id, token, key_authorization, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (token) DO UPDATE SET key_authorization = EXCLUDED.key_authorization RETURNING id`, row, token, keyAuthorization, tx.Now())
		return err
	})
}

// Get is the answer for a token; false when there is none.
func (a *ACMEStore) Get(ctx context.Context, token string) (string, bool, error) {
	found, err := readAll(ctx, a.store.Read(), `SELECT c.key_authorization FROM acme_challenges c WHERE c.token = $1`, []any{token}, nil,
		func(s *string) []any { return []any{s} })
	if err != nil || len(found) == 0 {
		return "", false, err
	}
	return *found[0], true, nil
}

// Delete takes an answer away.
func (a *ACMEStore) Delete(ctx context.Context, token string) error {
	return a.do(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := guarded(ctx, tx, `DELETE FROM acme_challenges WHERE token = $1 RETURNING id`, token)
		return err
	})
}

// do writes as the system, in one transaction.
func (a *ACMEStore) do(ctx context.Context, write func(context.Context, *store.Tx) error) error {
	_, err := a.store.Do(viewer.With(ctx, viewer.TheSystem()), store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		return store.Outcome{}, write(ctx, tx)
	})
	return err
}
