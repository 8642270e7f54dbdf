package view

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
)

// narrow puts a saved list into what was asked for beside it, so that the answer shows
// what both would show: lists of values intersect, spans of time narrow, exclusions
// unite, two searches must both be found, and what contradicts itself shows nothing.
// The order is the asked one, else the saved one. Refused: INVALID, where no filter
// can say both.
func narrow(s shape, saved, asked reflect.Value) error {
	if s.has("Search") {
		asked.FieldByName("Search").Set(both(saved.FieldByName("Search"), asked.FieldByName("Search")))
	}
	if s.has("View") {
		asked.FieldByName("View").Set(saved.FieldByName("View"))
		everything(saved, asked)
	}
	if asked.FieldByName("OrderBy").IsNil() {
		asked.FieldByName("OrderBy").Set(saved.FieldByName("OrderBy"))
	}
	asked.FieldByName("ViewID").SetZero()
	ours, theirs := saved.FieldByName("Filter"), asked.FieldByName("Filter")
	switch {
	case ours.IsNil():
		return nil
	case theirs.IsNil():
		theirs.Set(ours)
		return nil
	}
	filter, err := conjunction(ours.Elem(), theirs.Elem())
	if err == nil {
		theirs.Set(filter.Addr())
	}
	return err
}

// everything names the system view that a list without one shows where that depends
// on its filter: a filter of statuses beside a saved list of seats must not bring in
// the deleted ones, which the saved list leaves out.
func everything(saved, asked reflect.Value) {
	if field := asked.FieldByName("View"); field.IsNil() && (saved.FieldByName("Filter").IsNil() || saved.FieldByName("Filter").Elem().FieldByName("Statuses").IsNil()) {
		setText(field, "ALL")
	}
}

// both are two searches of which each must be found.
func both(saved, asked reflect.Value) reflect.Value {
	switch {
	case saved.IsNil():
		return asked
	case asked.IsNil() || strings.EqualFold(saved.Elem().String(), asked.Elem().String()):
		return saved
	}
	text := saved.Elem().String() + " " + asked.Elem().String()
	return reflect.ValueOf(&text)
}

// conjunction is the filter that lets pass what both let pass.
func conjunction(saved, asked reflect.Value) (reflect.Value, error) {
	out := reflect.New(saved.Type()).Elem()
	for n := range out.NumField() {
		name, a, b := saved.Type().Field(n).Name, saved.Field(n), asked.Field(n)
		switch {
		case a.IsNil():
			out.Field(n).Set(b)
		case b.IsNil():
			out.Field(n).Set(a)
		default:
			value, some, no := meet(name, a, b)
			if no != nil {
				return out, no
			}
			if !some {
				return nothing(saved.Type()), nil
			}
			out.Field(n).Set(value)
		}
	}
	if inverted(out) && !inverted(saved) && !inverted(asked) {
		return nothing(saved.Type()), nil
	}
	return out, nil
}

// nothing is the filter that lets nothing pass.
func nothing(filter reflect.Type) reflect.Value {
	out := reflect.New(filter).Elem()
	out.FieldByName("BusinessUnitIDs").Set(reflect.ValueOf([]id.ID{}))
	return out
}

// meet is what one field says when both are to hold; false when nothing can be so.
func meet(name string, a, b reflect.Value) (value reflect.Value, some bool, no *refusal.Refusal) {
	switch saved := a.Interface().(type) {
	case *time.Time:
		asked, _ := b.Interface().(*time.Time)
		later := saved.After(*asked)
		if later == strings.HasSuffix(name, "Since") {
			return a, true, nil
		}
		return b, true, nil
	case *bool:
		return a, a.Elem().Bool() == b.Elem().Bool(), nil
	case *string:
		return meetText(name, a, b)
	}
	if strings.HasPrefix(name, "Exclude") {
		return united(a, b, alike(name)), true, nil
	}
	key := alike(name)
	common := common(a, b, key)
	if partial[name] && common.Len() < min(pick(a, key, nil).Len(), pick(b, key, nil).Len()) {
		return common, false, refusal.New(refusal.Invalid,
			"The saved view looks for other %s already, and what has some of both cannot be looked for; name some of its own, or leave %s out.", schemaName(name), schemaName(name))
	}
	return common, true, nil
}

// partial are the fields of which a thing has several values: what has one of these
// and one of those need not have one that stands in both lists.
var partial = map[string]bool{"Names": true}

// meetText is a text that both ask for. Of two that are looked for within another,
// one that holds the other stands for both.
func meetText(name string, a, b reflect.Value) (reflect.Value, bool, *refusal.Refusal) {
	saved, asked := strings.ToLower(a.Elem().String()), strings.ToLower(b.Elem().String())
	switch {
	case !parts[name]:
		return a, a.Elem().String() == b.Elem().String(), nil
	case strings.Contains(saved, asked):
		return a, true, nil
	case strings.Contains(asked, saved):
		return b, true, nil
	}
	return a, false, refusal.New(refusal.Invalid, "The saved view looks for another %s already, and both cannot be looked for; leave %s out, or search for it.", schemaName(name), schemaName(name))
}

// parts are the texts that are looked for within another.
var parts = map[string]bool{"Subject": true, "Issuer": true}

// common are the values of b that stand in a too, and united those of both, each once.
func common(a, b reflect.Value, key func(reflect.Value) any) reflect.Value {
	return pick(b, key, func(k any) bool { return slices.Contains(keys(a, key), k) })
}

func united(a, b reflect.Value, key func(reflect.Value) any) reflect.Value {
	return pick(reflect.AppendSlice(pick(a, key, nil), b), key, nil)
}

func keys(list reflect.Value, key func(reflect.Value) any) []any {
	out := make([]any, list.Len())
	for n := range out {
		out[n] = key(list.Index(n))
	}
	return out
}

// pick are the values of a list that are wanted, each once; never nil, which would not
// narrow.
func pick(list reflect.Value, key func(reflect.Value) any, wanted func(any) bool) reflect.Value {
	out := reflect.MakeSlice(list.Type(), 0, list.Len())
	var seen []any
	for n := range list.Len() {
		k := key(list.Index(n))
		if !slices.Contains(seen, k) && (wanted == nil || wanted(k)) {
			seen, out = append(seen, k), reflect.Append(out, list.Index(n))
		}
	}
	return out
}

// inverted reports whether a span of time of the filter ends before it begins.
func inverted(filter reflect.Value) bool {
	for n := range filter.NumField() {
		name, is := strings.CutSuffix(filter.Type().Field(n).Name, "Since")
		if !is {
			continue
		}
		since, _ := filter.Field(n).Interface().(*time.Time)
		before, _ := filter.FieldByName(name + "Before").Interface().(*time.Time)
		if since != nil && before != nil && !since.Before(*before) {
			return true
		}
	}
	return false
}
