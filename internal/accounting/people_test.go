package accounting

import (
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// cast is who acts, as often as each stands here. Three may do everything, so that
// a request of one can be approved by the two others and withdrawn by nobody else;
// one sees the first business unit only; one may look and nothing else; one may make
// and delete seats and no more.
var cast = []string{"anna", "ben", "clara", "anna", "ben", "clara", "anna", "ben", "clara", "anna", "ben", "clara", "anna", "ben", "otto", "vera", "sam"}

// boss is who makes the organisation.
const boss = "boss"

// person is somebody of the cast, in the business units of a plan.
func person(name string, units []unit) viewer.Viewer {
	role, sees := lifecycle.Admin, viewer.Units{All: true}
	switch name {
	case "otto":
		sees = viewer.Units{Names: []string{units[0].Key}}
	case "vera":
		role = lifecycle.ViewOnly
	case "sam":
		role = lifecycle.SeatManager
	}
	return viewer.New("https://id.example.com", name, name, name+"@example.com", []lifecycle.Role{role}, sees)
}
