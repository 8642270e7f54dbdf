package view

import (
	"reflect"
	"strings"
	"time"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/filter"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
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
	both, no := conjunction(saved, asked)
	if no != nil {
		return no
	}
	theirs.Set(both.Addr())
	return nil
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

// conjunction is the filter that lets pass what those of both lists let pass, its values
// as rows keep them: so they are compared as the list compares them.
func conjunction(saved, asked reflect.Value) (out reflect.Value, no *refusal.Refusal) {
	if saved, no = tidied(saved); no != nil {
		return out, no
	}
	if asked, no = tidied(asked); no != nil {
		return out, no
	}
	ours, theirs := saved.FieldByName("Filter").Elem(), asked.FieldByName("Filter").Elem()
	out = reflect.New(ours.Type()).Elem()
	for n := range out.NumField() {
		name, a, b := ours.Type().Field(n).Name, ours.Field(n), theirs.Field(n)
		switch {
		case a.IsNil():
			out.Field(n).Set(b)
		case b.IsNil():
			out.Field(n).Set(a)
		default:
			value, some, no := meet(name, a, b)
			if no != nil {
				return out, no.At("filter", filter.Name(name))
			}
			if !some {
				return nothing(out.Type()), nil
			}
			out.Field(n).Set(value)
		}
	}
	if inverted(out) {
		return nothing(out.Type()), nil
	}
	return out, nil
}

// tidied is a list's input with the values of its filter as rows keep them. Refused:
// INVALID at its place in the list, for what no row can have.
func tidied(input reflect.Value) (reflect.Value, *refusal.Refusal) {
	switch in := input.Interface().(type) {
	case inventory.EnrollmentListInput:
		out, no := in.Tidied()
		return reflect.ValueOf(out), no
	case inventory.SeatListInput:
		out, no := in.Tidied()
		return reflect.ValueOf(out), no
	case inventory.CertificateListInput:
		out, no := in.Tidied()
		return reflect.ValueOf(out), no
	case auditlog.ListInput:
		out, no := in.Tidied()
		return reflect.ValueOf(out), no
	}
	return input, nil
}

// nothing is the filter that lets nothing pass.
func nothing(of reflect.Type) reflect.Value {
	out := reflect.New(of).Elem()
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
		return united(a, b), true, nil
	}
	shared := common(a, b)
	if partial[name] && shared.Len() < min(a.Len(), b.Len()) {
		return shared, false, refusal.New(refusal.Invalid,
			"The saved view looks for other %s already, and what has some of both cannot be looked for; name some of its own, or leave %s out.", filter.Name(name), filter.Name(name))
	}
	return shared, true, nil
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
	return a, false, refusal.New(refusal.Invalid, "The saved view looks for another %s already, and both cannot be looked for; leave %s out, or search for it.", filter.Name(name), filter.Name(name))
}

// parts are the texts that are looked for within another.
var parts = map[string]bool{"Subject": true, "Issuer": true}

// common are the values of b that stand in a too, and united those of both, each once;
// never nil, which would not narrow. Neither list has a value twice.
func common(a, b reflect.Value) reflect.Value {
	ours := valuesOf(a)
	return pick(reflect.MakeSlice(b.Type(), 0, b.Len()), b, func(one any) bool { return ours[one] })
}

func united(a, b reflect.Value) reflect.Value {
	ours := valuesOf(a)
	return pick(reflect.AppendSlice(reflect.MakeSlice(a.Type(), 0, a.Len()+b.Len()), a), b, func(one any) bool { return !ours[one] })
}

// valuesOf are the values of a list.
func valuesOf(list reflect.Value) map[any]bool {
	all := make(map[any]bool, list.Len())
	for n := range list.Len() {
		all[list.Index(n).Interface()] = true
	}
	return all
}

// pick appends the values of a list that are wanted.
func pick(to, list reflect.Value, wanted func(any) bool) reflect.Value {
	for n := range list.Len() {
		if wanted(list.Index(n).Interface()) {
			to = reflect.Append(to, list.Index(n))
		}
	}
	return to
}

// inverted reports whether a span of time of the filter ends before it begins.
func inverted(f reflect.Value) bool {
	for n := range f.NumField() {
		name, is := strings.CutSuffix(f.Type().Field(n).Name, "Since")
		if !is {
			continue
		}
		since, _ := f.Field(n).Interface().(*time.Time)
		before, _ := f.FieldByName(name + "Before").Interface().(*time.Time)
		if since != nil && before != nil && !since.Before(*before) {
			return true
		}
	}
	return false
}
