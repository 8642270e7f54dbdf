package mail

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
)

// Letters are where a mail's contents are read and its end is written down; the
// inventory has them.
type Letters interface {
	// Letter is what a mail is to say; nil when there is nothing to send any more.
	Letter(ctx context.Context, mail uuid.UUID) (*inventory.Letter, error)
	// MailSent writes down that a mail was taken.
	MailSent(ctx context.Context, mail uuid.UUID) error
	// MailTrouble writes down why it was not, and whether for good.
	MailTrouble(ctx context.Context, mail uuid.UUID, sentence string, final bool) error
}

// Post sends the mails of the job table.
type Post struct {
	Letters   Letters
	Templates *Templates
	Sender    Sender
	// Now dates the messages.
	Now func() time.Time
	// Log is told of each mail that was sent, by its id; nil: nobody is.
	Log *slog.Logger
}

// bookkeeping is how long it may take to write down what became of a mail, when its
// job is being stopped.
const bookkeeping = 5 * time.Second

// Handle sends the mail of a job (inventory.MailJob). A mail is sent at least once:
// when the server ends between the sending and the row, it is sent again, with the
// same Message-ID. What went wrong stands in the mail's row; a refusal for good and
// the last of inventory.MailTries end in FAILED.
func (p *Post) Handle(ctx context.Context, j job.Job) error {
	var work inventory.MailWork
	if err := json.Unmarshal(j.Payload, &work); err != nil || work.Mail == uuid.Nil {
		return job.GiveUp(err, "Its payload names no mail.")
	}
	letter, err := p.Letters.Letter(ctx, work.Mail)
	if err != nil || letter == nil {
		return err
	}
	trouble := p.deliver(ctx, letter)
	if trouble != nil && ctx.Err() != nil {
		return context.Cause(ctx) // the server stops: that says nothing about the mail
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookkeeping)
	defer cancel()
	if trouble == nil {
		if p.Log != nil {
			p.Log.InfoContext(ctx, "a mail was sent", "mail", letter.ID.String(), "kind", string(letter.Kind))
		}
		return p.Letters.MailSent(ctx, work.Mail)
	}
	trouble.Final = trouble.Final || j.Attempt >= inventory.MailTries
	return errors.Join(trouble, p.Letters.MailTrouble(ctx, work.Mail, trouble.Sentence, trouble.Final))
}

// deliver makes the message and has it sent. What it returns, for the row and for
// the log, holds nothing that the message says.
func (p *Post) deliver(ctx context.Context, l *inventory.Letter) *job.Failure {
	m, err := p.Templates.Render(l, p.Now())
	if err != nil {
		return discreet(l, job.Fail(err, "Its template cannot be filled in; the server's log says where."))
	}
	err = p.Sender.Send(ctx, m)
	if err == nil {
		return nil
	}
	var failure *job.Failure
	if !errors.As(err, &failure) {
		failure = job.Fail(err, "It could not be sent; the server's log says why.")
	}
	return discreet(l, failure)
}

// discreet is a failure that repeats none of the letter's secrets, as a mail server
// may that says which link it dislikes.
func discreet(l *inventory.Letter, f *job.Failure) *job.Failure {
	_, secret, _ := strings.Cut(l.Link, "#")
	if !repeats(f.Error(), secret, l.Code) {
		return f
	}
	return &job.Failure{Sentence: "It was not taken, with words that repeat its secrets and are therefore not kept.", Final: f.Final}
}

// telling is how many characters of a secret give it away.
const telling = 8

// repeats reports whether a text holds a secret, or so much of one that the rest can
// be guessed; in capitals or not.
func repeats(text string, secrets ...string) bool {
	text = strings.ToLower(text)
	for _, secret := range secrets {
		secret = strings.ToLower(secret)
		if secret == "" {
			continue
		}
		part := min(telling, len(secret))
		for at := 0; at+part <= len(secret); at++ {
			if strings.Contains(text, secret[at:at+part]) {
				return true
			}
		}
	}
	return false
}
