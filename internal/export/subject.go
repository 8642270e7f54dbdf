package export

import (
	"slices"
	"strconv"
	"strings"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// subject says what kind of thing an export is of.
type subject struct {
	// word is what the things are called in a sentence, and in a file's name.
	word string
	// field is where createExport's list names it; empty for the results of a job.
	field string
	// list is which list they are; empty for the results of a job.
	list lifecycle.List
	// needs are the permissions of which one is enough to see any.
	needs []lifecycle.Permission
	// columns are the names of all columns.
	columns []string
}

// The subjects of exports.
var (
	ofEnrollments  = subject{"enrollments", "enrollments", lifecycle.Enrollments, []lifecycle.Permission{lifecycle.ViewEnrollments, lifecycle.ViewOwnEnrollments}, names((*Exports)(nil).enrollments())}
	ofSeats        = subject{"seats", "seats", lifecycle.Seats, []lifecycle.Permission{lifecycle.ViewSeats}, names((*Exports)(nil).seats())}
	ofCertificates = subject{"certificates", "certificates", lifecycle.Certificates, []lifecycle.Permission{lifecycle.ViewCertificates}, names((*Exports)(nil).certificates())}
	ofAuditEntries = subject{"audit entries", "auditEntries", lifecycle.AuditEntries, []lifecycle.Permission{lifecycle.ViewAuditLog}, names((*Exports)(nil).entries())}
	ofResults      = subject{"the results of a job", "", "", nil, names(results)}
)

// subjectOf is what is exported of a list.
func subjectOf(list lifecycle.List) subject {
	for _, s := range []subject{ofEnrollments, ofSeats, ofCertificates, ofAuditEntries} {
		if s.list == list {
			return s
		}
	}
	return subject{}
}

// Columns are the names of what can be written of a list's things, in the order in
// which they are written when none is chosen.
func Columns(list lifecycle.List) []string { return slices.Clone(subjectOf(list).columns) }

// ResultColumns are Columns for the results of a job.
func ResultColumns() []string { return slices.Clone(ofResults.columns) }

// known refuses columns that there are not, and one that is named twice.
func (s subject) known(columns []string) *refusal.Refusal {
	if len(columns) == 0 {
		return refusal.New(refusal.Invalid, "An export has at least one column; leave columns out for all of them.").At("columns")
	}
	for n, name := range columns {
		if !slices.Contains(s.columns, name) {
			return refusal.New(refusal.Invalid, "An export of %s has no column %.100q; it has %s.", s.word, name, strings.Join(s.columns, ", ")).At("columns", strconv.Itoa(n))
		}
		if slices.Contains(columns[:n], name) {
			return refusal.New(refusal.Invalid, "The column %s is named twice; name it once.", name).At("columns", strconv.Itoa(n))
		}
	}
	return nil
}

// chosen are those of the columns that somebody keeps with a list that an export
// knows: a frontend keeps columns of its own there, too. Nil for none.
func (s subject) chosen(kept []string) []string {
	var known []string
	for _, name := range kept {
		if slices.Contains(s.columns, name) && !slices.Contains(known, name) {
			known = append(known, name)
		}
	}
	return known
}
