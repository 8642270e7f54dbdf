package main

import (
	"context"
	"database/sql"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"gatehouse/internal/door"
	"gatehouse/internal/export"
	"gatehouse/internal/inventory"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/webhook"
)

// house is what the commands start. It is put together in one place and passed
// in, so that a test of a command starts only what it is about.
type house struct {
	// migrations are the versioned SQL files.
	migrations fs.FS
	// open builds the API over an open database.
	open func(ctx context.Context, o opening) (product, error)
	// seed fills an empty database with the demo organisation; in one that is not
	// empty it changes nothing and returns false.
	seed func(ctx context.Context, o opening) (bool, error)
	// verify recounts every counter and describes each that differs from its rows,
	// one sentence each.
	verify func(ctx context.Context, db *sql.DB) ([]string, error)
	// reseal seals with the primary key what an older one sealed, and tells what came
	// of each batch.
	reseal func(ctx context.Context, o opening, told func(inventory.Resealed)) error
}

// opening is what the product is opened with.
type opening struct {
	// url is the database's address for the server's own role.
	url             string
	connections     int
	cacheStatements bool
	// timeouts are how long a statement may take, by who is asking.
	timeouts store.Timeouts
	// patience is how long the database may be silent before a connection is given up.
	patience time.Duration
	clock    func() time.Time
	log      *slog.Logger
	// keys seal what may be shown again.
	keys *sealed.Keys
	// publicURL is where people reach the server, without a slash at its end.
	publicURL string
	// authorities are asked for certificates.
	authorities authorities
	// mails is how mails leave.
	mails mails
	// webhooks is what webhooks may call.
	webhooks webhook.Options
}

// product is the API as the door serves it, and what runs beside it.
type product struct {
	schema graphql.ExecutableSchema
	// extension runs around each operation.
	extension graphql.HandlerExtension
	present   door.Present
	// sdl is the text of schema.graphqls.
	sdl string
	// pages are the pages of invited people; nil when there are none.
	pages http.Handler
	// challenge is the answer to an ACME authority's challenge, false when there is
	// none; nil when no such authority is asked.
	challenge func(ctx context.Context, token string) (keyAuthorization string, ok bool, err error)
	// publication is what the built-in certificate authority tells everybody.
	publication *publication
	// exports writes lists and the results of jobs; nil when nothing can be downloaded.
	exports *export.Exports
	// mailbox shows the mails that were not sent; nil when there is none.
	mailbox http.Handler
	// ready says why requests could not be answered now; nil when they could.
	ready func(context.Context) error
	// workers run until their context ends.
	workers []func(context.Context)
	// close gives back what open took, after the workers have ended.
	close func() error
}
