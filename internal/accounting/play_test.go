package accounting

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// answer is what a caller was given for one step.
type answer struct {
	// Request is the request id of the call, which its audit entries carry.
	Request string `json:"request"`
	Act     string `json:"act"`
	// Done is how many things the caller was told were done, by the word that the
	// audit has for it.
	Done map[audit.Action]int `json:"done"`
	// Perhaps says that done may mean that it was so already: then nothing changed, and
	// there is no entry.
	Perhaps bool `json:"perhaps"`
	// Outcomes are what came of certificates that were seen.
	Outcomes []string `json:"outcomes"`
	// Codes are those of the refusals: one for the whole call, or one for each thing.
	Codes []refusal.Code `json:"codes"`
	// Fault is an error that is no refusal, and what fails the check.
	Fault string `json:"fault"`
}

// did counts things that were done under a word; none is a figure too.
func (a *answer) did(action audit.Action, n int) {
	a.Done[action] += n
}

// heard takes the refusals of a call, or of one thing of it: the first is what the
// audit names. It reports whether there was none.
func (a *answer) heard(nos []*refusal.Refusal) bool {
	if len(nos) > 0 {
		a.Codes = append(a.Codes, nos[0].Code)
	}
	return len(nos) == 0
}

// one takes what came of an act on one thing.
func (a *answer) one(action audit.Action, nos []*refusal.Refusal) {
	n := 0
	if a.heard(nos) {
		n = 1
	}
	a.did(action, n)
}

// player plays one script in a house.
type player struct {
	*site
	plan   plan
	script script
}

// play plays every script of the plan at the same time and returns what each step
// was answered.
func play(ctx context.Context, h *site, p plan) []answer {
	h.clock.set(p.at(len(p.Waits)))
	answers := make([][]answer, len(p.Scripts))
	var curtain, scripts sync.WaitGroup
	curtain.Add(1)
	for n, s := range p.Scripts {
		scripts.Go(func() {
			curtain.Wait()
			answers[n] = player{site: h, plan: p, script: s}.play(ctx)
		})
	}
	curtain.Done()
	scripts.Wait()
	return slices.Concat(answers...)
}

func (p player) play(ctx context.Context) []answer {
	answers := make([]answer, 0, len(p.script.Steps))
	for n, s := range p.script.Steps {
		answers = append(answers, p.step(ctx, n, s))
	}
	return answers
}

// request is the request id of a script's n-th step.
func request(p plan, s script, n int) string { return fmt.Sprintf("%s/%s/%d", p.Name, s.Name, n) }

// step plays one step as a request of its own.
func (p player) step(ctx context.Context, n int, s step) (a answer) {
	a = answer{Request: request(p.plan, p.script, n), Act: s.Act, Done: map[audit.Action]int{}}
	defer func() {
		if r := recover(); r != nil {
			a.Fault = fmt.Sprintf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ctx = store.At(ctx, p.plan.at(n))
	ctx = viewer.WithRequest(viewer.With(ctx, person(s.Who, p.plan.Units)), viewer.Request{ID: a.Request, Address: "192.0.2.1"})
	if err := played(s.Act).play(ctx, p, s, &a); err != nil {
		a.Fault = err.Error()
	}
	return a
}

// patience is how long one step may take; one that takes longer has met a lock that
// nobody gives back.
const patience = time.Minute
