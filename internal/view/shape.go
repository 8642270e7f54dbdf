package view

import (
	"reflect"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// shape is what tells one list from another. Everything else about keeping,
// narrowing and writing lists is the same for all, and goes by the fields of their
// inputs: View, ViewID, Search, Filter and OrderBy, of which a list may lack the
// first and the third.
type shape struct {
	list lifecycle.List
	// name is the list's query and its field of ListInput, goName the field's name here.
	name, goName string
	// what it lists, in a sentence.
	what string
	// needs are the permissions of which one is enough to read it.
	needs []lifecycle.Permission
	// views are its system views in the order in which they are offered.
	views []systemView
	// input is the struct that its arguments are bound to.
	input reflect.Type
}

// shapes are all lists.
var shapes = []shape{
	{lifecycle.Enrollments, "enrollments", "Enrollments", "enrollments",
		[]lifecycle.Permission{lifecycle.ViewEnrollments, lifecycle.ViewOwnEnrollments},
		offered(inventory.EnrollmentViews), reflect.TypeFor[inventory.EnrollmentListInput]()},
	{lifecycle.Seats, "seats", "Seats", "seats",
		[]lifecycle.Permission{lifecycle.ViewSeats},
		offered(inventory.SeatViews), reflect.TypeFor[inventory.SeatListInput]()},
	{lifecycle.Certificates, "certificates", "Certificates", "certificates",
		[]lifecycle.Permission{lifecycle.ViewCertificates},
		offered(inventory.CertificateViews), reflect.TypeFor[inventory.CertificateListInput]()},
	{lifecycle.AuditEntries, "auditEntries", "AuditEntries", "audit entries",
		[]lifecycle.Permission{lifecycle.ViewAuditLog},
		nil, reflect.TypeFor[auditlog.ListInput]()},
}

// shapeOf is the shape of a list; false for a list that there is not.
func shapeOf(list lifecycle.List) (shape, bool) {
	for _, s := range shapes {
		if s.list == list {
			return s, true
		}
	}
	return shape{}, false
}

// shapeFor is the shape of a list that there is.
func shapeFor(list lifecycle.List) shape {
	s, _ := shapeOf(list)
	return s
}

// put makes a ListInput of one list's input.
func (s shape) put(input reflect.Value) (in ListInput) {
	p := reflect.New(s.input)
	p.Elem().Set(input)
	reflect.ValueOf(&in).Elem().FieldByName(s.goName).Set(p)
	return in
}

// has reports whether the list's input has the field.
func (s shape) has(field string) bool {
	_, has := s.input.FieldByName(field)
	return has
}
