//go:build unix

// Command plans proves that a page of a list reads few index entries, however many
// rows there are: it loads a million enrollments, seats, certificates and audit entries
// into a PostgreSQL of its own, asks the real code for each combination of a system
// view, one equality filter and an order, has PostgreSQL execute the statements under
// EXPLAIN, and counts what every index and table has given.
//
// It prints every combination, and ends with 1 when one reads more than ten pages'
// worth. What is beyond that bound by design (a view that is a span of time, in another
// order than that of its time) is named in the list, and held to what is looked through
// at most.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// The page that is asked for, and how many index entries ten pages are.
const (
	pageSize = 25
	tenPages = 10 * (pageSize + 1)
)

// provenAt is from how many rows on the bound is proven. Of fewer PostgreSQL now and then
// reads a part of the table and sorts it, which is quicker then; a run with fewer rows
// allows that, and finds what reads without a bound.
const provenAt = 1_000_000

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "plans:", err)
		os.Exit(1)
	}
}

// list is one that is checked: how its rows are made, and what is asked.
type list struct {
	name string
	// tables are those that load fills; their indexes are made afterwards.
	tables []string
	load   func(rows int) []string
	asked  func(*world) []question
}

// lists are those that are checked.
var lists = []list{
	{"enrollments", []string{"enrollments", "enrollment_texts", "approvals"}, loadEnrollments, enrollmentQuestions},
	{"seats", []string{"seats"}, loadSeats, seatQuestions},
	{"certificates", []string{"certificates"}, loadCertificates, certificateQuestions},
	{"audit entries", []string{"audit_entries"}, loadEntries, entryQuestions},
}

// question is a combination of which one page is asked for.
type question struct {
	view, filter, order string
	// bound is how many index entries it may read; 0 means tenPages.
	bound int
	// why says what the bound is, when it is not tenPages.
	why string
	ask func(context.Context) error
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("plans", flag.ContinueOnError)
	rows := flags.Int("rows", 1_000_000, "how many of each to load")
	dir := flags.String("dir", "", "where the data folder is kept (default: the machine's cache folder)")
	only := flags.String("list", "", "load and check this list alone")
	verbose := flags.Bool("v", false, "print each plan that reads more than it may")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen := slices.DeleteFunc(slices.Clone(lists), func(l list) bool { return *only != "" && *only != l.name })
	w, err := open(ctx, chosen, *rows, *dir, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close(context.WithoutCancel(ctx))) }()
	broken := 0
	for _, l := range chosen {
		n, err := check(ctx, w, l.name, l.asked(w), out, *verbose)
		if err != nil {
			return err
		}
		broken += n
	}
	if broken > 0 {
		return fmt.Errorf("%d combinations read more index entries than they may", broken)
	}
	return nil
}

// check asks each question and prints what it reads: one line for each view and
// filter, with the worst of the orders, and one for each that reads too much. It
// returns how many these are.
func check(ctx context.Context, w *world, name string, asked []question, out io.Writer, verbose bool) (broken int, err error) {
	fmt.Fprintf(out, "\n%s: index entries read for a page of %d, in the order that reads most\n", name, pageSize)
	worst := map[string]int{} // by bound
	for n := 0; n < len(asked); {
		q, most, in := asked[n], -1, ""
		for ; n < len(asked) && asked[n].view == q.view && asked[n].filter == q.filter; n++ {
			one := asked[n]
			got, err := w.measure(ctx, one.ask)
			if err != nil {
				return broken, fmt.Errorf("%s %s %s %s: %w", name, one.view, one.filter, one.order, err)
			}
			bound, why := cmp.Or(one.bound, tenPages), cmp.Or(one.why, "ten pages")
			if w.rows < provenAt {
				bound *= 3
			}
			worst[why] = max(worst[why], got.entries)
			if got.entries > bound {
				broken++
				fmt.Fprintf(out, "%-32s %-40s %-16s %7d, MORE THAN %d\n", one.view, one.filter, one.order, got.entries, bound)
				if verbose {
					fmt.Fprintln(out, strings.Join(got.plans, "\n"))
				}
			}
			if why != "ten pages" {
				if got.entries > tenPages {
					fmt.Fprintf(out, "%-32s %-40s %-16s %7d, %s\n", one.view, one.filter, one.order, got.entries, why)
				}
			} else if got.entries > most {
				most, in = got.entries, one.order
			}
		}
		if most >= 0 {
			fmt.Fprintf(out, "%-32s %-40s %-16s %7d\n", q.view, q.filter, in, most)
		}
	}
	fmt.Fprintf(out, "%s: %d combinations, %d read more than they may\n", name, len(asked), broken)
	for _, why := range slices.Sorted(maps.Keys(worst)) {
		fmt.Fprintf(out, "  the worst of those bound by %s: %d\n", why, worst[why])
	}
	return broken, nil
}

// orders are both directions of each field.
func orders(fields ...string) (all [][2]string) {
	for _, f := range fields {
		all = append(all, [2]string{f, "ASC"}, [2]string{f, "DESC"})
	}
	return all
}
