package demo

import (
	"context"
	"fmt"
	"time"

	"gatehouse/internal/house"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// noMail is what the organisation's mails say.
const noMail = "The demo organisation mails nobody."

// authorityName is in the names of the organisation's certificate authority.
const authorityName = "Gatehouse demo, not to be trusted"

// signingTakes is how long after it is asked the authority answers in the story.
const signingTakes = 2 * time.Second

// open puts the use cases over a store as the story needs them: nobody is mailed,
// and certificates come from an authority that is made here and whose keys are gone
// when the seeding is over. Anybody can work out the keys that the organisation's
// certificates are for (signingKey), so no authority that somebody trusts may
// sign for them: neither the server's nor that of dev.
func (s *seeding) open(on *store.Store) error {
	authority, err := newAuthority(on.Now(context.Background()))
	if err != nil {
		return err
	}
	s.house, err = house.Open(on, s.keys, house.Options{
		Issuers: map[lifecycle.Issuer]issuer.Issuer{lifecycle.IssuerBuiltIn: authority}, NoMail: noMail,
		Patience: time.Nanosecond, // the seeding itself has it asked
	})
	if err != nil {
		return err
	}
	s.asking, err = job.New(s.house.Issuing, job.Options{
		// What an interrupted seeding was at is taken over soon.
		Lease: 5 * time.Second,
		Handlers: map[string]job.Handler{inventory.IssueJob: func(ctx context.Context, j job.Job) error {
			ctx = viewer.WithRequest(ctx, viewer.Request{ID: prefix + "issue"})
			return s.house.Inventory.Issue(store.At(ctx, j.CreatedAt.Add(signingTakes)), j)
		}},
	})
	return err
}

// newAuthority is an authority as old as the story and older.
func newAuthority(now time.Time) (*issuer.Private, error) {
	authority, err := issuer.MakePrivate(now.AddDate(-1, 0, 0), authorityName)
	if err != nil {
		return nil, fmt.Errorf("make the demo organisation's certificate authority: %w", err)
	}
	return authority, nil
}

// issued has the authority asked until it has answered about an enrollment.
func (s *seeding) issued(ctx context.Context, enrollment id.ID) error {
	ctx = viewer.With(ctx, viewer.TheSystem())
	for {
		if err := s.ask(ctx); err != nil {
			return err
		}
		found, err := s.house.Inventory.EnrollmentsByID(ctx, []id.ID{enrollment}, nil)
		if err != nil {
			return fmt.Errorf("demo data: look for the certificate of %s: %w", enrollment, err)
		}
		e := found[enrollment]
		switch {
		case e == nil:
			return fmt.Errorf("demo data: enrollment %s is not there; %w", enrollment, errStory)
		case e.Status == lifecycle.Redeemed:
			return nil
		case e.Issuance() == nil || e.Issuance().State != lifecycle.IssuanceRequested:
			return fmt.Errorf("demo data: no certificate was issued for %s, which is %s; %w", enrollment, e.Status, errStory)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(100 * time.Millisecond): // an earlier seeding's lease has not run out yet
		}
	}
}

// ask does what is to be done for the authority now.
func (s *seeding) ask(ctx context.Context) error {
	s.oneAsks.Lock()
	defer s.oneAsks.Unlock()
	if _, err := s.asking.RunDue(ctx); err != nil {
		return fmt.Errorf("demo data: ask the certificate authority: %w", err)
	}
	return nil
}
