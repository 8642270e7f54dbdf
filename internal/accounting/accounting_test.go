package accounting

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestTheAccountsHoldUnderAnything is the property: whatever is done at once, by
// whomever, through whichever server process, every figure is what its rows say,
// no licence is used twice, and the audit tells all of it.
func TestTheAccountsHoldUnderAnything(t *testing.T) {
	t.Parallel()
	var current *stage
	all := tally{}
	failed, played := false, 0
	rapid.Check(t, func(rt *rapid.T) {
		if current == nil {
			current = newStage(t)
		}
		played++
		story, wrong := current.check(t.Context(), draw(rt), all)
		if len(wrong) == 0 {
			return
		}
		current = nil
		log := rt.Logf
		if !failed {
			failed, log = true, t.Logf // rapid shows its last failure; the first is the one that certainly happened
		}
		log("%s\n\nWhat was played:\n%s", strings.Join(wrong, "\n"), story)
		rt.Fatal("the accounts do not hold") // always the same words: rapid compares them to see whether it failed again
	})
	all.report(t)
	if played >= checks {
		all.reached(t)
	}
}

// check founds the organisation, plays the scripts, and returns what was played and
// all that is wrong afterwards.
func (s *stage) check(ctx context.Context, d drawn, all tally) (story string, wrong []string) {
	p, err := s.found(ctx, d)
	if err != nil {
		return "", []string{"the organisation could not be founded: " + err.Error()}
	}
	answers, err := s.play(ctx, p)
	all.add(answers)
	story = tell(p, answers)
	if err != nil {
		return story, []string{"the scripts could not be played: " + err.Error()}
	}
	if err := s.settled(ctx, p); err != nil {
		return story, []string{err.Error()}
	}
	wrong, err = s.audit(ctx, p, answers)
	if err != nil {
		wrong = append(wrong, "what became of it could not be read: "+err.Error())
	}
	return story, wrong
}

// play plays the plan's scripts at the same time, every other one in the second
// process.
func (s *stage) play(ctx context.Context, p plan) ([]answer, error) {
	here, there := p, p
	here.Scripts, there.Scripts = nil, nil
	for n, one := range p.Scripts {
		if n%2 == 0 {
			here.Scripts = append(here.Scripts, one)
		} else {
			there.Scripts = append(there.Scripts, one)
		}
	}
	heard, err := s.other.play(there)
	if err != nil {
		return nil, err
	}
	answers := play(ctx, s.house, here)
	theirs, err := heard()
	return slices.Concat(answers, theirs), err
}
