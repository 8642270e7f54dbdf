// Command diff writes the next migration: what ent/schema has beyond migrations/.
//
//	go run ./ent/diff NAME     plan a migration and write migrations/TIME_NAME.sql
//	go run ./ent/diff -hash    renew migrations/atlas.sum after writing SQL by hand
//
// It runs from the repository's root, and needs no database: it replays the
// migrations in a throw-away PostgreSQL of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"

	"gatehouse/internal/localpg"
	"gatehouse/internal/migrate/plan"
)

// folder is where the migrations are, seen from the repository's root.
const folder = "migrations"

var words = regexp.MustCompile(`^[a-z0-9_]+$`)

func main() {
	hash := flag.Bool("hash", false, "renew atlas.sum and plan nothing")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./ent/diff NAME | -hash")
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *hash, flag.Args())
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "diff:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, hash bool, args []string) (err error) {
	if hash && len(args) == 0 {
		return plan.Hash(folder)
	}
	if hash || len(args) != 1 || !words.MatchString(args[0]) {
		return errors.New("want one name for the migration, of a-z, 0-9 and _, or -hash alone")
	}
	cluster, err := localpg.Start(ctx, localpg.Options{Throwaway: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cluster.Stop(context.WithoutCancel(ctx))) }()
	file, err := plan.Write(ctx, cluster.OwnerURL(), folder, args[0])
	switch {
	case err != nil:
		return err
	case file == "":
		fmt.Println("nothing to do: the migrations agree with ent/schema")
	default:
		fmt.Println("wrote", folder+"/"+file+"; read it before you commit it")
	}
	return nil
}
