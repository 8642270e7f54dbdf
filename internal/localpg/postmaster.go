//go:build unix

package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// pollEvery is how often a condition of another process is looked at: often enough
// that a start on existing data feels immediate.
const pollEvery = 5 * time.Millisecond

// largestLog is the size past which postgres.log is emptied at a start.
const largestLog = 10 << 20

// postmaster is the PostgreSQL process that this process started.
type postmaster struct {
	process *os.Process
	exited  chan struct{} // closed once the process is gone
}

// launch is what a postmaster is started with.
type launch struct {
	folder    folder
	programs  programs
	account   account
	socketDir string
	throwaway bool
	adminURL  string
}

// startPostmaster starts PostgreSQL and returns when it accepts connections, which
// after a crash is when it has recovered. It refuses with the reason that
// PostgreSQL gives. Backends of a killed predecessor may hold its memory for a
// moment longer: only that is tried again.
func startPostmaster(ctx context.Context, l launch) (*postmaster, error) {
	giveUp := time.Now().Add(10 * time.Second)
	for {
		p, err := l.start(ctx)
		if err == nil || !errors.Is(err, errMemoryInUse) || time.Now().After(giveUp) {
			return p, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

var errMemoryInUse = errors.New("pre-existing shared memory block")

func (l launch) start(ctx context.Context) (*postmaster, error) {
	output, from, err := l.openLog()
	if err != nil {
		return nil, err
	}
	// Not bound to ctx: giving up on waiting must not kill a database.
	cmd := l.account.command(context.WithoutCancel(ctx), l.folder.data(), l.programs.postgres(), l.arguments()...)
	cmd.Stdout, cmd.Stderr = output, output
	p, err := run(cmd, l.throwaway)
	if err := errors.Join(err, output.Close()); err != nil {
		return nil, fmt.Errorf("starting %s as the user %q: %w", cmd.Path, l.account.name, err)
	}
	if err := p.awaitReady(ctx, l.adminURL); err != nil {
		said := l.readLog(from)
		if strings.Contains(said, errMemoryInUse.Error()) {
			err = fmt.Errorf("%w: %w", errMemoryInUse, err)
		}
		stopped := p.stop(context.WithoutCancel(ctx), true)
		return nil, errors.Join(fmt.Errorf("PostgreSQL %s did not start on %s: %w: %s (all of it: %s)",
			l.programs.version, l.folder.data(), err, lastLines(said, 3), l.folder.logFile()), stopped)
	}
	return p, nil
}

// arguments are the settings of the cluster. They stand on the command line, not in
// its configuration file, so that a newer gatehouse also governs older data.
func (l launch) arguments() []string {
	settings := []string{
		"listen_addresses=", // the socket only
		"port=" + socketPort,
		"unix_socket_directories=" + l.socketDir,
		"unix_socket_permissions=0700",
		"cluster_name=gatehouse",
		"timezone=UTC",
		"log_timezone=UTC",
		"log_checkpoints=off",
		"logging_collector=off",
	}
	if l.throwaway {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"wal_level=minimal", "max_wal_senders=0", "max_wal_size=256MB", "autovacuum=off", "max_connections=300")
	} else {
		settings = append(settings, "shared_buffers=256MB", "max_connections=100")
	}
	args := []string{"-D", l.folder.data()}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	return args
}

// run starts the process tied to this one. The tie of Linux is to the thread that
// started the child: that thread is kept, doing nothing else, until the child ends.
func run(cmd *exec.Cmd, throwaway bool) (*postmaster, error) {
	p := &postmaster{exited: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		untie, err := startTied(cmd, throwaway)
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended, its log tells
			close(p.exited)
			untie()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	p.process = cmd.Process
	return p, nil
}

// endWith is the signal that ends a postmaster: orderly for data that are kept, at
// once for those that are not.
func endWith(throwaway bool) syscall.Signal {
	if throwaway {
		return syscall.SIGQUIT
	}
	return syscall.SIGINT
}

// stop ends the postmaster and returns when it is gone. When ctx ends, the orderly
// shutdown becomes an immediate one, and in the last resort a kill.
func (p *postmaster) stop(ctx context.Context, atOnce bool) error {
	if p == nil {
		return nil
	}
	p.signal(endWith(atOnce))
	select {
	case <-p.exited:
		return nil
	case <-ctx.Done():
	}
	for _, harder := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		p.signal(harder)
		select {
		case <-p.exited:
			return nil
		case <-time.After(10 * time.Second):
		}
	}
	return fmt.Errorf("PostgreSQL (process %d) did not end, although it was killed", p.process.Pid)
}

func (p *postmaster) signal(s syscall.Signal) {
	select {
	case <-p.exited: // its number may be somebody else's by now
	default:
		// The only error left is that it has just ended, which is what is wanted.
		_ = p.process.Signal(s)
	}
}
