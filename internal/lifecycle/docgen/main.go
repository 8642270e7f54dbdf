// Command docgen prints docs/lifecycle.md from the table of package lifecycle:
//
//	go run ./internal/lifecycle/docgen > docs/lifecycle.md
//
// A test compares the file with what would be printed, so the page cannot say
// something else than the code decides.
package main

import (
	"fmt"
	"os"
)

func main() {
	if _, err := os.Stdout.WriteString(page()); err != nil {
		fmt.Fprintln(os.Stderr, "docgen: writing the page:", err)
		os.Exit(1)
	}
}
