package lifecycle

// always leads to one status.
func always(s Status) func(EnrollmentFacts) Status {
	return func(EnrollmentFacts) Status { return s }
}

// stay leaves the status as it is.
func stay(f EnrollmentFacts) Status { return f.Status }

// otherOfTwo moves between PENDING and IN_PROGRESS.
func otherOfTwo(f EnrollmentFacts) Status {
	if f.Status == Pending {
		return InProgress
	}
	return Pending
}

// afterApproval counts the approval that is being given. A Required of 0 was
// not read: nothing is approved by a fact that is missing.
func afterApproval(f EnrollmentFacts) Status {
	if f.Required < 1 || f.Approvals+1 < f.Required {
		return PendingSecondApproval
	}
	return Approved
}

// afterUnlock leads back to CREATED, or to where time has led meanwhile.
func afterUnlock(f EnrollmentFacts) Status {
	if f.TimePassed {
		return Expired
	}
	return Created
}
