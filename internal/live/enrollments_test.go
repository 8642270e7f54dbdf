package live_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"gatehouse/internal/fault"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// worldIn is the person with a token of one business unit.
func worldIn(v viewer.Viewer, unit id.ID) viewer.Viewer { return world.In(v, unit.String()) }

// TestWhoIsToldOfWhat: one request of rob's is taken up, put back and rejected;
// another one of eve's, elsewhere, is made.
func TestWhoIsToldOfWhat(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	elsewhere, other := s.place("elsewhere")
	s.run(s.Feed)
	known := s.Request(rob, s.profile.ID, "known").ID
	s.newest()
	const (
		made   = "ENTERED PENDING"
		taken  = "UPDATED IN_PROGRESS"
		back   = "UPDATED PENDING"
		ended  = "UPDATED REJECTED"
		theirs = "elsewhere ENTERED PENDING"
	)
	nobody := world.In(eve)
	rita := world.Person("rita", lifecycle.Requester)
	type filter = live.EnrollmentFilter
	cases := []struct {
		name   string
		who    viewer.Viewer
		filter *filter
		want   []string
	}{
		{"all", eve, nil, []string{taken, back, ended, theirs}},
		{"all, with a filter that says nothing", eve, &filter{}, []string{taken, back, ended, theirs}},
		{"in the business unit", worldIn(eve, s.unit), nil, []string{taken, back, ended}},
		{"in it, by its key", world.In(eve, "here"), nil, []string{taken, back, ended}},
		{"in another one", worldIn(eve, elsewhere), nil, []string{theirs}},
		{"in none", nobody, nil, nil},
		{"the requester", rob, nil, []string{taken, back, ended}},
		{"the requester, no longer in the business unit", worldIn(rob, elsewhere), nil, nil},
		{"another requester", rita, nil, nil},
		{"the same subject of another issuer", viewer.New("https://other.example.com", "rob", "Rob", "", []lifecycle.Role{lifecycle.Requester}, viewer.Units{All: true}), nil, nil},
		{"one enrollment", eve, &filter{IDs: []id.ID{known}}, []string{taken, back, ended}},
		{"another enrollment", eve, &filter{IDs: []id.ID{id.New(id.Enrollment)}}, nil},
		{"no enrollment", eve, &filter{IDs: []id.ID{}}, nil},
		{"one business unit", eve, &filter{BusinessUnitIDs: []id.ID{elsewhere}}, []string{theirs}},
		{"one outside", worldIn(eve, s.unit), &filter{BusinessUnitIDs: []id.ID{elsewhere}}, nil},
		{"no business unit", eve, &filter{BusinessUnitIDs: []id.ID{}}, nil},
		{"one profile", eve, &filter{ProfileIDs: []id.ID{other.ID}}, []string{theirs}},
		{"no profile", eve, &filter{ProfileIDs: []id.ID{}}, nil},
		{"one status", eve, &filter{Statuses: []lifecycle.Status{lifecycle.InProgress}}, []string{"ENTERED IN_PROGRESS", "LEFT PENDING"}},
		{"two statuses", eve, &filter{Statuses: []lifecycle.Status{lifecycle.InProgress, lifecycle.Pending}}, []string{taken, back, "LEFT REJECTED", theirs}},
		{"a status that is not reached", eve, &filter{Statuses: []lifecycle.Status{lifecycle.Locked}}, nil},
		{"no status", eve, &filter{Statuses: []lifecycle.Status{}}, nil},
		{"one's own", eve, &filter{RequestedByMe: new(true)}, []string{theirs}},
		{"those of others", eve, &filter{RequestedByMe: new(false)}, []string{taken, back, ended}},
	}
	streams := make([]<-chan *live.EnrollmentEvent, len(cases))
	for n, c := range cases {
		streams[n] = s.follow(s.Feed, c.who, c.filter, nil)
	}
	watcher := s.follow(s.Feed, eve, nil, nil)
	s.TakeUp(eve, known)
	if !change(s.As(eve), t, s.House, known, lifecycle.Pending) {
		t.Fatal("it was not put back")
	}
	s.Reject(eve, "no", known)
	foreign := s.Request(eve, other.ID, "foreign").ID
	until(t, watcher, foreign)
	later := s.follow(s.Feed, eve, nil, nil)
	s.settled(watcher)
	for n, c := range cases {
		var got []string
		for _, e := range waiting(streams[n]) {
			switch e.EnrollmentID {
			case known:
				got = append(got, fmt.Sprint(e.Change, " ", e.Status))
			case foreign:
				got = append(got, fmt.Sprint("elsewhere ", e.Change, " ", e.Status))
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: told of %q, want %q", c.name, got, c.want)
		}
	}
	for _, e := range waiting(later) {
		if e.EnrollmentID == known || e.Change != lifecycle.Entered {
			t.Errorf("who came later was told of %+v", e)
		}
	}
}

// TestARequestIsToldOfAsMade: entered, by what was done, when and in which status.
func TestARequestIsToldOfAsMade(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run(s.Feed)
	stream := s.follow(s.Feed, eve, nil, nil)
	one := s.Request(rob, s.profile.ID, "fresh").ID
	e := next(t, stream)
	if e.EnrollmentID != one || e.Change != lifecycle.Entered || e.Action != "REQUEST" || e.Status != lifecycle.Pending || !e.At.Equal(s.Clock.Now()) {
		t.Errorf("told of %+v", e)
	}
	// An approval moves it, and makes the seat; an expiry is the system's.
	s.Approve(eve, "yes", one)
	if e := next(t, stream); e.Change != lifecycle.Updated || e.Action != "APPROVE" || e.Status != lifecycle.Approved {
		t.Errorf("told of %+v", e)
	}
	s.Clock.Pass(31 * 24 * time.Hour)
	if _, err := s.Inventory.ExpireDue(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	if e := next(t, stream); e.Action != "EXPIRE" || e.Status != lifecycle.Expired {
		t.Errorf("told of %+v", e)
	}
}

// TestSeveralMovesOfOneTransaction: an enrollment whose time has passed is reset. It is
// told as two moves, the system's and the person's; that its code was shown before is
// no change.
func TestSeveralMovesOfOneTransaction(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run(s.Feed)
	codes := s.Profile(s.unit, "codes", world.WithCodes)
	one := s.Invite(codes.ID, s.Seats(s.unit, lifecycle.User, "seat")[0].ID).ID
	s.newest()
	stream := s.follow(s.Feed, eve, nil, nil)
	expired := s.follow(s.Feed, eve, &live.EnrollmentFilter{Statuses: []lifecycle.Status{lifecycle.Expired}}, nil)
	if p, err := s.Inventory.RevealCode(s.As(eve), inventory.RevealEnrollmentCodeInput{ID: one}); err != nil || len(p.UserErrors) > 0 {
		t.Fatal(err, p.UserErrors)
	}
	s.Clock.Pass(365 * 24 * time.Hour)
	if p, err := s.Inventory.Reset(s.As(eve), inventory.ResetEnrollmentInput{ID: one}); err != nil || len(p.UserErrors) > 0 {
		t.Fatal(err, p.UserErrors)
	}
	for _, want := range []live.EnrollmentEvent{
		{Change: lifecycle.Updated, Action: "EXPIRE", Status: lifecycle.Expired},
		{Change: lifecycle.Updated, Action: "RESET", Status: lifecycle.Created},
	} {
		if e := next(t, stream); e.Change != want.Change || e.Action != want.Action || e.Status != want.Status {
			t.Errorf("told of %+v, want %+v", e, want)
		}
	}
	for _, want := range []lifecycle.ChangeKind{lifecycle.Entered, lifecycle.Left} {
		if e := next(t, expired); e.Change != want {
			t.Errorf("who follows what has expired was told of %+v, want %s", e, want)
		}
	}
}

// TestWhoMayFollow: nobody without a login, and who may see something of the kind.
func TestWhoMayFollow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.Feed.Enrollments(t.Context(), nil, nil); !errors.Is(err, fault.NoViewer) {
		t.Errorf("nobody: %v", err)
	}
	none := world.Person("none")
	for name, try := range map[string]func(viewer.Viewer) error{
		"enrollments": func(v viewer.Viewer) error { _, err := s.Feed.Enrollments(s.As(v), nil, nil); return err },
		"figures":     func(v viewer.Viewer) error { _, err := s.Feed.SeatUsage(s.As(v), nil, nil, nil); return err },
	} {
		if no := refusal.Find(try(none)); no == nil || no.Code != refusal.Forbidden {
			t.Errorf("%s without a role: %v", name, no)
		}
		if err := try(eve); err != nil {
			t.Errorf("%s as a manager: %v", name, err)
		}
	}
	if _, err := s.Feed.SeatUsage(s.As(rob), nil, nil, nil); refusal.Find(err) == nil {
		t.Errorf("a requester follows figures: %v", err)
	}
	if _, err := s.Feed.Jobs(s.As(rob), nil, nil); err != nil {
		t.Errorf("a requester's own jobs: %v", err)
	}
}

// TestABusinessUnitThatIsMadeLater is followed from its first moment by who has it in
// their token.
func TestABusinessUnitThatIsMadeLater(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run(s.Feed)
	stream := s.follow(s.Feed, world.In(eve, "here", "later"), nil, nil)
	blind := s.follow(s.Feed, world.In(eve, "others"), nil, nil)
	watcher := s.follow(s.Feed, eve, nil, nil)
	_, later := s.place("later")
	one := s.Request(rob, later.ID, "first-of-all").ID
	if e := next(t, stream); e.EnrollmentID != one {
		t.Errorf("told of %+v", e)
	}
	s.settled(watcher)
	if got := waiting(blind); len(got) != 0 {
		t.Errorf("somebody else was told of %+v", got[0])
	}
}
