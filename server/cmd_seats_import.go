package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gatehouse/internal/client"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/seatfile"
)

// seatsImportCommand does what a file says, seat by seat.
type seatsImportCommand struct {
	File         string  `arg:"" placeholder:"FILE" help:"The CSV file. Its first line names the columns: seat_id, and any of seat_name, email, phone, enrollment_code, enrollment_email."`
	BusinessUnit string  `required:"" placeholder:"KEY" help:"The key or id of the business unit that the seats are in."`
	Type         string  `required:"" placeholder:"TYPE" help:"The seats' type, such as USER or DEVICE."`
	Operation    string  `enum:"create-or-update,delete" default:"create-or-update" help:"What is done with each seat: create-or-update, or delete, which revokes its certificates."`
	Profile      string  `placeholder:"NAME" help:"The name or id of a certificate profile with enrollment codes, to enroll each seat under."`
	ExpiresAt    instant `placeholder:"TIME" help:"With --profile: when the enrollment codes end. Left out: as the profile says."`
	DryRun       bool    `help:"Tell what would happen and change nothing."`
	Report       string  `placeholder:"FILE" help:"Where what became of each row is written, as CSV; a new file. Left out: to standard output. It may hold enrollment codes, which are shown this once."`
	Yes          bool    `help:"Delete without asking."`
}

// Run reads the file twice: first to see that all of it can be read, then to send
// it, 1,000 rows at a time. What became of the rows is reported as it is known.
//
// The same command on the same file does nothing twice within 24 hours: it passes
// over what was done and tries again what was refused. So an import that was
// interrupted, by Ctrl-C or by anything else, is gone on with by running it again.
func (c *seatsImportCommand) Run(ctx context.Context, parent *seatsCommand, s *settings, h host) error {
	return stuck(c.run(ctx, parent, s, h))
}

