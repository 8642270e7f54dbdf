package id

import "gatehouse/internal/refusal"

// lists are the queries that list the things that exist for a viewer.
var lists = map[string]string{
	"business unit": "businessUnits", "certificate profile": "certificateProfiles", "seat": "seats", "enrollment": "enrollments",
	"certificate": "certificates", "saved view": "views", "webhook": "webhooks", "job": "jobs",
}

// Missing is the no to an id that names no such thing for the viewer. What was
// never there and what lies outside their business units read the same, so that
// the sentence tells nothing; it names the query that lists what there is.
func Missing(what string, one ID) *refusal.Refusal {
	if list, known := lists[what]; known {
		return refusal.New(refusal.NotFound, "There is no %s %s for you. The query %s lists those that there are.", what, one, list)
	}
	return refusal.New(refusal.NotFound, "There is no %s %s for you.", what, one)
}
