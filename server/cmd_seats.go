package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/client"
)

// seatsCommand has the commands that work with files of seats. They are clients of
// the API: they need no database, and permit nothing that their token does not.
type seatsCommand struct {
	URL    string             `name:"url" setting:"GATEHOUSE_URL" default:"http://127.0.0.1:8080" help:"The server to talk to. The token is taken from GATEHOUSE_TOKEN, or from the file that GATEHOUSE_TOKEN_FILE names; a flag would be seen by other users of the machine."`
	Import seatsImportCommand `cmd:"" help:"Create, update, enroll or delete the seats of a CSV file, however long. Exits with 1 when rows were refused, with 2 when it could not go on."`
	Export seatsExportCommand `cmd:"" help:"Write seats as a CSV file that import reads again."`
}

// connect makes the client. It refuses to send a token where others could read it.
func (c *seatsCommand) connect(s *settings) (*client.Client, error) {
	if !isSafeURL(c.URL) {
		return nil, fmt.Errorf("GATEHOUSE_URL is %q; the token travels there, so it is an https URL without a user name (http on loopback only), such as https://gatehouse.example.com", c.URL)
	}
	token, err := resolveIn(s.variable, "GATEHOUSE_TOKEN", "_FILE", true)
	if err != nil {
		return nil, err
	}
	text, _ := token.(string)
	if text = strings.TrimSpace(text); text == "" {
		return nil, errors.New("GATEHOUSE_TOKEN is not set, so nobody is signed in: export GATEHOUSE_TOKEN with a token of your identity provider (in a clone, with make run elsewhere: GATEHOUSE_TOKEN=$(make token)), or name a file with it in GATEHOUSE_TOKEN_FILE")
	}
	return client.New(c.URL, text, client.Patient())
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
