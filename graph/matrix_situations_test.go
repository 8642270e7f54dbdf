package graph_test

import (
	"fmt"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
)

// making is what an enrollment is made of, which never changes.
type making struct {
	method lifecycle.AuthenticationMethod
	ca     lifecycle.CAType
	by     lifecycle.EnrollmentMethod
}

func (m making) String() string { return fmt.Sprintf("%s, %s, %s", m.method, m.ca, m.by) }

// makings are those of the matrix: both methods, both kinds of certificate authority,
// and an enrollment method that is mailed and one that is not.
var makings = []making{
	{lifecycle.EnrollmentCode, lifecycle.Private, lifecycle.BrowserPKCS12},
	{lifecycle.EnrollmentCode, lifecycle.Private, lifecycle.SCEP},
	{lifecycle.EnrollmentCode, lifecycle.Public, lifecycle.CSR},
	{lifecycle.EnrollmentCode, lifecycle.Public, lifecycle.EST},
	{lifecycle.ManualApproval, lifecycle.Private, lifecycle.CSR},
	{lifecycle.ManualApproval, lifecycle.Private, lifecycle.SCEP},
	{lifecycle.ManualApproval, lifecycle.Public, lifecycle.CSR},
}

// age is how much time passes between an enrollment's making and the matrix.
type age int

const (
	// fresh: its time has not passed.
	fresh age = iota
	// due: its time has passed, and nobody has written it down.
	due
	// swept: its time has passed, and the sweep has been there.
	swept
)

// promised is how long an invitation, a request and a pick-up stand in the matrix.
const promised = 10 * 24 * time.Hour

// situation is where an enrollment stands when somebody tries something.
type situation struct {
	name  string
	facts lifecycle.EnrollmentFacts
	age   age
	// old: under the profile that is archived before the matrix begins.
	old bool
	// bring takes what was just made to where its time begins to pass; then does the
	// rest when it has.
	bring, then func(*board, *held)
}

// held is one enrollment of the matrix.
type held struct {
	id   id.ID
	seat string
	// row is the seat's id, where it was there before.
	row id.ID
	// code is the enrollment's; empty with manual approval.
	code string
}

// situations are those of an authentication method: every status that its
// enrollments can have, EXPIRED both written and not, and what else the table asks.
func situations(m lifecycle.AuthenticationMethod) []situation {
	facts := func(s lifecycle.Status, changes ...func(*lifecycle.EnrollmentFacts)) lifecycle.EnrollmentFacts {
		f := lifecycle.EnrollmentFacts{Status: s, Required: 2}
		for _, change := range changes {
			change(&f)
		}
		return f
	}
	passed := func(f *lifecycle.EnrollmentFacts) { f.TimePassed = true }
	issuing := func(f *lifecycle.EnrollmentFacts) { f.Issuing = true }
	archived := func(f *lifecycle.EnrollmentFacts) { f.ProfileArchived = true }
	taken := func(f *lifecycle.EnrollmentFacts) { f.ActiveExists = true }
	gone := func(f *lifecycle.EnrollmentFacts) { f.SeatDeleted = true }
	once := func(f *lifecycle.EnrollmentFacts) { f.Approvals = 1 }
	twice := func(f *lifecycle.EnrollmentFacts) { f.Approvals = 2 }
	expired := lifecycle.Expired
	if m == lifecycle.EnrollmentCode {
		return []situation{
			{name: "CREATED", facts: facts(lifecycle.Created)},
			{name: "CREATED at the CA", facts: facts(lifecycle.Created, issuing), then: (*board).atTheCA},
			{name: "LOCKED", facts: facts(lifecycle.Locked), bring: (*board).lock},
			{name: "LOCKED for long", facts: facts(lifecycle.Locked, passed), age: swept, bring: (*board).lock},
			{name: "EXPIRED", facts: facts(expired, passed), age: swept},
			{name: "EXPIRED unwritten", facts: facts(expired, passed), age: due},
			{name: "EXPIRED, old profile", facts: facts(expired, passed, archived), age: swept, old: true},
			{name: "EXPIRED, place taken", facts: facts(expired, passed, taken), age: swept, then: (*board).makeAnother},
			{name: "REDEEMED", facts: facts(lifecycle.Redeemed), bring: (*board).redeem},
			{name: "REJECTED", facts: facts(lifecycle.Rejected), bring: (*board).cancel},
		}
	}
	return []situation{
		{name: "PENDING", facts: facts(lifecycle.Pending)},
		{name: "IN_PROGRESS", facts: facts(lifecycle.InProgress), bring: (*board).takeUp},
		{name: "SECOND", facts: facts(lifecycle.PendingSecondApproval, once), bring: (*board).approveOnce},
		{name: "APPROVED", facts: facts(lifecycle.Approved, twice), bring: (*board).approveTwice},
		{name: "APPROVED at the CA", facts: facts(lifecycle.Approved, twice, issuing), bring: (*board).approveTwice, then: (*board).atTheCA},
		{name: "EXPIRED", facts: facts(expired, passed), age: swept},
		{name: "unwritten PENDING", facts: facts(expired, passed), age: due},
		{name: "unwritten IN_PROGRESS", facts: facts(expired, passed), age: due, bring: (*board).takeUp},
		{name: "unwritten SECOND", facts: facts(expired, passed, once), age: due, bring: (*board).approveOnce},
		{name: "unwritten APPROVED", facts: facts(expired, passed, twice), age: due, bring: (*board).approveTwice},
		{name: "EXPIRED, old profile", facts: facts(expired, passed, archived), age: swept, old: true},
		{name: "EXPIRED, place taken", facts: facts(expired, passed, taken), age: swept, then: (*board).makeAnother},
		{name: "EXPIRED, seat gone", facts: facts(expired, passed, twice, gone), age: swept, bring: (*board).approveTwice},
		{name: "REDEEMED", facts: facts(lifecycle.Redeemed, twice), bring: (*board).redeemApproved},
		{name: "REJECTED", facts: facts(lifecycle.Rejected), bring: (*board).reject},
	}
}

