package inventory_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// theCertificate is a certificate as the boss sees it.
func (w *world) theCertificate(one id.ID) *inventory.Certificate {
	w.t.Helper()
	c, err := w.Inventory.Certificate(w.as(boss), one, nil)
	if err != nil || c == nil {
		w.t.Fatalf("certificate %s: %v %v", one, c, err)
	}
	return c
}

// seatAs is a seat as somebody sees it.
func (w *world) seatAs(v viewer.Viewer, one id.ID) *inventory.Seat {
	w.t.Helper()
	s, err := w.Inventory.Seat(w.as(v), one)
	if err != nil || s == nil {
		w.t.Fatalf("seat %s: %v %v", one, s, err)
	}
	return s
}

func TestACertificateReadsExpiredAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	seat := w.seat(lifecycle.User, "ada").ID
	lives, revoked := w.link(seat, morning.Add(day)), w.link(seat, morning.Add(day))
	w.revoke(revoked)
	w.set(morning.Add(day - time.Microsecond))
	if got := w.theCertificate(lives).Status; got != lifecycle.CertificateIssued {
		t.Errorf("just before its end it is %s", got)
	}
	w.set(morning.Add(day))
	if got := w.theCertificate(lives).Status; got != lifecycle.CertificateExpired {
		t.Errorf("at its end it is %s", got)
	}
	c := w.theCertificate(revoked)
	if c.Status != lifecycle.CertificateRevoked || c.RevokedAt == nil || !c.RevokedAt.Equal(morning) || c.RevocationReason == nil || *c.RevocationReason != lifecycle.RevokedSuperseded {
		t.Errorf("the revoked one is %s since %v for %v", c.Status, c.RevokedAt, c.RevocationReason)
	}
	list, err := w.Inventory.CertificatesOf(w.as(boss), w.seatAs(boss, seat), page.Args{}, nil)
	granted(t, err)
	if got := fmt.Sprint(list.Nodes()[0].Status, " ", list.Nodes()[1].Status); got != "REVOKED EXPIRED" {
		t.Errorf("the seat's certificates are %s; want the newest first", got)
	}
}

// TestWhoSeesACertificate asks for one certificate and everything around it as
// different people.
func TestWhoSeesACertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	a := w.approvedWithCSR(w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR}), "web-01")
	attached := w.attach(a.e, pemOf(a.ca.certify("web-01", &a.key.PublicKey, year, false)))
	granted(t, nil, attached.UserErrors...)
	c, err := w.Inventory.CertificateOf(w.as(boss), attached.Enrollment, nil)
	granted(t, err)
	seat := w.seatUnder(a.e)
	other := w.newUnit("other", 0)
	for _, test := range []struct {
		name                                                string
		who                                                 viewer.Viewer
		root                                                refusal.Code
		sees, ofEnrollment, itsSeat, itsEnrollment, itsUnit bool
		trail                                               int
	}{
		{"an administrator", boss, "", true, true, true, true, true, 1},
		{"an approver, without the audit", anna, "", true, true, true, true, true, 0},
		{"an auditor", auditor, "", true, true, true, true, true, 1},
		{"a requester", rita, refusal.Forbidden, false, false, false, true, false, 0},
		{"an administrator of another unit", person("otto", lifecycle.Admin, other.String()), "", false, false, false, false, false, 0},
		{"an administrator of no unit", viewer.New("https://id.example.com", "nemo", "", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{}), "", false, false, false, false, false, 0},
		{"nobody", viewer.Viewer{}, refusal.Forbidden, false, false, false, false, false, 0},
	} {
		ctx := w.as(test.who)
		one, err := w.Inventory.Certificate(ctx, c.ID, nil)
		if no := refusal.Find(err); test.root != "" && (no == nil || no.Code != test.root) || test.root == "" && err != nil {
			t.Errorf("%s: asked for it alone the answer is %v", test.name, err)
		}
		byID, err := w.Inventory.CertificatesByID(ctx, []id.ID{c.ID, id.New(id.Certificate)}, nil)
		granted(t, err)
		if (one != nil) != test.sees || (byID[c.ID] != nil) != test.sees || len(byID) > 1 {
			t.Errorf("%s: sees %v and %v", test.name, one, byID)
		}
		// What follows is asked of objects that somebody else has read: the edges
		// decide for themselves.
		e, s := w.enrollment(a.e), w.seatAs(boss, seat)
		of, err := w.Inventory.CertificateOf(ctx, e, nil)
		granted(t, err)
		list, err := w.Inventory.CertificatesOf(ctx, s, page.Args{}, nil)
		granted(t, err)
		total, err := list.TotalCount(ctx)
		granted(t, err)
		if (of != nil) != test.ofEnrollment || (len(list.Edges) == 1) != test.ofEnrollment || (total == 1) != test.ofEnrollment {
			t.Errorf("%s: the enrollment led to %v, the seat has %d of %d", test.name, of, len(list.Edges), total)
		}
		mine := w.theCertificate(c.ID)
		itsSeat, err := w.Inventory.SeatOfCertificate(ctx, mine)
		granted(t, err)
		itsEnrollment, err := w.Inventory.EnrollmentOfCertificate(ctx, mine)
		granted(t, err)
		itsUnit, err := w.Inventory.BusinessUnitOfCertificate(ctx, mine)
		granted(t, err)
		trail, err := w.Inventory.CertificateTrail(ctx, mine, page.Args{})
		granted(t, err)
		if (itsSeat != nil) != test.itsSeat || (itsEnrollment != nil) != test.itsEnrollment || (itsUnit != nil) != test.itsUnit || len(trail.Edges) != test.trail {
			t.Errorf("%s: seat %v, enrollment %v, unit %v, %d entries", test.name, itsSeat != nil, itsEnrollment != nil, itsUnit != nil, len(trail.Edges))
		}
		if test.trail == 1 && trail.Nodes()[0].Action != audit.LinkCertificate {
			t.Errorf("%s: the trail begins with %s", test.name, trail.Nodes()[0].Action)
		}
	}
}

func TestWhatAnEnrollmentLedTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR})
	a := w.approvedWithCSR(under, "web-01")
	if c, err := w.Inventory.CertificateOf(w.as(boss), w.enrollment(a.e), nil); err != nil || c != nil {
		t.Errorf("before it is redeemed it led to %v, %v", c, err)
	}
	granted(t, nil, w.attach(a.e, pemOf(a.ca.certify("web-01", &a.key.PublicKey, year, false))).UserErrors...)
	c, err := w.Inventory.CertificateOf(w.as(boss), w.enrollment(a.e), nil)
	granted(t, err)
	w.unlink(c.ID)
	after, err := w.Inventory.CertificateOf(w.as(boss), w.enrollment(a.e), nil)
	granted(t, err)
	if after == nil || after.ID != c.ID {
		t.Fatalf("taken off its seat, it led to %v", after)
	}
	if s, err := w.Inventory.SeatOfCertificate(w.as(boss), after); err != nil || s != nil {
		t.Errorf("it is on seat %v, %v", s, err)
	}
}

func TestTheCertificatesOfSeatsArePagedTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	made := map[id.ID][]id.ID{} // newest first
	for _, name := range []string{"ada", "bob", "cleo"} {
		seat := w.seat(lifecycle.User, name).ID
		for n := range len(name) {
			w.set(morning.Add(time.Duration(n) * time.Minute))
			made[seat] = append([]id.ID{w.link(seat, year)}, made[seat]...)
		}
	}
	var statements atomic.Int64
	var files atomic.Bool
	told := func(_ context.Context, statement string) {
		statements.Add(1)
		if strings.Contains(statement, "c.der") || strings.Contains(statement, "c.chain") {
			files.Store(true)
		}
	}
	everything := func(first int, want inventory.Fields) (int64, map[id.ID][]id.ID) {
		statements.Store(0)
		w.onStatement.Store(&told)
		got := map[id.ID][]id.ID{}
		seats, err := w.Inventory.Seats(w.as(boss), page.Args{First: &first}, inventory.SeatListInput{})
		granted(t, err)
		for _, s := range seats.Nodes() {
			list, err := w.Inventory.CertificatesOf(w.as(boss), s, page.Args{First: ptr(2)}, want)
			granted(t, err)
			total, err := list.TotalCount(w.as(boss))
			granted(t, err)
			if total != len(made[s.ID]) || list.PageInfo.HasNextPage != (total > 2) {
				t.Errorf("%s has %d certificates, more: %t", s.SeatID, total, list.PageInfo.HasNextPage)
			}
			for _, c := range list.Nodes() {
				got[s.ID] = append(got[s.ID], c.ID)
				for _, ask := range []func() error{
					func() error { _, err := w.Inventory.SeatOfCertificate(w.as(boss), c); return err },
					func() error { _, err := w.Inventory.EnrollmentOfCertificate(w.as(boss), c); return err },
					func() error { _, err := w.Inventory.BusinessUnitOfCertificate(w.as(boss), c); return err },
					func() error { _, err := w.Inventory.CertificateTrail(w.as(boss), c, page.Args{}); return err },
				} {
					granted(t, ask())
				}
			}
		}
		return statements.Load(), got
	}
	few, _ := everything(1, nil)
	if !files.Load() {
		t.Error("asked for everything, the files are not read")
	}
	files.Store(false)
	many, got := everything(3, inventory.Fields{"subject": true})
	if few != many {
		t.Errorf("%d statements for one seat, %d for three", few, many)
	}
	if files.Load() {
		t.Error("asked for the subject alone, the files are read too")
	}
	for seat, want := range made {
		if fmt.Sprint(got[seat]) != fmt.Sprint(want[:2]) {
			t.Errorf("the first page is %v, want %v", got[seat], want[:2])
		}
	}
	// The second page of one of them, forward and backward.
	for seat, want := range made {
		s := w.seatAs(boss, seat)
		first, err := w.Inventory.CertificatesOf(w.as(boss), s, page.Args{First: ptr(2)}, nil)
		granted(t, err)
		second, err := w.Inventory.CertificatesOf(w.as(boss), s, page.Args{First: ptr(2), After: &first.Edges[1].Cursor}, nil)
		granted(t, err)
		last, err := w.Inventory.CertificatesOf(w.as(boss), s, page.Args{Last: ptr(len(want) - 2)}, nil)
		granted(t, err)
		for _, rest := range []*page.Connection[*inventory.Certificate]{second, last} {
			if len(rest.Edges) != len(want)-2 || rest.Nodes()[0].ID != want[2] {
				t.Errorf("behind the first page: %d certificates", len(rest.Edges))
			}
		}
		_, err = w.Inventory.CertificatesOf(w.as(boss), w.seatAs(boss, w.seat(lifecycle.Device, "x"+s.SeatID).ID), page.Args{After: &first.Edges[0].Cursor}, nil)
		if no := refusal.Find(err); no == nil || no.Code != refusal.Invalid {
			t.Errorf("another seat's cursor: %v", err)
		}
	}
}
