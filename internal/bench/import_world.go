//go:build unix

package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"gatehouse/internal/client"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// importing is a server over a fresh database, and somebody who imports.
type importing struct {
	scratch string
	db      *database
	// inside asks the database as its superuser, who may read and write files.
	inside  *sql.DB
	server  serverOf
	process *process
	token   string
	// calls is how often seats import was run.
	calls int
}

// importer may do everything everywhere.
func importer() viewer.Viewer {
	return viewer.New(issuer, "bench-importer", "Bench Importer", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{All: true})
}

// nothing is loaded into a database whose rows are written while it is measured.
func nothing(context.Context, *sql.DB) error { return nil }

// openImporting starts a fresh database, whose size says how many rows will be
// written into it, and a server. The caller must close it.
func (s settings) openImporting(ctx context.Context, rows int, progress io.Writer) (_ *importing, err error) {
	i := &importing{}
	defer func() {
		if err != nil {
			err = errors.Join(err, i.close(ctx))
		}
	}()
	if i.scratch, err = os.MkdirTemp("", "gatehouse-bench-"); err != nil {
		return nil, fmt.Errorf("making a folder for files of seats: %w", err)
	}
	s.fresh = true
	if i.db, err = s.openDatabase(ctx, data{"import", "no seats yet", rows, nothing}, progress); err != nil {
		return nil, err
	}
	address, err := i.db.superuserURL("")
	if err != nil {
		return nil, err
	}
	if i.inside, err = connect(address); err != nil {
		return nil, err
	}
	secret := rand.Text() + rand.Text()
	if i.server, err = newServer(s.server, i.db.AppURL(), secret); err != nil {
		return nil, err
	}
	i.server.mails = s.mailServer
	if i.process, err = i.server.start(ctx, i.scratch); err != nil {
		return nil, err
	}
	i.server.address = i.process.address // where it is started again
	i.token, err = tokenFor(importAsked{}, secret, time.Now())
	return i, err
}

// close ends what runs, and removes what was written: nothing is measured in it again.
func (i *importing) close(ctx context.Context) error {
	var errs []error
	if i.process != nil {
		errs = append(errs, i.process.stop())
	}
	if i.inside != nil {
		errs = append(errs, i.inside.Close())
	}
	if i.db != nil {
		errs = append(errs, i.db.discard(context.WithoutCancel(ctx)))
	}
	if i.scratch != "" {
		errs = append(errs, os.RemoveAll(i.scratch))
	}
	return errors.Join(errs...)
}

// restart kills the server, which can tell nobody that it ends, and starts it again.
func (i *importing) restart(ctx context.Context) error {
	if err := i.process.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("killing the server: %w", err)
	}
	<-i.process.exited
	again, err := i.server.start(ctx, i.scratch)
	if err == nil {
		i.process = again
	}
	return err
}

const (
	addUnit  = `mutation Add($key: String!) { done: createBusinessUnit(input: {key: $key, name: $key}) { businessUnit { id } userErrors { message } } }`
	purchase = `mutation Purchase($seats: Int!) { done: setPurchasedSeats(input: {seatType: USER, purchased: $seats}) { userErrors { message } } }`
	allocate = `mutation Allocate($unit: ID!, $seats: Int!) { done: allocateSeats(input: {businessUnitId: $unit, seatType: USER, allocated: $seats}) { userErrors { message } } }`
)

// purchase buys licences for all business units together.
func (i *importing) purchase(ctx context.Context, seats int) error {
	_, err := i.mutate(ctx, purchase, map[string]any{"seats": seats})
	return err
}

// addUnit adds a business unit with licences and gives its id.
func (i *importing) addUnit(ctx context.Context, key string, seats int) (string, error) {
	unit, err := i.mutate(ctx, addUnit, map[string]any{"key": key})
	if err == nil {
		_, err = i.mutate(ctx, allocate, map[string]any{"unit": unit, "seats": seats})
	}
	return unit, err
}

// mutate sends a mutation; a refusal is an error. The business unit's id is in the
// answer to addUnit only.
func (i *importing) mutate(ctx context.Context, document string, variables map[string]any) (unit string, err error) {
	c, err := client.New("http://"+i.server.address, i.token, client.Patient())
	if err != nil {
		return "", err
	}
	var answer struct {
		Done struct {
			BusinessUnit struct{ ID string }
			UserErrors   []struct{ Message string }
		}
	}
	if err := c.Ask(ctx, document, variables, &answer); err != nil {
		return "", fmt.Errorf("preparing the imports: %w", err)
	}
	if refused := answer.Done.UserErrors; len(refused) > 0 {
		return "", fmt.Errorf("preparing the imports: %s", refused[0].Message)
	}
	return answer.Done.BusinessUnit.ID, nil
}

// importAsked is one call of importSeats, as the command sends it.
type importAsked struct{ unit, csv, key string }

func (importAsked) viewer() viewer.Viewer { return importer() }

func (q importAsked) body() ([]byte, error) {
	const document = `mutation ImportSeats($input: ImportSeatsInput!) {
  importSeats(input: $input) {
    rows { row seatId outcome code userErrors { code message } }
    userErrors { code message }
    replayed
  }
}`
	input := map[string]any{"businessUnitId": q.unit, "seatType": "USER", "operation": "CREATE_OR_UPDATE", "csv": q.csv, "idempotencyKey": q.key}
	return json.Marshal(map[string]any{"query": document, "variables": map[string]any{"input": input}})
}
