// Command gatehouse is the server, and the commands that prepare and check its
// database. Read cli.go for the commands, config.go for the settings, and the
// cmd_*.go file of a command for what it does.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], host{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		environ: os.Environ(), clock: time.Now,
	}, newHouse()))
}

// host is what the operating system gives a command. It is passed in, so that a
// test runs any command with an environment and a clock of its own.
type host struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string
	clock          func() time.Time
}

// run does what the arguments ask for and returns the exit status: 0, or another
// (ended.go) after a sentence on standard error.
func run(ctx context.Context, args []string, h host, build house) int {
	status, helped := 0, false
	command, err := parse(args, h, build, func(code int) { status, helped = code, true })
	if helped {
		return status
	}
	if err == nil {
		command.BindTo(ctx, (*context.Context)(nil))
		err = command.Run()
	}
	if err != nil {
		fmt.Fprintf(h.stderr, "gatehouse: %v\n", err)
		return statusOf(err)
	}
	return 0
}
