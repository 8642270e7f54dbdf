package main

import "errors"

// The exit statuses of the commands that are clients of the API. Every other
// command fails with 1.
const (
	statusRefused = 1 // all was tried, and some of it was refused
	statusStuck   = 2 // it could not go on: the command line, the file, the server, the token
)

// ended is an error with an exit status of its own.
type ended struct {
	error
	status int
}

func (e ended) Unwrap() error { return e.error }

// stuck is an error that a client command could not go on after; nil stays nil.
func stuck(err error) error {
	var known ended
	if err == nil || errors.As(err, &known) {
		return err
	}
	return ended{err, statusStuck}
}

// statusOf is the exit status that an error leads to.
func statusOf(err error) int {
	var known ended
	if errors.As(err, &known) {
		return known.status
	}
	return 1
}
