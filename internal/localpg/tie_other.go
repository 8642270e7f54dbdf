//go:build unix && !linux

package localpg

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// startTied starts PostgreSQL and a small watcher, for systems whose kernel cannot
// tie a child to its parent: the watcher waits on a pipe that only this process
// holds open, and ends PostgreSQL when the pipe closes, kill -9 included. untie
// ends the watcher; it is called once PostgreSQL has ended, whose number must not
// be signalled any more.
func startTied(cmd *exec.Cmd, throwaway bool) (untie func(), err error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, cmd.Process.Kill(), cmd.Wait())
		}
	}()
	waiting, held, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	signal := strconv.Itoa(int(endWith(throwaway)))
	watcher := exec.Command("/bin/sh", "-c", `read -r _; kill -"$1" "$2"`, "sh", signal, strconv.Itoa(cmd.Process.Pid))
	watcher.Dir = "/"
	watcher.Stdin = waiting
	// Same user, so that it may signal; own group, so that Ctrl-C spares it.
	watcher.SysProcAttr = &syscall.SysProcAttr{Credential: cmd.SysProcAttr.Credential, Setpgid: true}
	if err := errors.Join(watcher.Start(), waiting.Close()); err != nil {
		return nil, errors.Join(err, held.Close())
	}
	return func() {
		_ = watcher.Process.Kill()
		_ = watcher.Wait()
		_ = held.Close()
	}, nil
}
