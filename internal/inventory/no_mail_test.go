package inventory_test

import (
	"strings"
	"testing"

	"gatehouse/internal/house"
	"gatehouse/internal/lifecycle"
)

// TestNobodyIsMailed shows that a house without a post keeps each mail as FAILED with
// the reason, and puts no job in a queue that nobody works through.
func TestNobodyIsMailed(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, given, want string }{
		{"without a mail server", "", "No mail server is set"},
		{"for a reason of its own", "It is a holiday.", "It is a holiday."},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			silent, err := house.Open(w.Store, w.keys, house.Options{NoMail: row.given})
			granted(t, err)
			w.House = silent
			mails := w.mailsOf(manager, w.request(manager, w.profile(rules{}), "dora"))
			if len(mails) != 1 || mails[0].Status != lifecycle.MailFailed || !strings.HasPrefix(mails[0].LastError, row.want) {
				t.Errorf("%+v", mails)
			}
			if n := w.count(`SELECT count(*) FROM jobs`); n != 0 {
				t.Errorf("%d jobs", n)
			}
		})
	}
}
