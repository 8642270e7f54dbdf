package inventory

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// resealBatch bounds how many rows one transaction looks at, so that none holds
// its locks for long.
const resealBatch = 1000

// Resealed is what came of one batch.
type Resealed struct {
	// Anew counts the rows with a code or a secret that an older key had sealed.
	Anew int
	// Unopened are the texts that no key of the keyset opens; they stay as they are.
	Unopened []Unopened
}

// Unopened names a text that cannot be read any more.
type Unopened struct {
	// Row is an enrollment's id, or says what else it is.
	Row    string
	Column string
}

// keeping is a table that keeps sealed texts, by the names of the columns that
// Seal binds them to.
type keeping struct {
	table   string
	columns []string
	// name is what a row is called.
	name func(uuid.UUID) string
}

// keepings are all such tables.
var keepings = []keeping{
	{"enrollments", []string{"code_cipher", "token_cipher", "pickup_cipher"}, func(row uuid.UUID) string { return id.Of(id.Enrollment, row).String() }},
	{"open_requests", []string{"token_cipher"}, func(row uuid.UUID) string { return "the unconfirmed request " + row.String() }},
	{"webhooks", []string{"secret_cipher"}, func(row uuid.UUID) string { return id.Of(id.Webhook, row).String() }},
	{"acme_accounts", []string{"key_cipher"}, func(row uuid.UUID) string { return "the ACME account " + row.String() }},
}

// Reseal seals every code and secret with the primary key that an older key
// sealed, as the system, so that the older key can be dropped. It tells what came
// of each batch. It may be ended and begun again at any time, by several at once
// too: what the primary key sealed is passed over. What somebody writes meanwhile
// is never lost to it, and is itself sealed anew when a server that has not yet
// the new primary wrote it. Nothing but the ciphers changes, and no audit entry
// tells of it: what they hold is what they held.
func (i *Inventory) Reseal(ctx context.Context, told func(Resealed)) error {
	ctx = viewer.With(ctx, viewer.TheSystem())
	for _, k := range keepings {
		if err := i.resealTable(ctx, k, told); err != nil {
			return err
		}
	}
	return nil
}

// resealTable walks over one table in the order of its ids.
func (i *Inventory) resealTable(ctx context.Context, k keeping, told func(Resealed)) error {
	after := uuid.Nil
	for {
		batch, err := readAll(ctx, i.read, "SELECT k.id, k."+strings.Join(k.columns, ", k.")+" FROM "+k.table+" k WHERE k.id > $1 ORDER BY k.id LIMIT $2",
			[]any{after, resealBatch}, nil, k.into)
		if err != nil {
			return fmt.Errorf("read what is sealed in %s after %s: %w", k.table, after, err)
		}
		if len(batch) == 0 {
			return nil
		}
		older, unopened, err := i.sealedByOlder(k, batch)
		if err != nil {
			return err
		}
		written, err := i.writeResealed(ctx, k, older)
		if err != nil {
			return fmt.Errorf("seal anew in %s after %s: %w", k.table, after, err)
		}
		result := Resealed{Anew: written}
		if written == len(older) { // else somebody changed one meanwhile, and the batch is read again
			result.Unopened = unopened
			after = batch[len(batch)-1].id
		}
		told(result)
	}
}

// sealedRow is a row with its ciphers, in the order of its table's columns, nil
// where there is none; and with what they are to become.
type sealedRow struct {
	id        uuid.UUID
	was, anew [][]byte
}

// into is where a row is read to.
func (k keeping) into(r *sealedRow) []any {
	r.was = make([][]byte, len(k.columns))
	into := []any{&r.id}
	for n := range r.was {
		into = append(into, &r.was[n])
	}
	return into
}

// sealedByOlder are the rows with something that an older key sealed, sealed anew
// in memory.
func (i *Inventory) sealedByOlder(k keeping, batch []*sealedRow) (older []*sealedRow, unopened []Unopened, err error) {
	for _, row := range batch {
		row.anew = append([][]byte(nil), row.was...)
		found := false
		for n, cipher := range row.was {
			if cipher == nil {
				continue
			}
			anew, err := i.keys.Resealed(cipher, row.id, k.columns[n])
			switch {
			case errors.Is(err, sealed.ErrUnopened):
				unopened = append(unopened, Unopened{Row: k.name(row.id), Column: k.columns[n]})
			case err != nil:
				return nil, nil, fmt.Errorf("seal anew for %s: %w", k.name(row.id), err)
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
func (i *Inventory) writeResealed(ctx context.Context, k keeping, older []*sealedRow) (written int, err error) {
	if len(older) == 0 {
		return 0, nil
	}
	statement, args := k.exchange(older)
	_, err = i.store.Do(ctx, store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		written = 0
		found, err := tx.Guard(ctx, statement, args...)
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

// exchange is the statement that puts new ciphers where the old ones still stand.
// No cipher arrives as an empty one, since an array of bytea has no NULLs here.
func (k keeping) exchange(older []*sealedRow) (statement string, args []any) {
	ids := make([]string, len(older))
	for n, row := range older {
		ids[n] = row.id.String()
	}
	sets, names, sources, guards := make([]string, len(k.columns)), make([]string, len(k.columns)), make([]string, len(k.columns)), make([]string, len(k.columns))
	args = append(args, pq.Array(ids))
	for c, column := range k.columns {
		var was, anew pq.ByteaArray
		for _, row := range older {
			was, anew = append(was, row.was[c]), append(anew, row.anew[c])
		}
		args = append(args, was, anew)
		sets[c] = fmt.Sprintf("%[1]s = NULLIF(v.%[1]s, '')", column)
		names[c] = fmt.Sprintf("%[1]s_was, %[1]s", column)
		sources[c] = fmt.Sprintf("$%d::bytea[], $%d::bytea[]", 2*c+2, 2*c+3)
		guards[c] = fmt.Sprintf("COALESCE(k.%[1]s, '') = v.%[1]s_was", column)
	}
	return fmt.Sprintf(`UPDATE %s k SET %s FROM unnest($1::uuid[], %s) AS v(id, %s) WHERE k.id = v.id AND %s RETURNING k.id`,
		k.table, strings.Join(sets, ", "), strings.Join(sources, ", "), strings.Join(names, ", "), strings.Join(guards, " AND ")), args
}
