//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gatehouse/internal/sealed"
)

// process is a server that is measured.
type process struct {
	name    string
	address string
	cmd     *exec.Cmd
	// exited is closed once the process is gone.
	exited chan struct{}
}

// servingAt is how the bare handler tells its address.
const servingAt = "serving at "

// address is how a server tells where it listens: serve in its log, the bare
// handler in words.
var address = regexp.MustCompile(`(?:"address":"|` + servingAt + `)(127\.0\.0\.1:\d+)`)

// serverOf says what makes a server the one it is: started again with the same,
// it goes on where it was.
type serverOf struct {
	binary, address, database, secret, keyset string
	// mails is the setting of the mail server; empty for none.
	mails string
}

// newServer is a server on any free port, with a secret that signs this run's
// tokens and a keyset of its own.
func newServer(binary, databaseURL, secret string) (serverOf, error) {
	if _, err := os.Stat(binary); err != nil {
		return serverOf{}, fmt.Errorf("there is no server to measure: %w; make build makes it", err)
	}
	keys, err := sealed.New()
	if err != nil {
		return serverOf{}, err
	}
	keyset, err := keys.JSON()
	if err != nil {
		return serverOf{}, err
	}
	return serverOf{binary: binary, address: "127.0.0.1:0", database: databaseURL, secret: secret, keyset: string(keyset)}, nil
}

// start starts bin/gatehouse serve as in production and returns when it answers.
func (s serverOf) start(ctx context.Context, scratch string) (*process, error) {
	var mails []string
	if s.mails != "" {
		mails = []string{"GATEHOUSE_SMTP_URL=" + s.mails, "GATEHOUSE_MAIL_FROM=gatehouse@bench.example", "GATEHOUSE_PUBLIC_URL=https://gatehouse.bench.example"}
	}
	return start(ctx, "server", scratch, exec.Command(s.binary, "serve"), append(mails, //nolint:noctx // stop ends it, and lets it end well
		"GATEHOUSE_ADDR="+s.address, "DATABASE_URL="+s.database, "GATEHOUSE_DATABASE_CONNECTIONS="+strconv.Itoa(pool),
		"GATEHOUSE_LIMIT_CALLS=1000000000", "GATEHOUSE_LIMIT_CALL_COST=1000000000", // one subject asks for all
		"GATEHOUSE_KEYSET="+s.keyset, "GATEHOUSE_JWT_SECRET="+s.secret, "GATEHOUSE_JWT_ISSUER="+issuer, "GATEHOUSE_JWT_AUDIENCE=gatehouse")...)
}

// startServer starts a new server.
func startServer(ctx context.Context, binary, databaseURL, scratch, secret string) (*process, error) {
	server, err := newServer(binary, databaseURL, secret)
	if err != nil {
		return nil, err
	}
	return server.start(ctx, scratch)
}

// startBare starts this program as the bare handler.
func startBare(ctx context.Context, databaseURL, unit, scratch string) (*process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program to start the bare handler: %w", err)
	}
	return start(ctx, "bare", scratch, exec.Command(program, bareCommand), bareDatabase+"="+databaseURL, bareUnit+"="+unit) //nolint:noctx // stop ends it
}

// passedOn are the variables of this process that the servers see too: what a
// program needs to run, and what tunes the Go runtime. A setting of gatehouse
// that happens to be in the environment would measure something else.
var passedOn = []string{"PATH", "HOME", "TMPDIR", "GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GODEBUG"}

// withPassedOn is an environment of a program and the variables that are passed on.
func withPassedOn(environment []string) []string {
	for _, variable := range passedOn {
		if value, set := os.LookupEnv(variable); set {
			environment = append(environment, variable+"="+value)
		}
	}
	return environment
}

// start starts a server whose output goes to a file, as a log does in production,
// and waits until the file tells the address.
func start(ctx context.Context, name, scratch string, cmd *exec.Cmd, environment ...string) (*process, error) {
	log := filepath.Join(scratch, name+".log")
	output, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("making the %s's log: %w", name, err)
	}
	cmd.Stdout, cmd.Stderr, cmd.Env = output, output, withPassedOn(environment)
	if err := errors.Join(cmd.Start(), output.Close()); err != nil {
		return nil, fmt.Errorf("starting the %s: %w", name, err)
	}
	p := &process{name: name, cmd: cmd, exited: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // why it ended stands in its log
		close(p.exited)
	}()
	for {
		said, err := os.ReadFile(log)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("reading the %s's log: %w", name, err), p.stop())
		}
		if found := address.FindSubmatch(said); found != nil {
			p.address = string(found[1])
			return p, nil
		}
		select {
		case <-p.exited:
			return nil, fmt.Errorf("the %s ended instead of serving: %s", name, strings.TrimSpace(string(said)))
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), p.stop())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends the process, in its own way first.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return nil //nolint:nilerr // it has ended by itself
	}
	select {
	case <-p.exited:
		return nil
	case <-time.After(10 * time.Second):
		return errors.Join(fmt.Errorf("the %s did not end by itself and was killed", p.name), p.cmd.Process.Kill())
	}
}
