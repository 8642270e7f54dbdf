package inventory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// ReportRevocationJob is the kind of the jobs that tell an ACME authority what was
// revoked here.
const ReportRevocationJob = "report-revocation"

// reportWork is what such a job is about.
type reportWork struct {
	Certificate uuid.UUID `json:"certificate"`
}

// reportTries is how often an authority is told that does not answer: over about a
// day, in the end once an hour. Then it is left to people.
const reportTries = 32

// What people read while an authority has not taken a revocation, and when it will
// not. What it said itself is in the log.
const (
	tellAgain = "The certificate authority could not be reached, or did not take it yet; it is told again."
	noACME    = "No ACME authority is set up here now, so nobody can tell it. Set it up again (docs/configuration.md), or revoke it there, too."
	toldLong  = "The certificate authority could not be reached for a day. Revoke it there, too; the administrators of Gatehouse find the reason in its log."
)

// errNoACME is that there is no authority to tell.
var errNoACME = errors.New("inventory: no ACME authority is set up")

// ReportRevocation tells the ACME authority that a certificate was revoked, outside
// any transaction, and writes down what it answered. It may be run any number of
// times and by several servers at once: to an authority that has it already it is
// no news, and what is written down already stays. An authority that cannot be
// reached is told again, for about a day; its final no, and a silence that long,
// leave an entry with the outcome FAILURE and the reason on the certificate. Here
// the certificate is revoked whatever comes of it.
func (i *Inventory) ReportRevocation(ctx context.Context, j job.Job) error {
	ctx = viewer.With(ctx, viewer.TheSystem())
	var work reportWork
	if err := json.Unmarshal(j.Payload, &work); err != nil {
		return job.GiveUp(err, "It does not say which certificate it is about.")
	}
	c, err := i.revoked(ctx, work.Certificate)
	if err != nil || c == nil {
		return err
	}
	err = i.tellAuthority(ctx, c)
	no := (*issuer.No)(nil)
	trouble, lasting := tellAgain, toldLong
	if errors.Is(err, errNoACME) {
		trouble, lasting = noACME, noACME
	}
	switch {
	case err == nil:
		return i.keepReport(ctx, c)
	case ctx.Err() != nil: // the server stops, or another one has taken over: that says nothing about the authority
		return err
	case errors.As(err, &no):
		return i.reportFails(ctx, c, no.Reason, err)
	case j.Attempt >= reportTries:
		return i.reportFails(ctx, c, lasting, err)
	}
	if err := i.tellTrouble(ctx, c, trouble); err != nil {
		return err
	}
	return job.Fail(err, "%s", trouble)
}

// revokedCertificate is a certificate whose authority is to be told.
type revokedCertificate struct {
	id        uuid.UUID
	authority lifecycle.Issuer
	reason    lifecycle.RevocationReason
	der       []byte
	trouble   string
}

// revoked reads a revoked certificate; nil when there is none, or when its
// authority has it.
func (i *Inventory) revoked(ctx context.Context, row uuid.UUID) (*revokedCertificate, error) {
	found, err := readAll(ctx, i.read, `SELECT c.id, c.authority, c.revocation_reason, c.der, c.revocation_error FROM certificates c
WHERE c.id = $1 AND c.status = 'REVOKED' AND c.authority IS NOT NULL AND c.revocation_reported_at IS NULL`, []any{row}, nil, func(c *revokedCertificate) []any {
		return []any{&c.id, &c.authority, &c.reason, &c.der, &c.trouble}
	})
	if err != nil {
		return nil, fmt.Errorf("read revoked certificate %s: %w", row, err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	return found[0], nil
}

// tellAuthority tells the authority. Its client's panic is an error like another.
func (i *Inventory) tellAuthority(ctx context.Context, c *revokedCertificate) (err error) {
	authority, can := i.issuers[c.authority].(issuer.Revoker)
	if !can {
		return errNoACME
	}
	ctx, end := context.WithTimeout(ctx, issueTime)
	defer end()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("inventory: the certificate authority's client panicked: %v", p)
		}
	}()
	return authority.Revoke(ctx, c.der, c.reason)
}

// keepReport writes down that the authority has it.
func (i *Inventory) keepReport(ctx context.Context, c *revokedCertificate) error {
	return i.reporting(ctx, c, func(ctx context.Context, tx *store.Tx, held *lockedCertificate) error {
		if err := tx.Apply(ctx, audit.Certificate, []store.Change{held.change(
			store.Row{"revocation_reported_at": nil, "revocation_error": ""}, store.Row{"revocation_reported_at": tx.Now(), "revocation_error": ""})}); err != nil {
			return err
		}
		tx.Record(audit.Entry{ID: held.id})
		return nil
	})
}

// reportFails writes down that the authority will not be told again, and why. The
// job has failed, too, so that the log tells the cause.
func (i *Inventory) reportFails(ctx context.Context, c *revokedCertificate, reason string, cause error) error {
	err := i.reporting(ctx, c, func(ctx context.Context, tx *store.Tx, held *lockedCertificate) error {
		if err := tx.Apply(ctx, audit.Certificate, []store.Change{held.change(store.Row{"revocation_error": ""}, store.Row{"revocation_error": reason})}); err != nil {
			return err
		}
		tx.Record(audit.Entry{ID: held.id, Outcome: audit.Failure, Comment: reason})
		return nil
	})
	if err != nil {
		return err
	}
	return job.GiveUp(cause, "%s", reason)
}

// tellTrouble says on the certificate what may pass by itself. It is no change that
// an entry tells of, and none that anybody's version grows old by.
func (i *Inventory) tellTrouble(ctx context.Context, c *revokedCertificate, trouble string) error {
	if c.trouble == trouble {
		return nil
	}
	return i.reporting(ctx, c, func(ctx context.Context, tx *store.Tx, held *lockedCertificate) error {
		if _, err := guarded(ctx, tx, `UPDATE certificates SET revocation_error = $2 WHERE id = $1 RETURNING id`, held.id, trouble); err != nil {
			return fmt.Errorf("write down why the authority of certificate %s was not told: %w", held.id, err)
		}
		return nil
	})
}

// reporting does something under the lock of a certificate whose authority does not
// have its revocation yet; where it does by now, nothing.
func (i *Inventory) reporting(ctx context.Context, c *revokedCertificate, write func(context.Context, *store.Tx, *lockedCertificate) error) error {
	cause := store.Cause{Action: audit.ReportRevocation, Resource: audit.Certificate, ID: c.id}
	_, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		held, err := lockCertificates(ctx, tx, "c.id = $1 AND c.revocation_reported_at IS NULL", c.id)
		if err != nil || len(held) == 0 {
			return store.Outcome{}, err
		}
		return store.Outcome{}, write(ctx, tx, held[0])
	})
	return err
}
