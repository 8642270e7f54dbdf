package mail

import (
	"context"
	"slices"
	"sync"

	"github.com/google/uuid"

	"gatehouse/internal/id"
)

// mailboxSize is how many messages a mailbox keeps.
const mailboxSize = 500

// Mailbox keeps the latest messages in memory instead of sending them, for
// development and tests: nothing of it outlives the process. It is safe for
// concurrent use.
type Mailbox struct {
	mu       sync.Mutex
	messages []*Message // the oldest first
}

// NewMailbox makes an empty one.
func NewMailbox() *Mailbox { return &Mailbox{} }

// Send keeps a message; the oldest one goes when there are too many.
func (b *Mailbox) Send(_ context.Context, m *Message) error {
	kept := *m
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.messages) == mailboxSize {
		b.messages = slices.Delete(b.messages, 0, 1)
	}
	b.messages = append(b.messages, &kept)
	return nil
}

// List is the messages of the business units for which units says yes, the latest
// first; nil means all. Nobody changes a message.
func (b *Mailbox) List(units func(uuid.UUID) bool) []*Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]*Message, 0, len(b.messages))
	for _, m := range slices.Backward(b.messages) {
		if units == nil || units(m.BusinessUnit) {
			all = append(all, m)
		}
	}
	return all
}

// Find is the latest message with an id among those of the business units for which
// units says yes; nil when there is none.
func (b *Mailbox) Find(one id.ID, units func(uuid.UUID) bool) *Message {
	for _, m := range b.List(units) {
		if m.ID == one {
			return m
		}
	}
	return nil
}
