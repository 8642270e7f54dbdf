package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/certificate"
	"gatehouse/internal/client"
	"gatehouse/internal/discover"
)

// recordEvery is how long what was found waits at most before it is recorded.
const recordEvery = 2 * time.Second

// statusInterrupted is what a shell gives a command that Ctrl-C ended.
const statusInterrupted = 130

// finding takes the results of a scan.
type finding struct {
	out       io.Writer
	recording *client.RecordDiscovered // nil in a dry run
	report    *csvReport
	bar       *progress
	told      *refusedLines
	host      host
	begun     time.Time

	asked, found int
	failures     map[discover.Kind]int
}

// begin counts time and hosts from now.
func (f *finding) begin(h host, targets int) {
	f.host, f.begun, f.told = h, h.clock(), newRefusedLines(f.report.file != nil)
	f.bar = newProgress(h, "hosts", targets, f.recording != nil || !isTerminal(h.stdout))
	f.bar.beside = func() string { return count(f.found) + " found" }
}

// all runs the scan to its end and takes each result. The scan goes on while a part
// is recorded; it waits when so much was found meanwhile that it would not fit into
// memory for ever. Its error is why what was found cannot be recorded.
func (f *finding) all(stop stopping, scan discover.Scan) error {
	asking, enough := context.WithCancel(stop.gently)
	defer enough()
	results := scan.Start(asking)
	tick := time.NewTicker(recordEvery)
	defer tick.Stop()
	var failed error
	for open := true; open; {
		var err error
		select {
		case result, more := <-results:
			if open = more; open && failed == nil {
				err = f.take(stop, result)
			}
		case <-tick.C:
			if failed == nil {
				err = f.flush(stop)
			}
		}
		if err != nil {
			failed = err
			enough() // and the channel is emptied, so that the scan ends
		}
	}
	if failed != nil {
		return failed
	}
	return f.flush(stop)
}

// flush records what was found and is not recorded yet. Once the command was told to
// stop, it still waits for a server that is away, until it is told again.
func (f *finding) flush(stop stopping) error {
	if f.recording == nil || f.recording.Pending() == 0 {
		return f.report.flush()
	}
	return f.recording.Flush(stop.atOnce, stop.atOnce)
}

// take counts one result, and hands a certificate on.
func (f *finding) take(stop stopping, result discover.Result) error {
	f.asked++
	host, port := result.Target.Host, result.Target.Port
	if result.Failure != nil {
		f.failures[result.Failure.Kind]++
		f.bar.add(1)
		return f.report.write(host, strconv.Itoa(port), string(result.Failure.Kind), "", "", "", result.Failure.Sentence)
	}
	f.found++
	f.bar.add(1)
	found := client.Discovered{Host: host, Port: port, SeenAt: result.SeenAt, DER: result.Shown[0], Chain: result.Shown[1:]}
	if f.recording != nil {
		return f.recording.Add(stop.atOnce, stop.atOnce, found)
	}
	says := reading(found.DER)
	fmt.Fprintf(f.out, "%s\t%s\t%s\t%s\n", result.Target, says.subject, says.notAfter, says.sha256)
	return f.report.write(host, strconv.Itoa(port), "FOUND", says.subject, says.notAfter, says.sha256, says.reason)
}

// recorded writes what became of a part into the report.
func (f *finding) recorded(lines []client.DiscoveredLine) error {
	for _, line := range lines {
		if line.Outcome == client.Refused {
			f.told.say(f.bar, discover.Target{Host: line.Host, Port: line.Port}.String(), line.Reason)
		}
		says := reading(line.DER)
		if err := f.report.write(line.Host, strconv.Itoa(line.Port), string(line.Outcome), says.subject, says.notAfter, says.sha256, line.Reason); err != nil {
			return err
		}
	}
	return f.report.flush()
}

// certificateText is what a line of a report says of a certificate.
type certificateText struct{ subject, notAfter, sha256, reason string }

// reading reads it. What cannot be read has its thumbprint, and the reason.
func reading(der []byte) certificateText {
	says, err := certificate.Read(der)
	if err != nil {
		sum := sha256.Sum256(der)
		return certificateText{sha256: hex.EncodeToString(sum[:]), reason: sentence(err)}
	}
	return certificateText{says.Subject, says.NotAfter.Format(time.RFC3339), says.SHA256, ""}
}

// end tells what was found. failed is why what was found could not be recorded.
func (f *finding) end(stop stopping, failed error) error {
	f.bar.end()
	if err := f.report.close(f.asked > 0); failed == nil {
		failed = err
	}
	f.told.rest(f.host.stderr)
	fmt.Fprintf(f.host.stderr, "%s of %s hosts asked, %s certificates found (%s)%s\n",
		count(f.asked), count(f.bar.total), count(f.found), speed(f.asked, f.host.clock().Sub(f.begun), "hosts"), f.others())
	var tally client.SightingTally
	if f.recording != nil {
		tally = f.recording.Tally()
		fmt.Fprintf(f.host.stderr, "recorded: %s\n", sightings(tally))
	}
	if errors.Is(failed, client.ErrStopped) {
		failed = errors.New("stopped at once")
	}
	status := statusStuck
	if stop.gently.Err() != nil {
		status = statusInterrupted
	}
	if failed != nil {
		if f.recording != nil && f.recording.Pending() > 0 {
			failed = fmt.Errorf("%w. %s certificates that were found are not recorded; run the command again", failed, count(f.found-tally.Certificates))
		}
		return ended{failed, status}
	}
	if status == statusInterrupted {
		return ended{fmt.Errorf("stopped as you asked, after %s of %s hosts", count(f.asked), count(f.bar.total)), status}
	}
	if refused := tally.Outcomes[client.Refused]; refused > 0 {
		return ended{fmt.Errorf("%s of %s certificates were refused; %s: put that right and run the command again", count(refused), count(tally.Certificates), f.told.where()), statusRefused}
	}
	return nil
}

// others are the hosts that showed nothing, by the reason, and where it is said which
// they are.
func (f *finding) others() string {
	var parts []string
	for _, kind := range discover.Kinds {
		if n := f.failures[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", count(n), kind))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	text := ". Without one: " + strings.Join(parts, ", ")
	if f.report.file == nil {
		text += "; --report FILE writes which"
	}
	return text
}