// profile is the rules of the matrix's profiles: two approvals, one wrong code.
func (m making) profile(in *profile.CreateCertificateProfileInput) {
	in.SeatType, in.CaType, in.AuthenticationMethod, in.EnrollmentMethod = lifecycle.Unified, m.ca, m.method, m.by
	in.ApprovalsRequired, in.AllowedAttempts = new(2), new(1)
	in.Expiry, in.PickupTime = new(days(promised)), new(days(promised))
	in.AllowedSans = []lifecycle.SANKind{lifecycle.SANDNS}
	in.MailCode = new(m.method == lifecycle.EnrollmentCode && m.by.Mailed())
}

// make makes the enrollments of one situation. All but those whose seat is to go
// with them have a seat already.
func (b *board) make(s situation, n int) []*held {
	under := b.profile
	if s.old {
		under = b.oldProfile
	}
	made := make([]*held, n)
	for i := range made {
		b.made++
		h := &held{seat: fmt.Sprintf("host-%d.example.com", b.made)}
		if !s.facts.SeatDeleted {
			h.row = b.Seats(b.unit, lifecycle.Unified, h.seat)[0].ID
		}
		b.enroll(under, h)
		if s.bring != nil {
			s.bring(b, h)
		}
		made[i] = h
	}
	return made
}

// enroll makes the enrollment: an invitation or a request.
func (b *board) enroll(under id.ID, h *held) {
	if b.method == lifecycle.ManualApproval {
		h.id = b.Request(rita(), under, h.seat, b.csr, func(in *inventory.RequestEnrollmentInput) { in.Email = new(holder) }).ID
		return
	}
	h.code = givenCode
	p, err := b.Inventory.EnrollSeat(b.As(anna()), inventory.EnrollSeatInput{ID: h.row, ProfileID: under, Code: &h.code, Email: new(holder)})
	if err != nil || len(p.UserErrors) > 0 {
		b.t.Fatal(err, p)
	}
	h.id = p.Enrollment.ID
}

// givenCode fits every profile of the matrix; a code is nobody's secret here.
const givenCode = "ABCDEFGHJKMN"

// namesOf are the situations' names.
func namesOf(all []situation) []string {
	names := make([]string, len(all))
	for n, s := range all {
		names[n] = s.name
	}
	return names
}
