package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// seatsCommand has the commands that work with files of seats. They are clients of
// the API: they need no database, and permit nothing that their token does not.
type seatsCommand struct {
	apiAddress
	Import seatsImportCommand `cmd:"" help:"Create, update, enroll or delete the seats of a CSV file, however long. Exits with 1 when rows were refused, with 2 when it could not go on."`
	Export seatsExportCommand `cmd:"" help:"Write seats as a CSV file that import reads again."`
}

// apiWords reads the values of a flag as words of the API: in capitals or not, with
// hyphens or underscores. It refuses what is none, and says which there are.
func apiWords[W ~string](flag string, given []string, known []W) ([]string, error) {
	var out []string
	for _, word := range given {
		spelled := W(strings.ReplaceAll(strings.ToUpper(word), "-", "_"))
		if !slices.Contains(known, spelled) {
			names := make([]string, len(known))
			for n, w := range known {
				names[n] = string(w)
			}
			return nil, fmt.Errorf("--%s %s: there is no such value; the values are %s", flag, word, strings.Join(names, ", "))
		}
		out = append(out, string(spelled))
	}
	return out, nil
}

// instant is a time in a flag: RFC 3339, or a day, which is its beginning in UTC.
type instant struct{ time.Time }

// UnmarshalText reads an instant.
func (i *instant) UnmarshalText(text []byte) error {
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(form, string(text)); err == nil {
			i.Time = at
			return nil
		}
	}
	return fmt.Errorf("%q is neither a day nor an instant; write it like 2026-11-22 or 2026-11-22T09:30:00Z", text)
}
