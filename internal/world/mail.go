package world

import (
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/mail"
)

// PostDue has the post send by the sender what is due now, with the built-in
// templates, and returns how many tries that took. What failed is due again after
// some time.
func (w *World) PostDue(sender mail.Sender) int {
	w.t.Helper()
	templates, err := mail.Open("")
	w.must("read the mail templates", nil, err)
	post := &mail.Post{Letters: w.Inventory, Templates: templates, Sender: sender, Now: w.Clock.Now}
	worker, err := job.New(w.Post, job.Options{Handlers: map[string]job.Handler{inventory.MailJob: post.Handle}})
	w.must("make the post", nil, err)
	n, err := worker.RunDue(w.t.Context())
	w.must("post what is due", nil, err)
	return n
}

// Mailbox is the latest mails that were posted, the last one first, and posts what
// is due before.
func (w *World) Mailbox() []*mail.Message {
	w.t.Helper()
	box := mail.NewMailbox()
	w.PostDue(box)
	return box.List(nil)
}
