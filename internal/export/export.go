// Package export writes lists, and the results of jobs, as CSV or NDJSON.
//
// Nothing of what is exported is kept: it is read while it is downloaded, page by
// page in one snapshot of the database, with the rights of who downloads it, or of
// who made the link that it is downloaded by. A link ends ten minutes after it was
// made; of its secret the database holds a hash.
//
// Making a link and beginning a download are audited, refused ones too.
package export

import (
	"time"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/bulk"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/view"
)

// LinkLife is how long a download can be begun by a link.
const LinkLife = 10 * time.Minute

// Path is where exports are downloaded: what follows is the name of a file, or the
// id of a link.
const Path = "/export/"

// Exports is the use cases of exports.
type Exports struct {
	store     *store.Store
	units     *businessunit.Units
	views     *view.Views
	inventory *inventory.Inventory
	log       *auditlog.Log
	jobs      *bulk.Jobs
	publicURL string
}

// New makes them on a store. Links begin with publicURL, or with nothing when it is
// empty: then they are paths on the server that was asked.
func New(s *store.Store, units *businessunit.Units, views *view.Views, inv *inventory.Inventory, log *auditlog.Log, jobs *bulk.Jobs, publicURL string) *Exports {
	return &Exports{store: s, units: units, views: views, inventory: inv, log: log, jobs: jobs, publicURL: publicURL}
}

// Export is a link by which something can be downloaded.
type Export struct {
	// URL has the secret in it; nil once it has been shown.
	URL       *string
	Format    lifecycle.ExportFormat
	Columns   []string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// CreateExportInput is what to export: exactly one of List and Job.
type CreateExportInput struct {
	List           *view.ListInput
	Job            *id.ID
	Columns        []string
	Format         *lifecycle.ExportFormat
	IdempotencyKey *string
}

// Payload is what came of making a link.
type Payload struct {
	// Export is nil when it was refused.
	Export     *Export
	UserErrors []*refusal.Refusal
	Replayed   bool
}
