package client

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"gatehouse/internal/refusal"
)

// Sighted is what became of a certificate that was brought in or found.
type Sighted string

// The words of the API's SightingOutcome.
const (
	Created    Sighted = "CREATED"
	Recognized Sighted = "RECOGNIZED"
	Reseated   Sighted = "RESEATED"
	Unchanged  Sighted = "UNCHANGED"
	Refused    Sighted = "REFUSED"
)

// AllSighted are the words in the order in which they are told.
var AllSighted = []Sighted{Created, Recognized, Reseated, Unchanged, Refused}

// What one call takes: the certificates that the schema names, and content that,
// written as JSON with everything around it, stays well below the 1 MiB of a
// request's body.
const (
	sightingsMost  = 1000
	sightingsBytes = 700 << 10
)

// sightings sends parts of certificates, each under an idempotency key of its own.
// The keys are of one run: within it, a call whose answer was lost is answered as it
// was the first time; the next run is told of each certificate what then is true,
// and does nothing twice since a certificate is kept once, however often it is seen.
type sightings struct {
	client  *Client
	unit    Unit
	waiting func(why error, wait time.Duration)
	run     string
	calls   int
}

func newSightings(c *Client, unit Unit, kind string, waiting func(error, time.Duration)) sightings {
	return sightings{client: c, unit: unit, waiting: waiting, run: kind + ":" + rand.Text()}
}

// sight is one certificate's result. Index is its place in what was sent.
type sight struct {
	Index      int
	Position   int
	Outcome    Sighted
	UserErrors []*refusal.Refusal
}

// sighted is what came of a call.
type sighted struct {
	Results    []sight
	UserErrors []*refusal.Refusal
}

// send makes one call with so many certificates and returns one result for each, in
// their order. gently ends its waiting for a server that does not answer
// (ErrStopped), ctx the call itself.
func (s *sightings) send(ctx, gently context.Context, document, list string, certificates any, n int) ([]sight, error) {
	s.calls++
	input := map[string]any{"businessUnitId": s.unit.ID, list: certificates, "idempotencyKey": fmt.Sprintf("%s:%d", s.run, s.calls)}
	var data struct{ Sighted sighted }
	if err := s.client.Insist(ctx, gently, s.waiting, document, map[string]any{"input": input}, &data); err != nil {
		if errors.Is(err, context.Canceled) {
			return nil, ErrStopped
		}
		return nil, err
	}
	got := data.Sighted
	if len(got.UserErrors) > 0 {
		no := got.UserErrors[0]
		return nil, &Failure{Code: string(no.Code), Sentence: trimmed(no.Message)}
	}
	if len(got.Results) != n {
		return nil, strangeResults(len(got.Results), n)
	}
	for at, result := range got.Results {
		if result.Index != at || result.Position != 0 {
			return nil, strangeResults(len(got.Results), n)
		}
	}
	return got.Results, nil
}

func strangeResults(got, sent int) error {
	return &Failure{Sentence: fmt.Sprintf("The server answered with %d results, or in another order, where %d certificates were sent; use the gatehouse of the server's version", got, sent)}
}

// SightingTally counts what became of certificates.
type SightingTally struct {
	// Certificates is how many were reported on, those that are none among them.
	Certificates int
	Outcomes     map[Sighted]int
	// Refusals counts the refused by the first reason of each.
	Refusals map[refusal.Code]int
}

func newSightingTally() SightingTally {
	return SightingTally{Outcomes: map[Sighted]int{}, Refusals: map[refusal.Code]int{}}
}

// count adds one certificate.
func (t *SightingTally) count(outcome Sighted, why refusal.Code) {
	t.Certificates++
	t.Outcomes[outcome]++
	if why != "" {
		t.Refusals[why]++
	}
}
