//go:build unix

package main

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"gatehouse/internal/testdb"
)

// TestMain lets the test binary be the bare handler that the program starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == bareCommand {
		if err := dispatch(context.Background(), os.Args[1:], os.Stdout, os.Stderr); err != nil {
			slog.Error("the bare handler failed", "error", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// small is enough for a full page, and has seats with one, two and three
// enrollments.
var small = size{enrollments: 2500, seats: 1000, units: 4}

// loaded is a database with the small size in it. It has no trigger that requires
// audit entries: nobody did this.
func loaded(t testing.TB) *testdb.DB {
	t.Helper()
	db := testdb.Empty(t)
	content, err := small.data()
	if err != nil {
		t.Fatal(err)
	}
	if err := content.fill(t.Context(), db.OwnerURL, testdb.AppRole); err != nil {
		t.Fatal(err)
	}
	return db
}

// BenchmarkList is the query that is measured, without HTTP, over a small
// database: for profiles, and for allocations per request.
//
//	go test ./internal/bench -run - -bench List -benchmem -cpuprofile /tmp/cpu.out -o /tmp/bench.test
func BenchmarkList(b *testing.B) {
	it, err := openAPI(b.Context(), loaded(b).AppURL, true, small.asked())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { it.store.Close() })
	for range 10 { // prepares the statements
		if _, err := it.ask(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	b.SetParallelism(8) // 16 at once on two cores, as many as there are connections to the database
	before := processor(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := it.ask(); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64((processor(b)-before).Microseconds())/float64(b.N), "CPU-µs/op")
}

// processor is the CPU time that this process has used, which other work on the
// machine stretches less than the clock's.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// command runs a program to its end.
func command(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	return string(output), err
}

// enterable is a folder that PostgreSQL's user can enter when root runs the tests.
func enterable(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}
