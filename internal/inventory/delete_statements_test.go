package inventory_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// counted is how many statements an act sends.
func (w *world) counted(act func()) int64 {
	var statements atomic.Int64
	told := func(context.Context, string) { statements.Add(1) }
	w.onStatement.Store(&told)
	defer w.onStatement.Store(nil)
	act()
	return statements.Load()
}

func TestTheStatementsOfDeletionsAndCertificatesDoNotGrow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 600)
	under := w.profile(rules{})
	expiring := w.profile(rules{})
	batch := func(name string, n int) (seats []id.ID) {
		in := inventory.CreateSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.User}
		for k := range n {
			in.Seats = append(in.Seats, &inventory.NewSeat{SeatID: fmt.Sprintf("%s-%d", name, k)})
		}
		p, err := w.Inventory.CreateSeats(w.as(boss), in)
		granted(t, err)
		for _, r := range p.Results {
			granted(t, nil, r.UserErrors...)
			seats = append(seats, r.Seat.ID)
		}
		return seats
	}
	few, many := batch("few", 5), batch("many", 500)
	ids := map[string][]id.ID{}
	act := func(name string, seats []id.ID) int64 {
		in := inventory.LinkCertificatesInput{Source: lifecycle.SourceIssued}
		for _, s := range seats {
			in.Certificates = append(in.Certificates, &inventory.CertificateToLink{SeatID: s, Der: der(t, year)})
		}
		return w.counted(func() {
			out, err := w.Inventory.LinkCertificates(w.as(manager), in)
			w.each(out, err)
			for _, item := range out.Items {
				ids[name] = append(ids[name], item.ID)
			}
		})
	}
	compare := func(what string, small, large int64) {
		t.Helper()
		if small != large || small == 0 {
			t.Errorf("%s: %d statements for few, %d for many", what, small, large)
		}
		t.Logf("%s: %d statements", what, large)
	}
	compare("link", act("few", few), act("many", many))
	compare("unlink", w.counted(func() { w.unlink(ids["few"][:3]...) }), w.counted(func() { w.unlink(ids["many"][:250]...) }))
	compare("revoke", w.counted(func() { w.revoke(ids["few"][3]) }), w.counted(func() { w.revoke(ids["many"][250:300]...) }))
	// Each seat has an enrollment that waits and one that has expired unwritten.
	for name, seats := range map[string][]id.ID{"few": few, "many": many} {
		for n := range seats {
			if n%50 == 0 {
				w.request(rita, under, fmt.Sprintf("%s-%d", name, n))
				due := w.request(rita, expiring, fmt.Sprintf("%s-%d", name, n))
				w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, due.UUID, morning)
			}
		}
	}
	remove := func(seats []id.ID) func() {
		return func() {
			p, err := w.Inventory.DeleteSeats(w.as(manager), inventory.DeleteSeatsInput{IDs: seats, RevokeCertificates: ptr(true)})
			granted(t, err)
			for _, r := range p.Results {
				granted(t, nil, r.UserErrors...)
			}
		}
	}
	compare("deleteSeats", w.counted(remove(few)), w.counted(remove(many)))
	w.honest()
}
