package accounting

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// secondProcess is the variable by which this test binary becomes the other server
// process: it plays what it is given on its standard input.
const secondProcess = "GATEHOUSE_TEST_ACCOUNTING_SECOND"

// How many checks are made when nobody says. With the race detector a check takes
// several times as long.
const (
	checks     = 40
	checksRace = 8
)

func TestMain(m *testing.M) {
	if os.Getenv(secondProcess) != "" {
		if err := playGiven(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "the second process:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	said := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { said[f.Name] = true })
	// A file of the scripts that failed would say no more than the seed does: what
	// failed is how they met. And what shrinks has to fail again by chance.
	for name, value := range map[string]string{
		"rapid.checks": strconv.Itoa(defaultChecks), "rapid.nofailfile": "true", "rapid.shrinktime": "20s",
	} {
		if _, set := os.LookupEnv(variables[name]); said[name] || set {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// variables are the other way to say it to rapid.
var variables = map[string]string{"rapid.checks": "RAPID_CHECKS", "rapid.nofailfile": "RAPID_NOFAILFILE", "rapid.shrinktime": "RAPID_SHRINKTIME"}
