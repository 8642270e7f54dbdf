package inventory

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// resealBatch bounds how many enrollments one transaction looks at, so that none
// holds its locks for long.
const resealBatch = 1000

// Resealed is what came of one batch.
type Resealed struct {
	// Anew counts the enrollments with a code or a secret that an older key had
	// sealed.
	Anew int
	// Unopened are the texts that no key of the keyset opens; they stay as they are.
	Unopened []Unopened
}

// Unopened names a text that cannot be read any more.
type Unopened struct {
	Enrollment id.ID
	Column     string
}

// Reseal seals every code and secret of the enrollments with the primary key that
// an older key sealed, as the system, so that the older key can be dropped. It
// tells what came of each batch. It may be ended and begun again at any time, by
// several at once too: what the primary key sealed is passed over. What somebody
// writes meanwhile is never lost to it, and is itself sealed anew when a server
// that has not yet the new primary wrote it. Nothing but the ciphers changes, and
// no audit entry tells of it: what they hold is what they held.
func (i *Inventory) Reseal(ctx context.Context, told func(Resealed)) error {
	ctx = viewer.With(ctx, viewer.TheSystem())
	after := uuid.Nil
	for {
		batch, err := readAll(ctx, i.read, `SELECT e.id, e.code_cipher, e.token_cipher, e.pickup_cipher FROM enrollments e
WHERE e.id > $1 ORDER BY e.id LIMIT $2`, []any{after, resealBatch}, nil, (*sealedRow).into)
		if err != nil {
			return fmt.Errorf("read what is sealed after enrollment %s: %w", after, err)
		}
		if len(batch) == 0 {
			return nil
		}
		older, unopened, err := i.sealedByOlder(batch)
		if err != nil {
			return err
		}
		written, err := i.writeResealed(ctx, older)
		if err != nil {
			return fmt.Errorf("seal anew after enrollment %s: %w", after, err)
		}
		result := Resealed{Anew: written}
		if written == len(older) { // else somebody changed one meanwhile, and the batch is read again
			result.Unopened = unopened
			after = batch[len(batch)-1].id
		}
		told(result)
	}
}

// sealedColumns are the columns with ciphers, by the names that Seal binds texts to.
var sealedColumns = [...]string{"code_cipher", "token_cipher", "pickup_cipher"}

// ciphers are those of an enrollment, in the order of sealedColumns; nil where
// there is none.
type ciphers [len(sealedColumns)][]byte

// sealedRow is an enrollment with its ciphers, and with what they are to become.
type sealedRow struct {
	id        uuid.UUID
	was, anew ciphers
}

func (r *sealedRow) into() []any { return []any{&r.id, &r.was[0], &r.was[1], &r.was[2]} }

// sealedByOlder are the rows with something that an older key sealed, sealed anew
// in memory.
func (i *Inventory) sealedByOlder(batch []*sealedRow) (older []*sealedRow, unopened []Unopened, err error) {
	for _, row := range batch {
		row.anew = row.was
		found := false
		for n, cipher := range row.was {
			if cipher == nil {
				continue
			}
			anew, err := i.keys.Resealed(cipher, row.id, sealedColumns[n])
			switch {
			case errors.Is(err, sealed.ErrUnopened):
				unopened = append(unopened, Unopened{Enrollment: id.Of(id.Enrollment, row.id), Column: sealedColumns[n]})
			case err != nil:
				return nil, nil, fmt.Errorf("seal anew for enrollment %s: %w", row.id, err)
			case anew != nil:
				row.anew[n], found = anew, true
			}
		}
		if found {
			older = append(older, row)
		}
	}
	return older, unopened, nil
}

// writeResealed replaces the ciphers by one statement, and returns of how many
// rows they still were those that had been read; the other rows stay.
func (i *Inventory) writeResealed(ctx context.Context, older []*sealedRow) (written int, err error) {
	if len(older) == 0 {
		return 0, nil
	}
	ids := make([]string, len(older))
	var was, anew [len(sealedColumns)]pq.ByteaArray // nil arrives as an empty bytea
	for n, row := range older {
		ids[n] = row.id.String()
		for c := range sealedColumns {
			was[c], anew[c] = append(was[c], row.was[c]), append(anew[c], row.anew[c])
		}
	}
	_, err = i.store.Do(ctx, store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		written = 0
		found, err := tx.Guard(ctx, `UPDATE enrollments e SET code_cipher = NULLIF(v.code, ''), token_cipher = NULLIF(v.token, ''), pickup_cipher = NULLIF(v.pickup, '')
FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[])
  AS v(id, code_was, code, token_was, token, pickup_was, pickup)
WHERE e.id = v.id AND COALESCE(e.code_cipher, '') = v.code_was AND COALESCE(e.token_cipher, '') = v.token_was
  AND COALESCE(e.pickup_cipher, '') = v.pickup_was RETURNING e.id`, pq.Array(ids), was[0], anew[0], was[1], anew[1], was[2], anew[2])
		if err != nil {
			return store.Outcome{}, err
		}
		defer func() { _ = found.Close() }()
		for found.Next() {
			written++
		}
		return store.Outcome{}, found.Err()
	})
	return written, err
}
