//go:build unix

package localpg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/lib/pq"
)

// awaitReady returns when PostgreSQL accepts a connection. It refuses when the
// process ends instead, when ctx ends, or when PostgreSQL answers with anything
// but that it is not ready yet.
func (p *postmaster) awaitReady(ctx context.Context, adminURL string) (err error) {
	connector, err := pq.NewConnector(adminURL)
	if err != nil {
		return fmt.Errorf("connecting to the private PostgreSQL: %w", err)
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		if answer := (*pq.Error)(nil); errors.As(err, &answer) && answer.Code != "57P03" {
			return fmt.Errorf("connecting to the private PostgreSQL: %w", err)
		}
		select {
		case <-p.exited:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// openLog opens PostgreSQL's log for adding to it, and tells where it ends now. A
// long one is emptied first.
func (l launch) openLog() (*os.File, int64, error) {
	how := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if info, err := os.Stat(l.folder.logFile()); err == nil && info.Size() > largestLog {
		how |= os.O_TRUNC
	}
	file, err := os.OpenFile(l.folder.logFile(), how, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("opening PostgreSQL's log: %w", err)
	}
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("opening PostgreSQL's log: %w", err), file.Close())
	}
	return file, end, nil
}

// readLog is what PostgreSQL has printed since a place in its log.
func (l launch) readLog(from int64) string {
	text, err := os.ReadFile(l.folder.logFile())
	if err != nil || int64(len(text)) < from {
		return ""
	}
	return string(text[from:])
}
