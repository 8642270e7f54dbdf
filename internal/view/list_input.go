package view

import (
	"reflect"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// ListInput is one list and how to look at it: exactly one of the fields.
type ListInput struct {
	Enrollments  *inventory.EnrollmentListInput
	Seats        *inventory.SeatListInput
	Certificates *inventory.CertificateListInput
	AuditEntries *auditlog.ListInput
}

// List is which list it is; false unless it is exactly one.
func (in ListInput) List() (lifecycle.List, bool) {
	s, _, no := in.one()
	return s.list, no == nil
}

// one is the list that is given: its shape, and the input as a struct that can be
// read. Refused: INVALID, for none and for several.
func (in ListInput) one() (shape, reflect.Value, *refusal.Refusal) {
	var found shape
	var given reflect.Value
	n := 0
	for _, s := range shapes {
		if field := reflect.ValueOf(in).FieldByName(s.goName); !field.IsNil() {
			found, given = s, field.Elem()
			n++
		}
	}
	if n != 1 {
		return shape{}, reflect.Value{}, refusal.New(refusal.Invalid, "%d lists are given; give exactly one of enrollments, seats, certificates and auditEntries.", n)
	}
	return found, given, nil
}

// formal is what says whether its values have the form that the list asks for.
type formal interface{ Form() *refusal.Refusal }

// The inputs of all four lists say so.
var _ = []formal{inventory.EnrollmentListInput{}, inventory.SeatListInput{}, inventory.CertificateListInput{}, auditlog.ListInput{}}

// check refuses what the list itself would refuse, as far as that can be told without
// reading it. The refusal's field is within the list: ["search"], ["filter", "names", "0"].
func (s shape) check(given reflect.Value) *refusal.Refusal {
	return given.Interface().(formal).Form()
}

// within points a refusal of a list at its place in an input that holds it.
func (s shape) within(no *refusal.Refusal) *refusal.Refusal { return no.Within("list", s.name) }
