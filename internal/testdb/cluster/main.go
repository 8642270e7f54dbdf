// Command cluster runs a command with a throw-away PostgreSQL for its tests:
//
//	go run ./internal/testdb/cluster -- go test ./...
//
// All test binaries that the command starts share the cluster, by the environment
// variable GATEHOUSE_TEST_CLUSTER. It ends with the command and hands its exit code
// on. A GATEHOUSE_TEST_CLUSTER that is already set is left in charge.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"gatehouse/internal/localpg"
	"gatehouse/internal/testdb"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: cluster -- COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	code, err := run(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
	}
	os.Exit(code)
}

// run gives the command's exit code, or 1 with what went wrong around it.
func run(args []string) (code int, err error) {
	// A Ctrl-C reaches the command too, since both are in the terminal's group:
	// wait for it to end, then end the cluster.
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(stopped)

	ctx := context.Background()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = os.Environ()
	if os.Getenv(testdb.ClusterVariable) == "" {
		own, failed := localpg.Start(ctx, localpg.Options{Throwaway: true})
		if failed != nil {
			return 1, failed
		}
		defer func() {
			if stop := own.Stop(ctx); stop != nil {
				code, err = max(code, 1), errors.Join(err, stop)
			}
		}()
		cmd.Env = append(cmd.Env, testdb.ClusterVariable+"="+own.AdminURL())
	}
	if err := cmd.Start(); err != nil {
		return 1, fmt.Errorf("starting %s: %w", args[0], err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-stopped:
			// SIGTERM goes to one process only, so it is passed on.
			if s == syscall.SIGTERM {
				_ = cmd.Process.Signal(s)
			}
		case err := <-ended:
			var failed *exec.ExitError
			if errors.As(err, &failed) {
				return max(failed.ExitCode(), 1), nil // -1 when a signal ended it
			}
			if err != nil {
				return 1, fmt.Errorf("running %s: %w", args[0], err)
			}
			return 0, nil
		}
	}
}
