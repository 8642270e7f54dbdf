package inventory

import (
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// otherWays says by which mutation an enrollment is made under an authentication
// method. Under the other methods none is made here.
var otherWays = map[lifecycle.AuthenticationMethod]string{
	lifecycle.ManualApproval: "Ask for a certificate under it with requestEnrollment",
	lifecycle.EnrollmentCode: "Enroll the seat under it with enrollSeat",
}

// underProfile is the table's no to making an enrollment under a profile, by
// somebody who wants it under a method, with the profile's name and with what to
// do about it. It points at the profile where that is in the way.
func underProfile(p *profile.Held, wanted lifecycle.AuthenticationMethod, no *refusal.Refusal) *refusal.Refusal {
	switch way := otherWays[p.AuthenticationMethod]; {
	case no.Code == refusal.ProfileArchived:
		return refusal.New(no.Code, "The certificate profile %s is archived, and nothing is enrolled under it any more. Choose another one.", p.Name).At("profileId")
	case no.Code != refusal.WrongMethod:
		return no
	case way == "":
		return refusal.New(no.Code, "The certificate profile %s admits by %s, and nothing is enrolled under it here. Choose a profile with %s.", p.Name, p.AuthenticationMethod, wanted).At("profileId")
	default:
		return refusal.New(no.Code, "The certificate profile %s admits by %s. %s, or choose a profile with %s.", p.Name, p.AuthenticationMethod, way, wanted).At("profileId")
	}
}
