package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// sayEvery is how often a progress without a terminal says how far it is.
const sayEvery = 5 * time.Second

// progress shows how far a long command is: as a bar on a terminal, else as a line
// now and then, which reads well in a log.
type progress struct {
	out     io.Writer
	bar     *progressbar.ProgressBar // nil without a terminal
	clock   func() time.Time
	what    string // that is counted, such as rows
	total   int    // below zero when it is not known
	done    int
	beside  func() string // what else a line says; nil for nothing
	started time.Time
	said    time.Time
}

// newProgress begins. A bar is drawn only when nothing else writes to the terminal.
func newProgress(h host, what string, total int, alone bool) *progress {
	p := &progress{out: h.stderr, clock: h.clock, what: what, total: total, started: h.clock(), said: h.clock()}
	if alone && isTerminal(h.stderr) {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(h.stderr), progressbar.OptionSetDescription(what), progressbar.OptionSetItsString(what),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(total >= 0),
			progressbar.OptionSetElapsedTime(true), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetWidth(30))
		_ = p.bar.RenderBlank() // it counts time from now
	}
	return p
}

// add counts so many more.
func (p *progress) add(more int) {
	p.done += more
	if p.bar != nil {
		_ = p.bar.Add(more) // a bar that cannot be drawn is no reason to stop
		return
	}
	if now := p.clock(); now.Sub(p.said) >= sayEvery {
		p.said = now
		p.say(p.line(now))
	}
}

// line is how far it is, how fast, and how long it will take.
func (p *progress) line(now time.Time) string {
	rate := float64(p.done) / now.Sub(p.started).Seconds()
	if p.total < 0 {
		return fmt.Sprintf("%s %s, %s %s/s", count(p.done), p.what, count(int(rate)), p.what) + p.also()
	}
	left := time.Duration(float64(p.total-p.done) / rate * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%s of %s %s, %s %s/s, %s left", count(p.done), count(p.total), p.what, count(int(rate)), p.what, left) + p.also()
}

// also is what else a line says.
func (p *progress) also() string {
	if p.beside == nil {
		return ""
	}
	return ", " + p.beside()
}

// waiting says that a failure is waited out.
func (p *progress) waiting(why error, wait time.Duration) { p.say(waiting(why, wait)) }

// say writes a line beside the bar.
func (p *progress) say(sentence string) {
	if p.bar != nil {
		_ = p.bar.Clear() // it is drawn again with the next step
	}
	fmt.Fprintln(p.out, sentence)
}

// end leaves the bar as it is and goes to the next line.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Exit()
		fmt.Fprintln(p.out)
	}
}
