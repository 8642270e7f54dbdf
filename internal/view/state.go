package view

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"reflect"

	"gatehouse/internal/fault"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// stateVersion is the form of the states that this version writes. A later form gets
// a number of its own; this one stays readable.
const stateVersion = 1

// longestState is how many characters a state has at most: URLs of 8,000 characters
// are what RFC 9110 section 4.1 asks everybody to carry.
const longestState = 8000

// urlForm is a list as the JSON of its state.
type urlForm struct {
	Version int            `json:"v"`
	List    lifecycle.List `json:"list"`
	View    string         `json:"view,omitempty"`
	Search  string         `json:"search,omitempty"`
	Filter  object         `json:"filter,omitempty"`
	Order   object         `json:"order,omitempty"`
	Columns []string       `json:"columns,omitempty"`
}

// state is what is kept as text for a URL.
func (k kept) state() (string, error) {
	b, err := json.Marshal(urlForm{stateVersion, k.list, k.view, k.search, k.filter, k.order, k.columns})
	if err != nil {
		return "", fmt.Errorf("write a list's state: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// fits refuses a list that is too much for a URL: everything that can be looked at can
// be sent to somebody.
func (k kept) fits() (*refusal.Refusal, error) {
	s, err := k.state()
	if err != nil || len(s) <= longestState {
		return nil, err
	}
	return refusal.New(refusal.Invalid, "The list takes %d characters in a URL; %d at most are allowed. Name fewer values in its filter, or fewer columns.", len(s), longestState), nil
}

// parseState reads a state. Refused: INVALID, for what is none, and for one that a
// later version has written.
func parseState(text string) (kept, *refusal.Refusal) {
	none := refusal.New(refusal.Invalid, "The state is none of ours, or was changed on its way; take it from a listState or a saved view.")
	if len(text) > longestState {
		return kept{}, refusal.New(refusal.Invalid, "The state has %d characters; a state has %d at most.", len(text), longestState)
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return kept{}, none
	}
	var version struct {
		Version int `json:"v"`
	}
	if json.Unmarshal(b, &version) != nil || version.Version < 1 {
		return kept{}, none
	}
	if version.Version > stateVersion {
		return kept{}, refusal.New(refusal.Invalid, "The state was written by a later version of the server (form %d; this one reads up to %d); open it there.", version.Version, stateVersion)
	}
	var u urlForm
	strict := json.NewDecoder(bytes.NewReader(b))
	strict.DisallowUnknownFields()
	if strict.Decode(&u) != nil {
		return kept{}, none
	}
	if _, err := strict.Token(); err != io.EOF {
		return kept{}, none
	}
	if _, known := shapeOf(u.List); !known {
		return kept{}, none
	}
	if no := checkColumns(u.Columns); no != nil {
		return kept{}, none
	}
	return kept{u.List, u.View, u.Search, u.Filter, u.Order, u.Columns}, nil
}

// State puts a list and its columns into a form for a URL, or reads one; a saved view
// that the list names is put into it. It needs no permission and reads no list.
// Refused: INVALID (not exactly one of list and state, columns beside a state, the
// form of a search, a filter or a state, a saved view with problems), NOT_FOUND (a
// saved view).
func (vs *Views) State(ctx context.Context, list *ListInput, columns []string, state *string) (*ListState, error) {
	if _, ok := viewer.From(ctx); !ok {
		return nil, fault.NoViewer
	}
	var k kept
	var err error
	switch {
	case (list == nil) == (state == nil):
		return nil, refusal.New(refusal.Invalid, "Give exactly one of list and state.")
	case state != nil && columns != nil:
		return nil, refusal.New(refusal.Invalid, "The state has its columns in it; give columns beside list only.")
	case state != nil:
		var no *refusal.Refusal
		if k, no = parseState(*state); no != nil {
			return nil, no
		}
	default:
		if k, err = vs.settled(ctx, *list, columns); err != nil {
			return nil, err
		}
	}
	out, err := k.shown()
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// settled is a list with the saved view that it names put into it, as it is kept.
func (vs *Views) settled(ctx context.Context, list ListInput, columns []string) (kept, error) {
	s, given, no := list.one()
	if no != nil {
		return kept{}, no
	}
	if columns == nil {
		var err error
		if columns, err = vs.Columns(ctx, list); err != nil {
			return kept{}, err
		}
	}
	if no := checkColumns(columns); no != nil {
		return kept{}, no
	}
	input := reflect.New(s.input).Elem()
	input.Set(given)
	if err := vs.withSaved(ctx, s, input); err != nil {
		return kept{}, err
	}
	if no := s.check(input); no != nil {
		return kept{}, no
	}
	k, err := keep(s, input, columns)
	if err != nil {
		return kept{}, err
	}
	if no, err := k.fits(); no != nil || err != nil {
		return kept{}, errorOf(no, err)
	}
	return k, nil
}

// errorOf is the fault, else the refusal, as an error.
func errorOf(no *refusal.Refusal, err error) error {
	if err != nil || no == nil {
		return err
	}
	return no
}
