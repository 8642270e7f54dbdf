package graph_test

import (
	"strings"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// holder is the address that every request of the matrix is for.
const holder = "holder@example.com"

// somebody is one who tries: a role, and how they stand to the enrollments of the
// matrix, all of which rita asked for and the first approver approved where one has.
type somebody struct {
	name string
	// viewer is who the token says; nil without one.
	viewer *viewer.Viewer
	// asked, addressed, approved: rita herself; somebody with the request's address;
	// the first approver.
	asked, addressed, approved bool
}

// everybody are all who try: each role, no role, nobody, and those whom the table
// tells from others of their role.
func everybody() []somebody {
	all := []somebody{{name: "no login"}}
	add := func(s somebody, v viewer.Viewer) {
		s.viewer = &v
		all = append(all, s)
	}
	add(somebody{name: "no role"}, world.Person("no-role"))
	for _, role := range lifecycle.Roles {
		add(somebody{name: string(role)}, world.Person("only-"+strings.ToLower(string(role)), role))
	}
	add(somebody{name: "REQUESTER who asked", asked: true}, rita())
	add(somebody{name: "ADMIN who asked", asked: true}, world.Person("rita", lifecycle.Admin))
	add(somebody{name: "ADMIN of the address", addressed: true},
		viewer.New(world.Issuer, "only-addressed", "Name", strings.ToUpper(holder), []lifecycle.Role{lifecycle.Admin}, viewer.Units{All: true}))
	add(somebody{name: "ADMIN who has approved", approved: true}, firstApprover())
	return all
}

// few are each way past the door, and one who does not get past it: enough for
// enrollments that have to be made anew for each cell, since they change by being
// asked about, and for the makings that differ in the enrollment method alone.
func few() []somebody {
	var some []somebody
	for _, s := range everybody() {
		switch s.name {
		case "ADMIN", "APPROVER", "VIEWER", "REQUESTER who asked":
			some = append(some, s)
		}
	}
	return some
}

func firstApprover() viewer.Viewer  { return world.Person("first-approver", lifecycle.Admin) }
func secondApprover() viewer.Viewer { return world.Person("second-approver", lifecycle.Approver) }

// facts are those of a situation for this person.
func (s somebody) facts(of making, in situation) lifecycle.EnrollmentFacts {
	f := in.facts
	f.Method, f.CA, f.EnrollmentMethod = of.method, of.ca, of.by
	if s.viewer != nil {
		f.Permissions = s.viewer.Permissions
	}
	manual := of.method == lifecycle.ManualApproval
	f.Requester = s.asked && manual // a seat is enrolled by the boss
	f.OwnEmail = s.addressed && manual
	f.Decided = s.approved && f.Approvals > 0
	return f
}

// sees reports whether the enrollment exists for this person.
func (s somebody) sees(of making) bool {
	if s.viewer == nil {
		return false
	}
	return s.viewer.May(lifecycle.ViewEnrollments) || s.viewer.May(lifecycle.ViewOwnEnrollments) && s.asked && of.method == lifecycle.ManualApproval
}
