//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"gatehouse/internal/id"
)

// BenchmarkImport is one call of importSeats that makes 1,000 seats, without HTTP:
// for profiles, and for CPU time and allocations per call.
//
//	go test ./internal/bench -run - -bench Import -benchmem -benchtime 30x -cpuprofile /tmp/cpu.out -o /tmp/bench.test
func BenchmarkImport(b *testing.B) {
	db := loaded(b)
	for _, statement := range []string{`UPDATE seat_licenses SET purchased = 2000000000`, `UPDATE seat_allocations SET allocated = 100000000`} {
		if _, err := db.Owner(b).ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	unit, file := id.Of(id.BusinessUnit, unitID(1)).String(), seatsFile{}
	calls := 0
	body := func() []byte {
		calls++
		text, err := importAsked{unit, file.text(calls*1000, (calls+1)*1000), fmt.Sprint(calls)}.body()
		if err != nil {
			b.Fatal(err)
		}
		return text
	}
	it, err := openAPI(b.Context(), db.AppURL, true, importAsked{unit, file.text(0, 1000), "0"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { it.store.Close() })
	ask := func() {
		var answer struct {
			Data struct {
				ImportSeats struct{ Rows []struct{ Outcome string } }
			}
		}
		text, err := it.ask()
		if err != nil || json.Unmarshal(text, &answer) != nil || len(answer.Data.ImportSeats.Rows) != 1000 || answer.Data.ImportSeats.Rows[999].Outcome != "CREATED" {
			b.Fatalf("%v: %.300s", err, text)
		}
	}
	for range 3 { // prepares the statements
		ask()
		it.body = body()
	}
	b.ReportAllocs()
	var used time.Duration
	b.ResetTimer()
	for range b.N {
		before := processor(b)
		ask()
		used += processor(b) - before
		b.StopTimer()
		it.body = body()
		b.StartTimer()
	}
	b.ReportMetric(float64(used.Microseconds())/float64(b.N)/1000, "CPU-µs/row")
}
