package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gatehouse/internal/certificate"
	"gatehouse/internal/client"
)

// certificatesImportCommand brings in the certificates of files.
type certificatesImportCommand struct {
	Paths        []string `arg:"" name:"path" placeholder:"PATH" help:"Files and folders, or - for standard input. Files are PEM with any number of certificates, DER, or PKCS#7, and of any size. Folders are gone through with all that is below them, in the order of the names, without what is hidden (.git) and without links that lead out of them."`
	BusinessUnit string   `required:"" placeholder:"KEY" help:"The key or id of the business unit that the certificates are for."`
	Report       string   `placeholder:"FILE" help:"Where what became of each certificate is written, as CSV; a new file. Left out: what was refused is told, and the rest counted."`
}

// Help is what stands below the flags of --help.
func (c *certificatesImportCommand) Help() string {
	return `Each certificate is kept as it is, however old or odd, gets a seat of type IMPORTED and takes its licence by itself; one that the business unit has already gains its path as a place where it was seen. A file is named by its folder's name and its path below that, so that a place is the same whatever folder the command is run in.

Only certificates are sent: a private key that lies in a file stays where it is and is told as refused, as is all else in a folder that is no certificate.

An import that was interrupted, by Ctrl-C or by anything else, is gone on with by running the same command again: what is there already is UNCHANGED.

  gatehouse certificates import /etc/ssl/certs --business-unit berlin
  openssl s_client -connect example.com:443 -showcerts </dev/null | gatehouse certificates import - --business-unit berlin`
}

// Run reads the files once, as a stream, and sends part after part. It needs as
// little memory for a million certificates as for one.
func (c *certificatesImportCommand) Run(ctx context.Context, parent *certificatesCommand, s *settings, h host) error {
	return stuck(c.run(ctx, parent, s, h))
}

func (c *certificatesImportCommand) run(ctx context.Context, parent *certificatesCommand, s *settings, h host) error {
	api, err := parent.connect(s)
	if err != nil {
		return err
	}
	files, err := openFiles(c.Paths, h.stdin)
	if err != nil {
		return err
	}
	stop, release := onSignals(ctx)
	defer release()
	units, err := api.Units(stop.gently, []string{c.BusinessUnit})
	if err != nil {
		return nothingDone(stop, err)
	}
	report, err := openCSVReport(c.Report, "path", "position", "where", "sha256", "outcome", "reason")
	if err != nil {
		return err
	}
	told := newRefusedLines(c.Report != "")
	bar := newProgress(h, "certificates", -1, true)
	begun := h.clock()
	importing := client.NewImportCertificates(api, units[0], func(lines []client.CertificateLine) error {
		defer bar.add(len(lines))
		for _, line := range lines {
			if line.Outcome == client.Refused {
				told.say(bar, line.Path+", "+line.Where, line.Reason)
			}
			if err := report.write(line.Path, strconv.Itoa(line.Position), line.Where, line.SHA256, string(line.Outcome), line.Reason); err != nil {
				return err
			}
		}
		return report.flush()
	}, bar.waiting)
	err = c.send(stop, files, importing)
	bar.end()
	tally := importing.Tally()
	if failed := report.close(tally.Certificates > 0); err == nil {
		err = failed
	}
	if err != nil {
		return c.halfway(err, tally)
	}
	return c.summary(h, files, tally, told, h.clock().Sub(begun))
}

// send goes through the files and adds what they hold.
func (c *certificatesImportCommand) send(stop stopping, files *certificateFiles, importing *client.ImportCertificates) error {
	for file := range files.all() {
		// Between two files, so that a folder without certificates is left too.
		if stop.gently.Err() != nil {
			return client.ErrStopped
		}
		if err := c.sendFile(stop, file, importing); err != nil {
			return err
		}
	}
	return importing.Flush(stop.atOnce, stop.gently)
}

// sendFile adds what one file holds. What cannot be read of it is told in its place,
// and the next files are read.
func (c *certificatesImportCommand) sendFile(stop stopping, file certificateFile, importing *client.ImportCertificates) error {
	in, err := file.open()
	if err != nil {
		return importing.Add(stop.atOnce, stop.gently, client.Certificate{Path: file.name, Where: "at its beginning", Why: "It cannot be read: " + cause(err) + "."})
	}
	defer func() { _ = in.Close() }() // it was only read
	text, release := readUntil(stop.gently, in)
	defer release()
	for item := range certificate.Scan(text) {
		if errors.Is(item.Err, client.ErrStopped) {
			return client.ErrStopped
		}
		found := client.Certificate{Path: file.name, Position: item.Position, Where: item.Where(), DER: item.DER}
		if err := isCertificate(item); err != nil {
			found.DER, found.Why = nil, sentence(err)
		}
		if err := importing.Add(stop.atOnce, stop.gently, found); err != nil {
			return err
		}
	}
	return nil
}

// isCertificate says why an item is none. It looks into it here already, so that
// nothing else, such as a key under a wrong label, leaves the machine.
func isCertificate(item certificate.Item) error {
	if item.Err != nil {
		return item.Err
	}
	_, err := certificate.Read(item.DER)
	return err
}

// halfway says what an import that ended before its end has done.
func (c *certificatesImportCommand) halfway(err error, tally client.SightingTally) error {
	if errors.Is(err, client.ErrStopped) {
		err = errors.New("stopped as you asked")
	}
	var failed *client.Failure
	if tally.Certificates == 0 && errors.As(err, &failed) && !failed.Passing {
		return err
	}
	again := "run the same command again to go on: what is there already is UNCHANGED"
	if c.Report != "" && tally.Certificates > 0 {
		again = "run the same command again, with another --report, to go on: what is there already is UNCHANGED"
	}
	return fmt.Errorf("%w. %s certificates are done and reported; %s", err, count(tally.Certificates), again)
}

// summary tells what became of the certificates. It fails when some were refused.
func (c *certificatesImportCommand) summary(h host, files *certificateFiles, tally client.SightingTally, told *refusedLines, took time.Duration) error {
	if files.read == 0 {
		return errors.New("there is no file in what you named, apart from hidden ones and links that lead out of it; name a file, or another folder")
	}
	told.rest(h.stderr)
	if files.passed > 0 {
		fmt.Fprintf(h.stderr, "%s links lead out of the folders, to a folder or to nothing and were not followed; name what they lead to, to have it read\n", count(files.passed))
	}
	fmt.Fprintf(h.stderr, "%s files, %s certificates: %s (%s)\n", count(files.read), count(tally.Certificates), sightings(tally), speed(tally.Certificates, took, "certificates"))
	if refused := tally.Outcomes[client.Refused]; refused > 0 {
		return ended{fmt.Errorf("%s of %s were refused; %s: put that right and run the command again, which does nothing twice", count(refused), count(tally.Certificates), told.where()), statusRefused}
	}
	return nil
}
