//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"gatehouse/internal/localpg"
)

// statement is one statement as PostgreSQL got it.
type statement struct {
	// text has placeholders $1, $2, …
	text string
	// values are what stood in for them; nil is NULL.
	values []*string
}

// statements are those that one request of a warm API sends, as PostgreSQL itself
// logs them: nothing in the code can forget to count one. The session that is
// logged is the superuser's, because only it may switch logging on for itself.
func (db *database) statements(ctx context.Context, q question) ([]statement, error) {
	return db.statementsAfter(ctx, q, q)
}

// statementsAfter is statements of a question whose answer would not be worked for
// twice, such as a mutation: another one of its kind warms the API.
func (db *database) statementsAfter(ctx context.Context, warming, q question) (_ []statement, err error) {
	address, err := db.superuserURL("-c log_statement=all")
	if err != nil {
		return nil, err
	}
	it, err := openAPI(ctx, address, false, warming)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, it.store.Close()) }()
	if _, err := it.ask(); err != nil { // what is remembered between requests is not asked again
		return nil, err
	}
	if it.body, err = q.body(); err != nil {
		return nil, err
	}
	file := filepath.Join(db.folder, "postgres.log")
	before, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading PostgreSQL's log: %w", err)
	}
	if _, err := it.ask(); err != nil {
		return nil, err
	}
	after, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading PostgreSQL's log: %w", err)
	}
	found := logged(string(after[len(before):]))
	if len(found) == 0 {
		return nil, errors.New("PostgreSQL logged no statement of a request")
	}
	return found, nil
}

// superuserURL connects to the database itself as the cluster's superuser, with
// options of the session.
func (db *database) superuserURL(options string) (string, error) {
	address, err := url.Parse(db.AdminURL())
	if err != nil {
		return "", fmt.Errorf("reading the database's address: %w", err)
	}
	address.Path = "/" + localpg.Database
	query := address.Query()
	query.Set("options", options)
	address.RawQuery = query.Encode()
	return address.String(), nil
}

var (
	// record begins an entry of PostgreSQL's log; lines of one that is longer
	// begin with a tab.
	record = regexp.MustCompile(`(?m)^\S.*? \[\d+\] (LOG|DETAIL):  `)
	// execution is the text of an entry about a statement, of either protocol.
	execution = regexp.MustCompile(`(?s)^(?:execute [^:]+|statement): (.*)$`)
	// parameters are written one after the other in the entry that follows.
	parameter = regexp.MustCompile(`\$\d+ = (?:(NULL)|'((?:[^']|'')*)')`)
)

// logged reads the statements out of a part of PostgreSQL's log.
func logged(text string) []statement {
	var all []statement
	starts := record.FindAllStringSubmatchIndex(text, -1)
	for n, at := range starts {
		end := len(text)
		if n+1 < len(starts) {
			end = starts[n+1][0]
		}
		level, said := text[at[2]:at[3]], strings.ReplaceAll(strings.TrimSuffix(text[at[1]:end], "\n"), "\n\t", "\n")
		if level == "LOG" {
			if found := execution.FindStringSubmatch(said); found != nil {
				all = append(all, statement{text: found[1]})
			}
			continue
		}
		if rest, is := strings.CutPrefix(strings.ToLower(said[:min(len(said), 12)]), "parameters: "); is && rest == "" && len(all) > 0 {
			all[len(all)-1].values = values(said)
		}
	}
	return all
}

// values reads what stood in for the placeholders.
func values(said string) []*string {
	var all []*string
	for _, found := range parameter.FindAllStringSubmatch(said, -1) {
		if found[1] == "NULL" {
			all = append(all, nil)
			continue
		}
		value := strings.ReplaceAll(found[2], "''", "'")
		all = append(all, &value)
	}
	return all
}

// listOf is the one statement that reads enrollments.
func listOf(sent []statement) (statement, error) {
	var found []statement
	for _, s := range sent {
		if strings.Contains(s.text, "FROM enrollments") {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return statement{}, fmt.Errorf("one statement of a request should read enrollments; %d of %d do", len(found), len(sent))
	}
	return found[0], nil
}
