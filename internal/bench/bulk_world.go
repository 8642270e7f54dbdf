//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"gatehouse/internal/localpg"
)

// handDatabase is the copy in which hand-written SQL approves.
const handDatabase = "by_hand"

// openBulk starts a fresh database and a server, makes the groups of requests, and
// copies the database. The caller must end it.
func (s settings) openBulk(ctx context.Context, progress io.Writer) (_ *bulkRun, err error) {
	b := &bulkRun{bulkReport: bulkReport{settings: s}}
	defer func() {
		if err != nil {
			err = b.end(ctx, err)
		}
	}()
	if b.texts, err = makeTexts(); err != nil {
		return nil, err
	}
	if b.sink, err = newSilence(ctx); err != nil {
		return nil, err
	}
	s.mailServer = b.sink.address()
	all := (s.rounds+1)*s.bulkPair + 2*s.bulkRows
	if b.importing, err = s.openImporting(ctx, 4*all, progress); err != nil {
		return nil, err
	}
	if b.machine, err = machine(ctx, b.db.AppURL()); err != nil {
		return nil, err
	}
	fmt.Fprintln(progress, "Making requests …")
	for n := range s.rounds + 1 {
		unit, err := fillUnit(ctx, b.inside, b.texts, fmt.Sprintf("%s-%d", bulkUnits, n), s.bulkPair)
		if err != nil {
			return nil, err
		}
		b.groups = append(b.groups, unit)
	}
	for _, one := range []struct {
		key  string
		unit *uuid.UUID
	}{{"large", &b.large}, {"killed", &b.kill}} {
		if *one.unit, err = fillUnit(ctx, b.inside, b.texts, one.key, s.bulkRows); err != nil {
			return nil, err
		}
	}
	return b, b.copy(ctx)
}

// copy makes the copy, while the server is stopped: PostgreSQL copies none that is in use.
func (b *bulkRun) copy(ctx context.Context) error {
	if _, err := b.inside.ExecContext(ctx, "VACUUM (ANALYZE)"); err != nil { // as autovacuum does in time
		return fmt.Errorf("vacuuming: %w", err)
	}
	if err := b.kill9(); err != nil {
		return err
	}
	b.inside.SetMaxIdleConns(0)
	const alone = `SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = '` + localpg.Database + `' AND pid <> pg_backend_pid()`
	if err := execute(ctx, b.db.AdminURL(), alone); err != nil {
		return err
	}
	if err := execute(ctx, b.db.AdminURL(), "CREATE DATABASE "+handDatabase+" TEMPLATE "+localpg.Database); err != nil {
		return err
	}
	if err := execute(ctx, b.db.AdminURL(), "CHECKPOINT"); err != nil {
		return err
	}
	b.inside.SetMaxIdleConns(2)
	address, err := url.Parse(b.db.AppURL())
	if err != nil {
		return fmt.Errorf("reading the database's address: %w", err)
	}
	address.Path = "/" + handDatabase
	db, err := connect(address.String())
	if err != nil {
		return err
	}
	b.hand = db
	b.process, err = b.server.start(ctx, b.scratch)
	return err
}

// kill9 kills the server, which can tell nobody that it ends.
func (b *bulkRun) kill9() error {
	if err := b.process.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("killing the server: %w", err)
	}
	<-b.process.exited
	return nil
}

// end ends what runs and removes what was written. The server is killed: it would wait
// for its mails.
func (b *bulkRun) end(ctx context.Context, err error) error {
	if err != nil && b.importing != nil && b.process != nil {
		err = fmt.Errorf("%w\n%s", err, b.said())
	}
	if b.importing != nil && b.process != nil {
		_ = b.kill9() // it may have ended already
	}
	if b.hand != nil {
		err = errors.Join(err, b.hand.Close())
	}
	if b.importing != nil {
		err = errors.Join(err, b.close(ctx))
	}
	if b.sink != nil {
		err = errors.Join(err, b.sink.Close())
	}
	return err
}

// silence is a mail server that takes connections and says nothing: mails stay in the
// queue, and to send them costs nothing that would be measured.
type silence struct{ net.Listener }

func newSilence(ctx context.Context) (*silence, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for mails: %w", err)
	}
	go func() {
		var held []net.Conn
		for {
			c, err := listener.Accept()
			if err != nil {
				for _, c := range held {
					_ = c.Close() // nothing was said on it
				}
				return
			}
			held = append(held, c)
		}
	}()
	return &silence{listener}, nil
}

// address is the server's setting that names it.
func (s *silence) address() string {
	_, port, _ := strings.Cut(s.Addr().String(), ":") // it listens on 127.0.0.1
	return "smtp://localhost:" + port + "?tls=none"
}
