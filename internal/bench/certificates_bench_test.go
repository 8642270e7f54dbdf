//go:build unix

package main

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/internal/client"
)

// BenchmarkCertificates is one call of importCertificates with 1,000 certificates,
// new ones or the same each time, without HTTP: for profiles, and for CPU time and
// allocations per call.
//
//	go test ./internal/bench -run - -bench Certificates/new -benchmem -benchtime 30x -cpuprofile /tmp/cpu.out -o /tmp/bench.test
func BenchmarkCertificates(b *testing.B) {
	b.Run("new", func(b *testing.B) { importCalls(b, 1000, client.Created) })
	b.Run("known", func(b *testing.B) { importCalls(b, 0, client.Unchanged) })
}

// importCalls sends calls of 1,000, each that many certificates after the one before.
func importCalls(b *testing.B, step int, outcome client.Sighted) {
	const size = 1000
	it, unit := importerOf(b, loaded(b))
	f, call := someCertificates(b, 0), 0
	prepare := func() {
		q, err := f.asked(unit, call*step, call*step+size)
		if err != nil {
			b.Fatal(err)
		}
		call++
		q.key = fmt.Sprint(call)
		if it.body, err = q.body(); err != nil {
			b.Fatal(err)
		}
	}
	ask := func(outcome client.Sighted) {
		answer, err := it.ask()
		if err != nil {
			b.Fatal(err)
		}
		if outcomes, err := readSighted(answer); err != nil || outcomes[outcome] != size {
			b.Fatalf("%v: %v", outcomes, err)
		}
	}
	prepare()
	ask(client.Created)
	for range 3 { // prepares the statements
		prepare()
		ask(outcome)
	}
	prepare()
	b.ReportAllocs()
	var used time.Duration
	b.ResetTimer()
	for range b.N {
		before := processor(b)
		ask(outcome)
		used += processor(b) - before
		b.StopTimer()
		prepare()
		b.StartTimer()
	}
	b.ReportMetric(float64(used.Microseconds())/float64(b.N)/size, "CPU-µs/certificate")
}
