package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/client"
	"gatehouse/internal/refusal"
)

// sightings is a tally in a sentence, the refusals by their first reason.
func sightings(tally client.SightingTally) string {
	var parts []string
	for _, outcome := range client.AllSighted {
		if n := tally.Outcomes[outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", count(n), outcome))
		}
	}
	codes := slices.SortedFunc(maps.Keys(tally.Refusals), func(a, b refusal.Code) int {
		return cmp.Or(tally.Refusals[b]-tally.Refusals[a], strings.Compare(string(a), string(b)))
	})
	reasons := make([]string, len(codes))
	for n, code := range codes {
		reasons[n] = fmt.Sprintf("%s %s", count(tally.Refusals[code]), code)
	}
	if len(reasons) > 0 {
		parts[len(parts)-1] += " (" + strings.Join(reasons, ", ") + ")"
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// speed is how long something took, and how much of it was done in a second.
func speed(n int, took time.Duration, what string) string {
	if took <= 0 {
		return "at once"
	}
	return fmt.Sprintf("%s, %s %s/s", took.Round(time.Second/10), count(int(float64(n)/took.Seconds())), what)
}

// refusedLines tells the first refusals as they come, and where the others are.
type refusedLines struct {
	reported bool // there is a report that has all
	n        int
}

// refusedTold is how many refusals are told one by one.
const refusedTold = 20

func newRefusedLines(reported bool) *refusedLines { return &refusedLines{reported: reported} }

// say tells one, unless there were many.
func (l *refusedLines) say(bar *progress, what, reason string) {
	if l.n++; l.n <= refusedTold {
		bar.say(what + ": " + reason)
	}
}

// rest says how many were not told.
func (l *refusedLines) rest(out io.Writer) {
	if more := l.n - refusedTold; more > 0 {
		fmt.Fprintf(out, "… and %s more\n", count(more))
	}
}

// where is where the reasons are.
func (l *refusedLines) where() string {
	switch {
	case l.reported:
		return "the report says why of each"
	case l.n <= refusedTold:
		return "it is said above why of each"
	default:
		return "--report FILE writes why of each"
	}
}