func (c *seatsImportCommand) run(ctx context.Context, parent *seatsCommand, s *settings, h host) (err error) {
	what, err := c.what()
	if err != nil {
		return err
	}
	api, err := parent.connect(s)
	if err != nil {
		return err
	}
	file, err := openTwice(c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	stop, release := onSignals(ctx)
	defer release()

	units, err := api.Units(stop.gently, []string{c.BusinessUnit})
	if err != nil {
		return nothingDone(stop, err)
	}
	what.Unit = units[0]
	if c.Profile != "" {
		if what.ProfileID, err = api.Profile(stop.gently, what.Unit, what.SeatType, c.Profile); err != nil {
			return nothingDone(stop, err)
		}
	}
	survey, err := what.Survey(stop.gently, file)
	if err != nil {
		return nothingDone(stop, named(c.File, err))
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read %s again: %w", c.File, err)
	}
	if err := c.confirmed(stop.gently, h, what, survey); err != nil {
		return nothingDone(stop, err)
	}
	report, err := openReport(c.Report, h.stdout)
	if err != nil {
		return err
	}
	bar := newProgress(h, "rows", survey.Rows, c.Report != "" || !isTerminal(h.stdout))
	transfer := client.Transfer{
		Client: api, Import: what, Survey: survey, Waiting: bar.waiting,
		Report: func(lines []seatfile.Line) error { defer bar.add(len(lines)); return report.write(lines) },
	}
	tally, err := transfer.Run(stop.atOnce, stop.gently, file)
	bar.end()
	if failed := report.close(tally.Rows > 0); err == nil {
		err = failed
	}
	if err != nil {
		return c.halfway(err, survey, tally)
	}
	return c.summary(stop.gently, h, api, what, tally)
}

// what reads the flags. It refuses those that would be passed over in silence.
func (c *seatsImportCommand) what() (client.Import, error) {
	types, err := apiWords("type", []string{c.Type}, lifecycle.SeatTypes)
	if err != nil {
		return client.Import{}, err
	}
	what := client.Import{SeatType: types[0], Operation: seatfile.CreateOrUpdate, ExpiresAt: c.ExpiresAt.Time, DryRun: c.DryRun}
	if c.Operation == "delete" {
		what.Operation = seatfile.Delete
		if c.Profile != "" {
			return client.Import{}, errors.New("--profile enrolls seats, and --operation delete deletes them; leave one of the two out")
		}
	}
	if c.Profile == "" && !c.ExpiresAt.IsZero() {
		return client.Import{}, errors.New("--expires-at is when enrollment codes end, and without --profile none are made; name the profile, or leave it out")
	}
	return what, nil
}

// openTwice opens a file that can be read twice. A pipe cannot, and opening one
// could wait for ever. The caller closes the file.
func openTwice(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, plainly(err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder; name the CSV file in it", path)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file that can be read twice, once to check it and once to send it; save it as an ordinary file first", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, plainly(err)
	}
	return file, nil
}

// confirmed asks before seats are deleted.
func (c *seatsImportCommand) confirmed(ctx context.Context, h host, what client.Import, survey *client.Survey) error {
	if what.Operation != seatfile.Delete || what.DryRun || c.Yes {
		return nil
	}
	warning := fmt.Sprintf("this deletes the %s seats of type %s that %s names in the business unit %s and revokes their certificates; it cannot be undone", count(survey.Rows), what.SeatType, filepath.Base(c.File), what.Unit.Key)
	if !isTerminal(h.stdin) {
		return fmt.Errorf("%s. Try it with --dry-run, then repeat the command with --yes", warning)
	}
	return typed(ctx, h, warning, fmt.Sprintf("delete %d", survey.Rows))
}

// halfway says what stopped an import, how far it got, and how to go on.
func (c *seatsImportCommand) halfway(err error, survey *client.Survey, tally client.Tally) error {
	if errors.Is(err, client.ErrStopped) {
		err = errors.New("stopped as you asked")
	}
	var failed *client.Failure
	if tally.Rows == 0 && errors.As(err, &failed) && !failed.Passing {
		return err
	}
	if tally.Rows == 0 {
		return fmt.Errorf("%w. No row is reported yet; run the same command again to go on", err)
	}
	again := "run the same command again to go on with the rest"
	if c.Report != "" {
		again += ", with another --report"
	}
	return fmt.Errorf("%w. %s of %s rows are done and reported, up to row %d of the file; %s", err, count(tally.Rows), count(survey.Rows), tally.LastRow, again)
}

// nothingDone says of an error before the first row that nothing was changed, when
// it came of a signal and says nothing else.
func nothingDone(stop stopping, err error) error {
	if stop.gently.Err() != nil {
		return errors.New("stopped before anything was changed")
	}
	return err
}

// named puts the file's name in front of what is wrong with it.
func named(path string, err error) error {
	var no *seatfile.Mistake
	if errors.As(err, &no) {
		return fmt.Errorf("%s: %w Nothing was changed", path, no)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// plainly says which file cannot be opened and why, without the system call.
func plainly(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Errorf("%s cannot be opened: %w", at.Path, at.Err)
	}
	return err
}

// summary tells what became of the rows, on standard error, since the report may be
// on the other. It fails when rows were refused.
func (c *seatsImportCommand) summary(ctx context.Context, h host, api *client.Client, what client.Import, tally client.Tally) error {
	begin := ""
	if what.DryRun {
		begin = "dry run, nothing was changed: "
	}
	fmt.Fprintf(h.stderr, "%s%s rows: %s\n", begin, count(tally.Rows), outcomes(tally))
	if tally.Before > 0 {
		fmt.Fprintf(h.stderr, "%s of them were done by an earlier call; codes that it made are not shown again\n", count(tally.Before))
	}
	if created := tally.Outcomes[seatfile.Created]; what.DryRun && created > 0 {
		// Each call of a dry run sees the licences as they are, none of them taken.
		if available, known := api.Available(ctx, what.Unit, what.SeatType); known && available < created {
			fmt.Fprintf(h.stderr, "the business unit %s has licences for %s more seats of type %s: of the %s to create, %s would be refused; allocate more first\n",
				what.Unit.Key, count(available), what.SeatType, count(created), count(created-available))
		}
	}
	if refused := tally.Outcomes[seatfile.Refused]; refused > 0 {
		were, next := "were", "put that right and run the command again, which does nothing twice"
		if what.DryRun {
			were, next = "would be", "put that right before the file is imported"
		}
		return ended{fmt.Errorf("%s of %s rows %s refused; the report says why of each: %s", count(refused), count(tally.Rows), were, next), statusRefused}
	}
	return nil
}

// waiting is the sentence for a failure that is waited out.
func waiting(why error, wait time.Duration) string {
	return fmt.Sprintf("%v; trying again in %s", why, max(wait.Round(time.Second), time.Second))
}
