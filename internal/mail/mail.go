// Package mail sends the mails of domain.md section 7: it fills in what a letter
// says (Templates), hands it to a mail server (SMTP) or keeps it for development
// (Mailbox), and tells the letter's row what became of it (Post).
//
// A mail is a row and a job that were written in the transaction of their cause. A
// message exists from the moment its mail is sent until the sender has it, and
// nowhere else: what it says, above all its links and codes, is in no log, no error
// and no row.
package mail

import (
	"context"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
)

// Message is one mail, ready to be sent. It holds secrets.
type Message struct {
	// ID is the mail's: whoever gets it twice knows it by its Message-ID, which is made
	// of it (RFC 5322 section 3.6.4).
	ID   id.ID
	Kind lifecycle.MailKind
	// Enrollment is what it is about; zero for a request that is not confirmed yet, and
	// for a certificate that no enrollment led to. Certificate is the one that it is
	// about; zero when it is about none.
	Enrollment, Certificate id.ID
	BusinessUnit            uuid.UUID

	To, Subject string
	// Text and HTML say the same. HTML is a whole page without script, picture or
	// anything to be loaded.
	Text, HTML string
	Date       time.Time
}

// Sender takes messages. An error that is a *job.Failure says whether trying again
// is of use; any other is tried again. No error tells what the message says.
type Sender interface {
	Send(ctx context.Context, m *Message) error
}
