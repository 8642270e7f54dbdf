package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"gatehouse/internal/client"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/seatfile"
)

// seatsExportCommand writes the seats that a view and filters show.
type seatsExportCommand struct {
	View          string   `placeholder:"VIEW" help:"A system view, such as NOT_ENROLLED. Left out: all that live."`
	Search        string   `placeholder:"TEXT" help:"The beginning of a seat_id, an e-mail address or a word of a name; from three characters on any part."`
	BusinessUnit  []string `placeholder:"KEY" help:"The key or id of a business unit; repeat it for several. Left out: all that the token sees."`
	Type          []string `placeholder:"TYPE" help:"A seat type, such as USER; repeat it for several."`
	Status        []string `placeholder:"STATUS" help:"A status, such as CREATED; repeat it for several."`
	CreatedSince  instant  `placeholder:"TIME" help:"Only seats that were created at this time or later: a day or an instant, in UTC."`
	CreatedBefore instant  `placeholder:"TIME" help:"Only seats that were created before this time."`
	UpdatedSince  instant  `placeholder:"TIME" help:"Only seats that were changed at this time or later."`
	UpdatedBefore instant  `placeholder:"TIME" help:"Only seats that were changed before this time."`
	Order         string   `enum:"created-at,updated-at,seat-id" default:"created-at" help:"What the seats are ordered by: created-at, updated-at or seat-id."`
	Descending    bool     `help:"Newest first, or last in the alphabet first."`
	Output        string   `placeholder:"FILE" help:"The file to write, in place of the one that may be there. Left out: standard output."`
	BOM           bool     `name:"bom" help:"Begin with a byte order mark, by which Excel knows that the file is in UTF-8."`
}

// Run writes the seats as they come, 100 to a page, so that it needs as little
// memory for a million as for one. A file is written beside its place under .part
// and takes its place when it is whole: what bears the name is never half a file.
func (c *seatsExportCommand) Run(ctx context.Context, parent *seatsCommand, s *settings, h host) error {
	return stuck(c.run(ctx, parent, s, h))
}

func (c *seatsExportCommand) run(ctx context.Context, parent *seatsCommand, s *settings, h host) error {
	selection, err := c.selection()
	if err != nil {
		return err
	}
	api, err := parent.connect(s)
	if err != nil {
		return err
	}
	stop, release := onSignals(ctx)
	defer release()
	if len(c.BusinessUnit) > 0 {
		if selection.Units, err = api.Units(stop.gently, c.BusinessUnit); err != nil {
			return nothingDone(stop, err)
		}
	}
	if c.Output == "" {
		written, err := c.write(stop.gently, h, api, selection, h.stdout)
		return partly(stop, err, written, "standard output")
	}
	return c.toFile(stop, h, api, selection)
}

// toFile writes the file beside its place and then puts it there.
func (c *seatsExportCommand) toFile(stop stopping, h host, api *client.Client, selection client.Selection) error {
	if info, err := os.Stat(c.Output); err == nil && info.IsDir() {
		return fmt.Errorf("--output %s is a folder; name the file to write in it", c.Output)
	}
	part := c.Output + ".part"
	file, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return plainly(err)
	}
	written, err := c.write(stop.gently, h, api, selection, file)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(part, c.Output)
	}
	if err == nil {
		fmt.Fprintf(h.stderr, "%s seats are in %s\n", count(written), c.Output)
		return nil
	}
	if written == 0 {
		if failed := os.Remove(part); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	return partly(stop, err, written, part)
}

// partly says of an export that failed what there is of it.
func partly(stop stopping, err error, written int, where string) error {
	if err == nil {
		return nil
	}
	if stop.gently.Err() != nil {
		err = errors.New("stopped as you asked")
	}
	if written == 0 {
		return err
	}
	return fmt.Errorf("%w. The first %s seats are in %s; the rest is missing, so run the command again", err, count(written), where)
}

// write writes the selection and tells how many seats it wrote.
func (c *seatsExportCommand) write(ctx context.Context, h host, api *client.Client, selection client.Selection, w io.Writer) (written int, err error) {
	out := bufio.NewWriter(w)
	export, err := seatfile.NewExport(out, c.BOM)
	if err != nil {
		return 0, fmt.Errorf("write the file: %w", err)
	}
	flush := func() error { return errors.Join(export.Flush(), out.Flush()) }
	bar := newProgress(h, "rows", -1, c.Output != "" || !isTerminal(h.stdout))
	defer bar.end()
	err = api.Export(ctx, selection, bar.waiting, func(seats []seatfile.Seat) error {
		for _, seat := range seats {
			if err := export.Write(seat); err != nil {
				return fmt.Errorf("write the file: %w", err)
			}
		}
		if err := flush(); err != nil {
			return fmt.Errorf("write the file: %w", err)
		}
		written += len(seats)
		bar.add(len(seats))
		return nil
	})
	return written, err
}

// selection reads the flags.
func (c *seatsExportCommand) selection() (client.Selection, error) {
	s := client.Selection{
		Search: c.Search, CreatedSince: c.CreatedSince.Time, CreatedBefore: c.CreatedBefore.Time,
		UpdatedSince: c.UpdatedSince.Time, UpdatedBefore: c.UpdatedBefore.Time, OrderDirection: "ASC",
	}
	if c.Descending {
		s.OrderDirection = "DESC"
	}
	order, wrongOrder := apiWords("order", []string{c.Order}, []string{"CREATED_AT", "UPDATED_AT", "SEAT_ID"})
	types, wrongType := apiWords("type", c.Type, lifecycle.SeatTypes)
	statuses, wrongStatus := apiWords("status", c.Status, lifecycle.SeatStatuses)
	var views []string
	var wrongView error
	if c.View != "" {
		views, wrongView = apiWords("view", []string{c.View}, inventory.SeatViews)
	}
	if err := errors.Join(wrongOrder, wrongType, wrongStatus, wrongView); err != nil {
		return client.Selection{}, err
	}
	s.OrderField, s.Types, s.Statuses = order[0], types, statuses
	if len(views) > 0 {
		s.View = views[0]
	}
	return s, nil
}
