package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"
)

// typed warns and waits until the words were typed. It refuses when something else
// was, and when ctx ends first.
func typed(ctx context.Context, h host, warning, words string) error {
	fmt.Fprintf(h.stderr, "%s.\nType %q to go on: ", warning, words)
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(h.stdin).ReadString('\n') // an end of input is an empty line: no
		line <- strings.TrimSpace(text)
	}()
	select {
	case text := <-line:
		if strings.EqualFold(text, words) {
			return nil
		}
		return fmt.Errorf("%q was not typed, so nothing was changed; type it, or repeat the command with --yes where nobody types", words)
	case <-ctx.Done():
		fmt.Fprintln(h.stderr)
		return ctx.Err()
	}
}
