package localpg

import (
	"context"
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"
)

// startsFor names the data folder for which this test binary, run again by a test,
// starts a cluster and then waits to be killed.
const startsFor = "LOCALPG_TEST_STARTS_FOR"

func TestMain(m *testing.M) {
	// What the tests make is to be reached by PostgreSQL's user, whatever umask the
	// caller has.
	syscall.Umask(0o022)
	if dir := os.Getenv(startsFor); dir != "" {
		c, err := Start(context.Background(), Options{Dir: dir})
		if err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		fmt.Println(c.postmaster.process.Pid)
		// Until it is killed, or the test that waits to do so is gone itself.
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}
