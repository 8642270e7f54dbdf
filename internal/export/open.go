package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// errNoLink is the one no to whatever is wrong with a link, so that it tells nothing.
func errNoLink() *refusal.Refusal {
	return refusal.New(refusal.NotFound, "There is nothing to download by this link: it is not whole, or its ten minutes are over. Make a new one by createExport.")
}

// Open finds what a link leads to, by its id and its secret, and returns a context
// with the rights of who made it: whoever has the link has these. It refuses with
// NOT_FOUND a link that is not there, has another secret, or has ended, in the same
// words.
func (es *Exports) Open(ctx context.Context, one id.ID, secret string) (context.Context, Content, error) {
	ctx = es.store.Pin(ctx)
	var hash, actor, content []byte
	var until time.Time
	rows, err := es.store.Read().Query(ctx, `SELECT x.secret_hash, x.actor, x.content, x.expires_at FROM exports x WHERE x.id = $1`, one.UUID)
	if err != nil {
		return ctx, Content{}, fmt.Errorf("find a link: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if one.Kind != id.Export || !rows.Next() {
		if err := rows.Err(); err != nil {
			return ctx, Content{}, fmt.Errorf("find a link: %w", err)
		}
		return ctx, Content{}, errNoLink()
	}
	if err := rows.Scan(&hash, &actor, &content, &until); err != nil {
		return ctx, Content{}, fmt.Errorf("read a link: %w", err)
	}
	given := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(hash, given[:]) != 1 || !es.store.Now(ctx).Before(until) {
		return ctx, Content{}, errNoLink()
	}
	maker, err := viewer.Recall(actor)
	if err != nil {
		return ctx, Content{}, fmt.Errorf("read whose link %s is: %w", one, err)
	}
	var c Content
	strict := json.NewDecoder(bytes.NewReader(content))
	strict.DisallowUnknownFields() // a filter that this version does not know must not be left out
	if err := strict.Decode(&c); err != nil {
		return ctx, Content{}, fmt.Errorf("read what the link %s leads to: %w", one, err)
	}
	return viewer.With(ctx, maker), c, nil
}
