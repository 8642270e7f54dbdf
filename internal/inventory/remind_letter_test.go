package inventory_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// letters are what the mails about a certificate say, by their recipients; of one that
// was given up the sentence stands in its row.
func (w *world) letters(c id.ID) map[string]*inventory.Letter {
	w.t.Helper()
	rows, err := w.admin.Query(`SELECT id, recipient FROM mails WHERE certificate_id = $1`, c.UUID)
	granted(w.t, err)
	defer rows.Close()
	byRecipient := map[string]*inventory.Letter{}
	for rows.Next() {
		var mail uuid.UUID
		var to string
		granted(w.t, rows.Scan(&mail, &to))
		l, err := w.Inventory.Letter(w.t.Context(), mail)
		granted(w.t, err)
		byRecipient[to] = l
	}
	granted(w.t, rows.Err())
	return byRecipient
}

func TestWhatAReminderSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(widely(renewable(lifecycle.Device)))
	c := w.issued(under, lifecycle.Device, "ada")
	end := w.ends(c)
	w.set(end.Add(-14*day + time.Minute))
	w.reminds()

	l := w.letters(c)["ada@example.org"]
	one := w.sees(boss, c)
	if l == nil || l.Kind != lifecycle.MailExpires || l.SeatID != "ada" || l.Name != "Name of ada" || l.SeatType != lifecycle.Device || !l.ExpiresAt.Equal(end) || l.UnitName != "Unit research" ||
		!strings.HasPrefix(l.ProfileName, "Profile ") || l.Link != "" || l.Code != "" || l.Enrollment.IsZero() {
		t.Fatalf("the holder is told %+v", l)
	}
	if e := l.Certificate; e.ID != c || e.Subject != one.Subject || e.Serial != one.SerialNumber || e.SHA256 != one.Sha256 || !slices.Equal(e.Names, []string{"ada", "ada@example.org"}) ||
		e.Days != 14 || e.Manages || e.Renewing || !e.Renewable {
		t.Errorf("of the certificate the holder is told %+v", e)
	}
	w.set(end.Add(-day))
	p := w.renewed(c)
	if e := w.letters(c)["ada@example.org"].Certificate; !e.Renewing || e.Days != 1 {
		t.Errorf("asked for, the holder is told %+v", e)
	}
	w.takes(w.guest(p))
	if w.letters(c)["ada@example.org"] != nil {
		t.Error("renewed, the holder is told of it")
	}

	// A manager, of a seat without an address.
	c = w.issued(under, lifecycle.Device, "bob")
	w.past(`UPDATE seats SET email = '' WHERE seat_key = 'bob'`)
	w.set(w.ends(c).Add(-7 * day))
	w.reminds()
	if l := w.letters(c)["managers@example.org"]; l == nil || !l.Certificate.Manages || l.Certificate.Days != 7 || l.Link != "https://gatehouse.example.com/" {
		t.Errorf("the managers are told %+v", l)
	}

	// One that no enrollment led to.
	c = w.link(w.addressed(lifecycle.User, "eve"), year)
	w.set(year.Add(-time.Hour))
	w.reminds()
	if l := w.letters(c)["eve@example.org"]; l == nil || l.Certificate.Renewable || l.Certificate.Days != 1 || l.ProfileName != "" || !l.Enrollment.IsZero() {
		t.Errorf("of one that was issued elsewhere is told %+v", l)
	}
}

// A reminder that makes no sense any more when it is sent is not sent, and says why.
func TestAReminderThatComesTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	for n, late := range []struct {
		name, says string
		happens    func(seat, c id.ID)
	}{
		{"revoked", "was revoked", func(_, c id.ID) { w.revoke(c) }},
		{"on hold", "was put on hold", func(_, c id.ID) {
			w.past(`UPDATE certificates SET status = 'SUSPENDED', suspended_at = created_at WHERE id = $1`, c.UUID)
		}},
		{"the seat deleted", "seat was deleted", func(seat, _ id.ID) { w.delete(boss, seat, false) }},
		{"another there", "successor was there", func(seat, c id.ID) { w.link(seat, w.ends(c).Add(day)) }},
		{"expired", "had expired", func(_, c id.ID) { w.set(w.ends(c)) }},
	} {
		w.set(morning)
		seat := w.addressed(lifecycle.Device, "seat"+string(rune('a'+n)))
		c := w.link(seat, morning.Add(40*day))
		w.set(morning.Add(39 * day))
		w.reminds()
		late.happens(seat, c)
		for to, l := range w.letters(c) {
			if l != nil {
				t.Errorf("%s: %s is told %+v", late.name, to, l)
			}
		}
		if n := w.count(`SELECT count(*) FROM mails WHERE certificate_id = $1 AND status = 'FAILED' AND last_error LIKE '%' || $2 || '%'`, c.UUID, late.says); n != 1 {
			t.Errorf("%s: %d mails say why they are not sent", late.name, n)
		}
	}
}
