package demo

// What people write.
var (
	purposes = []string{
		"", "New in the team since Monday.", "Replaces a certificate that ends soon.", "", "The old laptop was returned.", "Asked for by the service owner.",
		"", "Needed before the audit.", "Second device.", "As discussed on the phone.", "Migration to the new platform.",
	}
	approvalTexts = []string{
		"Checked with the team.", "The owner confirmed it.", "Known and expected.", "Matches the change request.", "",
		"Identity checked on a call.", "In line with the policy.",
	}
	reasons = []string{
		"The name is not one of ours.", "Left the company last week.", "Please ask with your own account.", "Already covered by another certificate.",
		"The service owner does not know of it.",
	}
	withdrawals = []string{"Asked for the wrong profile.", "No longer needed.", "I will send it again with the right name."}
	noteTexts   = []string{
		"Called the requester; no answer yet.", "Waiting for the service owner's confirmation.", "The host name was checked against the inventory.",
		"Second request from this team this week.", "Asked for the change number.",
	}
)
