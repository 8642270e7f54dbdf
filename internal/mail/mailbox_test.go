package mail_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/mail"
)

func TestAMailboxKeepsTheLatest(t *testing.T) {
	t.Parallel()
	box, units := mail.NewMailbox(), []uuid.UUID{uuid.New(), uuid.New()}
	ids := make([]id.ID, 510)
	for n := range ids {
		ids[n] = id.Of(id.Mail, uuid.New())
		if err := box.Send(t.Context(), &mail.Message{ID: ids[n], Subject: fmt.Sprint(n), BusinessUnit: units[n%2]}); err != nil {
			t.Fatal(err)
		}
	}
	all := box.List(nil)
	if len(all) != 500 || all[0].Subject != "509" || all[499].Subject != "10" {
		t.Errorf("%d messages, from %q to %q", len(all), all[0].Subject, all[len(all)-1].Subject)
	}
	odd := func(u uuid.UUID) bool { return u == units[1] }
	if some := box.List(odd); len(some) != 250 || some[0].Subject != "509" || some[1].Subject != "507" {
		t.Errorf("of one business unit there are %d", len(some))
	}
	if box.Find(ids[509], odd) == nil || box.Find(ids[508], odd) != nil || box.Find(ids[9], nil) != nil {
		t.Error("a message is found where it should not be, or not where it should")
	}
}

func TestAMailboxIsForSeveralAtOnce(t *testing.T) {
	t.Parallel()
	box := mail.NewMailbox()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				_ = box.Send(t.Context(), &mail.Message{})
				box.List(nil)
			}
		})
	}
	all.Wait()
	if n := len(box.List(nil)); n != 500 {
		t.Errorf("%d messages", n)
	}
}
