package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// asProgram, when it is set, makes the test binary be gatehouse itself: for tests
// that need processes of their own, to kill them.
const asProgram = "TEST_BINARY_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// child is gatehouse in a process of its own.
type child struct {
	cmd   *exec.Cmd
	lines chan string   // what it says; closed when it has said all
	ended chan struct{} // closed when it is gone

	mu   sync.Mutex
	said strings.Builder
}

// text is all that it has said so far.
func (c *child) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said.String()
}

// launch starts it, with an environment that has these settings alone. The test's
// end ends it.
func launch(t *testing.T, environ []string, args ...string) *child {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(program, args...), lines: make(chan string, 1<<10), ended: make(chan struct{})}
	c.cmd.Env = append(environ, asProgram+"=1")
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.cmd.Stdout, c.cmd.Stderr = in, in
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	go func() {
		defer close(c.lines)
		defer out.Close()
		for said := bufio.NewScanner(out); said.Scan(); {
			_, _ = fmt.Fprintln(t.Output(), said.Text())
			c.mu.Lock()
			c.said.WriteString(said.Text() + "\n")
			c.mu.Unlock()
			select {
			case c.lines <- said.Text():
			default: // nobody reads any more
			}
		}
		_ = c.cmd.Wait() // the exit status tells
		close(c.ended)
	}()
	t.Cleanup(func() { c.kill(t) })
	return c
}

// says waits until it says something, and gives the first group of that.
func (c *child) says(t *testing.T, what *regexp.Regexp) string {
	t.Helper()
	for line := range c.lines {
		if found := what.FindStringSubmatch(line); found != nil {
			return found[1]
		}
	}
	t.Errorf("it ended without saying %s", what)
	return ""
}

// kill is kill -9, and waits until it is gone.
func (c *child) kill(t *testing.T) {
	select {
	case <-c.ended:
		return
	default:
	}
	if err := c.cmd.Process.Kill(); err != nil {
		t.Errorf("killing %v: %v", c.cmd.Args[1:], err)
	}
	<-c.ended
}
