package demo

import (
	"fmt"
	"time"

	"gatehouse/internal/inventory"
	"gatehouse/internal/refusal"
)

// A request's story is decided here, in memory and before anything is done: who
// asks when for what, and what becomes of it. It is a function of the offer and
// the request's number in it.

// ask is one request and its steps.
type ask struct {
	offer offer
	n     int
	by    person
	seat  *inventory.NewSeat
	at    moment
	// fate is what becomes of it in the end.
	fate  fate
	steps []step
	// fetched is when its certificate is picked up, or attached; nil when neither.
	fetched *moment
	// ends is when it expires; zero when a person ends it.
	ends time.Duration
}

// moment is a minute of a day: so many days ago, so many minutes after eight in
// the morning.
type moment struct{ daysAgo, minute int }

// since is when it is, counted from the midnight of the seeding.
func (m moment) since() time.Duration {
	return -time.Duration(m.daysAgo)*24*time.Hour + 8*time.Hour + time.Duration(m.minute)*time.Minute
}

// step is what somebody does to a request.
type step struct {
	at   moment
	kind stepKind
	by   person
	// text is a comment, a reason or a note.
	text string
	// want is the refusal that it meets.
	want refusal.Code
}

type stepKind string

const (
	approves  stepKind = "approve"
	rejects   stepKind = "reject"
	withdraws stepKind = "withdraw"
	takesUp   stepKind = "take-up"
	notes     stepKind = "note"
)

// fate is what becomes of a request.
type fate byte

const (
	granted   fate = 'A' // approved by everybody whom it takes
	refused   fate = 'R' // rejected
	retracted fate = 'W' // withdrawn
	lapsed    fate = 'L' // nobody decided in time
	waiting   fate = 'P' // nobody has looked yet
	takenUp   fate = 'I' // in progress
	halfway   fate = 'H' // approved once, of several
)

// What becomes of twenty requests in a row: of old ones, and of those whose time
// has not passed.
const (
	oldFates   = "AAARAAALAAAAWAALARAA"
	youngFates = "PAIHPAPAHPAIPRAPHAPW"
)

// People ask in the first minutes of a working day; decisions come in the
// afternoon of that day or of a later one.
const (
	minutesOfAsking = 470
	afternoon       = 480
)

// daysAgo is when the n-th of an offer's requests was made: sparse at first, dense
// towards the end.
func (o offer) daysAgo(n int) int {
	span := length - 6 - o.until
	left := o.requests - 1 - n
	return o.until + span*left*left/((o.requests-1)*(o.requests-1))
}

// asks are the requests under an offer, with what becomes of each.
func (o offer) asks() []*ask {
	d := o.division()
	all := make([]*ask, o.requests)
	for n := range all {
		a := &ask{offer: o, n: n, by: d.ask[n%len(d.ask)], at: moment{o.daysAgo(n), (n*37 + len(o.name)*13) % minutesOfAsking}}
		a.seat = o.seat(n)
		a.decide(d)
		all[n] = a
	}
	return all
}

// seat is the seat of an offer's n-th request. Two of three ask for a seat that is
// there; the third's is made by the last approval.
func (o offer) seat(n int) *inventory.NewSeat {
	st := o.stock()
	switch {
	case st.allocated == st.seats:
		return st.seat(n)
	case n%3 == 2:
		return st.seat(st.seats + n/3)
	}
	return st.seat((n*2 + 2) / 3)
}

// decide fills in what becomes of a request.
func (a *ask) decide(d division) {
	age, o := a.at.daysAgo, a.offer
	switch {
	case age <= o.expiry-2:
		a.fate = fate(youngFates[(a.n*7+len(o.slug()))%len(youngFates)])
	case age <= o.expiry:
		a.fate = granted // it must not lapse on the very day of the seeding
	default:
		a.fate = fate(oldFates[(a.n*7+len(o.slug()))%len(oldFates)])
	}
	if a.fate == halfway && o.approvals == 1 {
		a.fate = waiting
	}
	deciders := make([]person, 0, len(d.decide))
	for i := range d.decide {
		if p := d.decide[(a.n+i)%len(d.decide)]; p.name != a.by.name {
			deciders = append(deciders, p)
		}
	}
	if a.n%9 == 4 && a.fate != retracted {
		a.add(age, afternoon-5, notes, deciders[0], pick(noteTexts, a.n))
	}
	switch a.fate {
	case granted:
		a.grant(deciders)
	case refused:
		day := workday(age-1-a.n%2, deciders[0])
		a.add(day, 0, rejects, deciders[0], pick(reasons, day))
	case retracted:
		a.add(age, afternoon-2, withdraws, a.by, pick(withdrawals, a.n))
	case takenUp:
		a.add(age, afternoon-3, takesUp, deciders[0], "")
	case halfway:
		a.add(max(age-1, 1), 0, approves, deciders[0], pick(approvalTexts, a.n))
	}
	a.attempts(deciders)
	a.fetch()
	a.expire()
}

// grant adds the approvals, by different people; now and then the first of them
// has taken the request up before.
func (a *ask) grant(deciders []person) {
	o, age := a.offer, a.at.daysAgo
	if a.n%8 == 1 {
		a.add(age, afternoon-3, takesUp, deciders[0], "")
	}
	for i := range o.approvals {
		day := workday(age-1-a.n%3-i, deciders[i])
		a.add(day, 0, approves, deciders[i], pick(approvalTexts, day+deciders[i].desk))
	}
	// It must not lapse on the very day of the seeding, when what is read would
	// depend on the hour.
	for n := range a.steps {
		if s := &a.steps[n]; s.kind == approves && s.at.daysAgo == o.pickup && a.lastApproval() == s.at {
			s.at.daysAgo--
		}
	}
}

// workday is the day on which a person decides what was to be decided so many days
// ago: each goes through the requests every third day.
func workday(daysAgo int, p person) int {
	for day := daysAgo; day > 0 && day > daysAgo-3; day-- {
		if (day+p.desk)%3 == 0 {
			return day
		}
	}
	return max(daysAgo, 1)
}

// add adds a step; a decision's minute is its person's.
func (a *ask) add(daysAgo, minute int, kind stepKind, by person, text string) {
	if minute == 0 {
		minute = afternoon + by.desk*5
	}
	a.steps = append(a.steps, step{at: moment{daysAgo, minute}, kind: kind, by: by, text: text})
}

// try adds a step that is refused.
func (a *ask) try(at moment, kind stepKind, by person, text string, want refusal.Code) {
	a.steps = append(a.steps, step{at: at, kind: kind, by: by, text: text, want: want})
}

// expire says when the request ends by itself, counted from the midnight of the
// seeding.
func (a *ask) expire() {
	const day = 24 * time.Hour
	switch {
	case a.fate == refused || a.fate == retracted || a.fetched != nil:
		a.ends = 0
	case a.fate == granted:
		a.ends = a.lastApproval().since() + time.Duration(a.offer.pickup)*day
	default:
		a.ends = a.at.since() + time.Duration(a.offer.expiry)*day
	}
}

// name tells the request from all others.
func (a *ask) name() string { return fmt.Sprintf("request-%s-%03d", a.offer.slug(), a.n+1) }

// pick is the n-th of some texts, round and round.
func pick(texts []string, n int) string { return texts[n%len(texts)] }
