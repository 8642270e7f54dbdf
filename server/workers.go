package main

import (
	"context"
	"log/slog"
	"time"

	"gatehouse/internal/bulk"
	usecases "gatehouse/internal/house"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/mail"
	"gatehouse/internal/webhook"
)

// How often the server looks after what time changes. What has expired reads so
// at once; it is written down well within the minute that seatUsage promises.
const (
	expiryInterval = 15 * time.Second
	usageInterval  = time.Minute
	expiryBatch    = 500
	listInterval   = 15 * time.Second
	remindInterval = 10 * time.Minute
	remindBatch    = 500
	readInterval   = time.Minute
	readBatch      = 500
	forgetInterval = 10 * time.Minute
	forgetBatch    = 500

	abandonedInterval = time.Minute
	abandonedBatch    = 100
	hookInterval      = time.Second
	hookBatch         = 200
)

// issuingLease is how long a certificate waits for a server that died while it was
// asked for: an invited person looks at a page meanwhile.
const issuingLease = 10 * time.Second

// bulkLease is how long a batch waits for a server that died at it: somebody watches
// how far their job is.
const bulkLease = 10 * time.Second

// How many jobs of a kind a server works on at once: asking an authority is mostly
// waiting, and a mail server wants few connections.
const (
	issuingHands  = 8
	orderingHands = 8
	postHands     = 4
	// a batch of a job that somebody started keeps the database busy by itself
	bulkHands = 2
	// a round with a webhook is mostly waiting
	hookHands = 16
)

// newWorkers makes the workers of this server, each with hands of its own: one for
// what is done now and then, one that asks the built-in certificate authority, one
// that asks those of others and tells them what was revoked, which may take minutes,
// one that does the batches of jobs that people started, one that calls webhooks, and
// one that sends mails, where they are sent.
func newWorkers(h *usecases.House, o opening) ([]func(context.Context), error) {
	listenAt := o.url
	if !o.cacheStatements {
		listenAt = "" // a pooler that loses statements loses LISTEN too; the poll is enough
	}
	periodic, err := job.New(job.NewQueue(h.Store), job.Options{URL: listenAt, Log: o.log, Every: periodicWork(h)})
	if err != nil {
		return nil, err
	}
	issuing, err := job.New(h.Issuing, job.Options{
		URL: listenAt, Log: o.log, Hands: issuingHands, Lease: issuingLease,
		Handlers: map[string]job.Handler{inventory.IssueJob: h.Inventory.Issue},
	})
	if err != nil {
		return nil, err
	}
	ordering, err := job.New(h.Ordering, job.Options{
		URL: listenAt, Log: o.log, Hands: orderingHands, Lease: issuingLease,
		Handlers: map[string]job.Handler{inventory.OrderJob: h.Inventory.Issue, inventory.ReportRevocationJob: h.Inventory.ReportRevocation},
	})
	if err != nil {
		return nil, err
	}
	bulking, err := job.New(h.Bulk, job.Options{
		URL: listenAt, Log: o.log, Hands: bulkHands, Lease: bulkLease,
		Handlers: map[string]job.Handler{bulk.BatchJob: h.Jobs.Batch},
	})
	if err != nil {
		return nil, err
	}
	hooking, err := job.New(h.Hooks, job.Options{
		URL: listenAt, Log: o.log, Hands: hookHands,
		Handlers: map[string]job.Handler{webhook.DeliverJob: h.Webhooks.Deliver},
	})
	if err != nil {
		return nil, err
	}
	feed := func(ctx context.Context) { h.Feed.Run(ctx, listenAt, o.log) }
	run := []func(context.Context){feed, periodic.Run, issuing.Run, ordering.Run, bulking.Run, hooking.Run}
	if o.mails.sender == nil {
		return run, nil
	}
	log := o.log
	if o.mails.mailbox != nil {
		log = slog.New(troubles{log.Handler()}) // the mailbox itself shows what was sent
	}
	post := &mail.Post{Letters: h.Inventory, Templates: o.mails.templates, Sender: o.mails.sender, Now: o.clock, Log: log}
	posting, err := job.New(h.Post, job.Options{
		URL: listenAt, Log: o.log, Hands: postHands,
		Handlers: map[string]job.Handler{inventory.MailJob: post.Handle},
	})
	if err != nil {
		return nil, err
	}
	return append(run, posting.Run), nil
}

// periodicWork is what one of the servers does now and then.
func periodicWork(h *usecases.House) []job.Periodic {
	return []job.Periodic{
		job.Every("expiry", expiryInterval, job.Batches(expiryBatch, h.Inventory.ExpireDue)),
		job.Every("certificate-expiry", expiryInterval, job.Batches(expiryBatch, h.Inventory.ExpireCertificatesDue)),
		job.Every("revocation-lists", listInterval, h.Inventory.SignRevocationLists),
		job.Every("reminders", remindInterval, job.Batches(remindBatch, h.Inventory.Remind)),
		job.Every("certificate-reading", readInterval, job.Batches(readBatch, h.Inventory.RereadCertificates)),
		job.Every("usage", usageInterval, func(ctx context.Context) error { _, err := h.Licences.RecordDays(ctx); return err }),
		job.Every("webhooks", hookInterval, job.Batches(hookBatch, h.Webhooks.Gather)),
		job.Every("abandoned-jobs", abandonedInterval, job.Batches(abandonedBatch, h.Jobs.EndAbandoned)),
		job.Every("forget", forgetInterval, func(ctx context.Context) error { _, err := h.Store.Forget(ctx); return err }),
		job.Every("forget-open-requests", forgetInterval, job.Batches(forgetBatch, h.Inventory.ForgetOpenRequests)),
	}
}

// troubles is a log that takes warnings and errors only.
type troubles struct{ slog.Handler }

// Enabled leaves out what went as it should.
func (t troubles) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && t.Handler.Enabled(ctx, level)
}
