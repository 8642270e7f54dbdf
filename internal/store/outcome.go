package store

import (
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
)

// Outcome is what a mutation came to: ids and refusals, never rendered data.
// It is what an idempotency key remembers, so that a repeat is resolved anew
// with the caller's present rights.
type Outcome struct {
	// Items has one entry per thing asked for, in the order asked.
	Items []Item `json:"items"`
	// Refusals say why the whole call was refused; Items is then empty.
	Refusals []*refusal.Refusal `json:"refusals,omitempty"`
	// Replayed: this is the outcome of an earlier call with the same key.
	Replayed bool `json:"-"`
}

// Item is what came of one thing.
type Item struct {
	// ID is the thing's id; the zero ID when it was not made.
	ID id.ID `json:"id,omitzero"`
	// Made is a second thing that was made with it, such as a seat's enrollment.
	Made id.ID `json:"made,omitzero"`
	// Word says what was done, where a call can do one of several things to an item.
	Word     string             `json:"word,omitempty"`
	Refusals []*refusal.Refusal `json:"refusals,omitempty"`
}

// Done is the outcome of a call that did one thing.
func Done(i id.ID) Outcome { return Outcome{Items: []Item{{ID: i}}} }

// Why returns why the call or its only item was refused; nil when it was not.
func (o Outcome) Why() []*refusal.Refusal {
	if len(o.Refusals) == 0 && len(o.Items) == 1 {
		return o.Items[0].Refusals
	}
	return o.Refusals
}

// IDs are the ids of the items that have one, without repeats, in order.
func (o Outcome) IDs() []id.ID {
	seen := make(map[id.ID]bool, len(o.Items))
	out := make([]id.ID, 0, len(o.Items))
	for _, item := range o.Items {
		if !item.ID.IsZero() && !seen[item.ID] {
			seen[item.ID] = true
			out = append(out, item.ID)
		}
	}
	return out
}
