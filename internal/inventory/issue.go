package inventory

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// IssueJob is the kind of the jobs that ask the built-in certificate authority, and
// OrderJob of those that ask others: they may take minutes, and are not to keep
// anybody waiting who asks the built-in one.
const (
	IssueJob = "issue"
	OrderJob = "order"
)

// issueWork is what such a job is about.
type issueWork struct {
	Issuance uuid.UUID `json:"issuance"`
}

const (
	// issueTries is how often an authority is asked that does not answer: over about
	// an hour and a half. Then the claim has failed, and can be made anew.
	issueTries = 10
	// neverEnds is how often the job is tried. A server that dies at work has not asked
	// in vain, and only the job's handler ends a claim: no job may end before it.
	neverEnds = 1_000_000
	// issueTime is how long one try may take.
	issueTime = 10 * time.Minute
)

// The states of an issuance, as its table has them.
const (
	issuanceRequested = "REQUESTED"
	issuanceDone      = "DONE"
	issuanceFailed    = "FAILED"
)

// claimed is what an authority is asked for, as it was written down.
type claimed struct {
	id, enrollment uuid.UUID
	status         string
	kind           lifecycle.Issuer
	csr            []byte
	wanted         []byte
	progress       []byte
}

// Issue asks the certificate authority for what was claimed, outside any
// transaction, and writes down what it answered: the certificate, or its final no.
// It may be run any number of times and by several servers at once: the authority
// is asked for the very same certificate each time, and one of them ends the claim.
// An authority that cannot be reached is asked again, ten times in all; then the
// claim has failed.
func (i *Inventory) Issue(ctx context.Context, j job.Job) error {
	ctx = viewer.With(ctx, viewer.TheSystem())
	var work issueWork
	if err := json.Unmarshal(j.Payload, &work); err != nil {
		return job.GiveUp(err, "It does not say which claim it is about.")
	}
	c, err := i.claimed(ctx, work.Issuance)
	if err != nil {
		return err
	}
	if c == nil || c.status != issuanceRequested {
		return nil
	}
	certificate, err := i.ask(ctx, c)
	asked := err == nil
	if asked {
		err = i.keepCertificate(ctx, c, certificate)
	}
	no := (*issuer.No)(nil)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil: // the server stops, or another one has taken over: that says nothing about the authority
		return err
	case errors.As(err, &no):
		return i.endedWith(ctx, c, no.Reason, err)
	case asked: // what was issued is kept as soon as the database lets it be
		return job.Fail(err, "The certificate authority has issued the certificate, which could not be kept; it is asked for it again.")
	case j.Attempt >= issueTries:
		return i.endedWith(ctx, c, "The certificate authority could not be reached. Try again later; the administrators of Gatehouse find the reason in its log.", err)
	}
	return job.Fail(err, "The certificate authority could not be asked, or did not answer; it is asked again.")
}

// endedWith writes down that the claim has failed. The job has too, so that the log
// tells the cause.
func (i *Inventory) endedWith(ctx context.Context, c *claimed, reason string, cause error) error {
	if err := i.failClaim(ctx, c, reason); err != nil {
		return err
	}
	return job.GiveUp(cause, "%s", reason)
}

// claimed reads a claim; nil when there is none.
func (i *Inventory) claimed(ctx context.Context, row uuid.UUID) (*claimed, error) {
	found, err := readAll(ctx, i.read, `SELECT n.id, n.enrollment_id, n.status, n.issuer, n.csr, n.wanted, n.progress FROM issuances n WHERE n.id = $1`, []any{row}, nil,
		func(c *claimed) []any {
			return []any{&c.id, &c.enrollment, &c.status, &c.kind, &c.csr, &c.wanted, &c.progress}
		})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// ask asks the authority. Its panic is an error like another: the claim must come
// to an end. What it answers must be for the key that it was asked for.
func (i *Inventory) ask(ctx context.Context, c *claimed) (certificate issuer.Certificate, err error) {
	authority := i.issuers[c.kind]
	if authority == nil {
		return certificate, fmt.Errorf("inventory: no certificate authority %s is set up any more", c.kind)
	}
	order := issuer.Order{CSR: c.csr}
	if err := json.Unmarshal(c.wanted, &order); err != nil {
		return certificate, fmt.Errorf("read what issuance %s asks for: %w", c.id, err)
	}
	ctx, end := context.WithTimeout(ctx, issueTime)
	defer end()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("inventory: the certificate authority's client panicked: %v", p)
		}
	}()
	certificate, err = authority.Issue(ctx, order, c.progress, func(ctx context.Context, progress json.RawMessage) error {
		return i.keepProgress(ctx, c.id, progress)
	})
	if err != nil {
		return certificate, err
	}
	return certificate, forKey(certificate.DER, c.csr)
}

// forKey is the no to a certificate that was issued for another key than asked for.
func forKey(der, asked []byte) error {
	csr, err := x509.ParseCertificateRequest(asked)
	if err != nil {
		return fmt.Errorf("read the CSR of a claim: %w", err)
	}
	const odd = "The certificate authority answered with something else than the certificate that it was asked for."
	got, err := x509.ParseCertificate(der)
	if err != nil {
		return &issuer.No{Reason: odd, Cause: err}
	}
	if !bytes.Equal(got.RawSubjectPublicKeyInfo, csr.RawSubjectPublicKeyInfo) {
		return &issuer.No{Reason: odd, Cause: errors.New("it is for another key")}
	}
	return nil
}

// keepProgress writes down what the authority's client has to remember. A claim that
// has ended takes nothing more: whoever goes on with it is too late.
func (i *Inventory) keepProgress(ctx context.Context, row uuid.UUID, progress json.RawMessage) error {
	_, err := i.store.Do(ctx, store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		open, err := guarded(ctx, tx, `UPDATE issuances SET progress = $2 WHERE id = $1 AND status = 'REQUESTED' RETURNING id`, row, string(progress))
		if err == nil && !open {
			err = errors.New("the claim has ended")
		}
		return store.Outcome{}, err
	})
	if err != nil {
		return fmt.Errorf("keep the progress of issuance %s: %w", row, err)
	}
	return nil
}
