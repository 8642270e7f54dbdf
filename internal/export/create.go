package export

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// Create makes a link by which whoever has it may download the content for ten
// minutes, with the rights that the viewer has now. A saved view is put into the list
// now, too: who changes it later changes no link. The secret is in the answer alone; a
// repeat with the same key finds the link without it.
//
// It refuses who may not see such things (FORBIDDEN), what makes no sense (INVALID), a
// saved view or job that is not there for the viewer (NOT_FOUND), and a search that
// finds too much for any list (SEARCH_TOO_BROAD).
func (es *Exports) Create(ctx context.Context, in CreateExportInput) (*Payload, error) {
	ctx = es.store.Pin(ctx)
	content := Content{List: in.List, Job: in.Job, Columns: in.Columns, Format: lifecycle.CSV}
	if in.Format != nil {
		content.Format = *in.Format
	}
	content, no, err := es.checked(ctx, content)
	if err != nil {
		return nil, err
	}
	one, secret := id.New(id.Export), rand.Text()
	out, err := es.store.Do(ctx, store.Cause{
		Mutation: "createExport", Action: audit.CreateExport, Resource: audit.Export, Key: in.IdempotencyKey, Input: in,
	}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no != nil {
			return store.Outcome{}, no
		}
		if err := keep(ctx, tx, one, secret, content); err != nil {
			return store.Outcome{}, err
		}
		changes, err := content.told()
		if err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: one.UUID, Changes: changes})
		return store.Done(one), nil
	})
	if err != nil {
		return nil, err
	}
	p := &Payload{UserErrors: errorsOf(out.Why()), Replayed: out.Replayed}
	for _, made := range out.IDs() {
		if p.Export, err = es.own(ctx, made); err != nil {
			return nil, err
		}
	}
	if p.Export != nil && !out.Replayed {
		url := es.publicURL + Path + one.String() + "?secret=" + secret
		p.Export.URL = &url
	}
	return p, nil
}

// keep writes the link's row.
func keep(ctx context.Context, tx *store.Tx, one id.ID, secret string, c Content) error {
	actor, err := viewer.Keep(tx.Viewer())
	if err != nil {
		return err
	}
	content, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("keep what is exported: %w", err)
	}
	v, hash := tx.Viewer(), sha256.Sum256([]byte(secret))
	_, err = tx.Ent().Export.Create().SetID(one.UUID).SetOwnerIssuer(v.Issuer).SetOwnerSubject(v.Subject).SetActor(actor).
		SetContent(content).SetColumns(c.Columns).SetFormat(c.Format).SetSecretHash(hash[:]).
		SetCreatedAt(tx.Now()).SetExpiresAt(tx.Now().Add(LinkLife)).Save(ctx)
	if err != nil {
		return fmt.Errorf("keep the link of an export: %w", err)
	}
	return nil
}

// own is a link that the viewer made, without its secret; nil when there is none.
func (es *Exports) own(ctx context.Context, one id.ID) (_ *Export, err error) {
	v, _ := viewer.From(ctx)
	rows, err := es.store.Read().Query(ctx, `SELECT x.format, x.columns, x.created_at, x.expires_at FROM exports x WHERE x.id = $1 AND x.owner_issuer = $2 AND x.owner_subject = $3`,
		one.UUID, v.Issuer, v.Subject)
	if err != nil {
		return nil, fmt.Errorf("read an export: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if !rows.Next() {
		return nil, rows.Err()
	}
	e := &Export{}
	var columns []byte
	if err := rows.Scan(&e.Format, &columns, &e.CreatedAt, &e.ExpiresAt); err != nil {
		return nil, fmt.Errorf("read an export: %w", err)
	}
	if err := json.Unmarshal(columns, &e.Columns); err != nil {
		return nil, fmt.Errorf("read the columns of %s: %w", one, err)
	}
	e.CreatedAt, e.ExpiresAt = e.CreatedAt.UTC(), e.ExpiresAt.UTC()
	return e, nil
}

// errorsOf is a payload's list of user errors, which is never nil.
func errorsOf(refusals []*refusal.Refusal) []*refusal.Refusal {
	if refusals == nil {
		return []*refusal.Refusal{}
	}
	return refusals
}
