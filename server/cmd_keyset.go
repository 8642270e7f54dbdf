package main

import (
	"errors"
	"fmt"
	"io/fs"

	"gatehouse/internal/sealed"
)

// keysetCommand makes and changes the file of keys that seal what may be shown
// again. A key is replaced in steps (docs/operations.md, "Rotating the keyset"),
// so that servers which are restarted one by one open what each other sealed; no
// command does two of them at once.
type keysetCommand struct {
	Create  keysetCreateCommand  `cmd:"" help:"Make a keyset with one new key. Never overwrites a file."`
	Show    keysetShowCommand    `cmd:"" help:"List the keys by their ids, and which one seals. Shows nothing that is secret."`
	Add     keysetAddCommand     `cmd:"" help:"Add a new key, which opens and does not seal yet: the first step of a rotation."`
	Promote keysetPromoteCommand `cmd:"" help:"Make a key the primary one, which seals; for when every server has it."`
	Reseal  keysetResealCommand  `cmd:"" reads:"database-url,data-dir,postgres-binaries,Keyset,log-level,config" help:"Seal with the primary key whatever an older one sealed in the database."`
	Drop    keysetDropCommand    `cmd:"" help:"Remove a key that is not the primary one. What it sealed can never be opened again."`
}

// keysetFile is the file that a command is about.
type keysetFile struct {
	File string `arg:"" help:"The keyset's file."`
}

type keysetCreateCommand struct{ keysetFile }

// Run writes the file for its maker alone.
func (k keysetCreateCommand) Run(h host) error {
	switch err := createKeyset(k.File); {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s is there already, and a keyset is never overwritten; gatehouse keyset add adds a key to it", k.File)
	case err != nil:
		return fmt.Errorf("the keyset cannot be made: %w", err)
	}
	_, err := fmt.Fprintf(h.stdout, "made %s: set GATEHOUSE_KEYSET_FILE to it for every server, and keep a copy apart from the database's backups\n", k.File)
	return err
}

type keysetShowCommand struct{ keysetFile }

// Run prints a line for each key, the oldest first.
func (k keysetShowCommand) Run(h host) error {
	keys, err := readKeyset(k.File)
	if err != nil {
		return err
	}
	for _, key := range keys.List() {
		does := "opens"
		switch {
		case key.Primary:
			does = "opens and seals (primary)"
		case key.Disabled:
			does = "disabled"
		}
		fmt.Fprintf(h.stdout, "%-10d  %s\n", key.ID, does)
	}
	return nil
}

type keysetAddCommand struct{ keysetFile }

// Run adds the key, and says what comes next.
func (k keysetAddCommand) Run(h host) error {
	var added uint32
	err := changeKeyset(k.File, func(keys *sealed.Keys) (more *sealed.Keys, err error) {
		more, added, err = keys.Added()
		return more, err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(h.stdout, "added key %d, which opens and does not seal yet; give this file to every server, restart them, and then: gatehouse keyset promote %s %d\n", added, k.File, added)
	return err
}

// keysetKey is the key that a command is about.
type keysetKey struct {
	keysetFile
	ID uint32 `arg:"" help:"The key's id, as keyset show lists it."`
}

type keysetPromoteCommand struct{ keysetKey }

// Run makes the key the primary one; it is no error when it is that already.
func (k keysetPromoteCommand) Run(h host) error {
	if err := changeKeyset(k.File, func(keys *sealed.Keys) (*sealed.Keys, error) { return keys.Promoted(k.ID) }); err != nil {
		return err
	}
	_, err := fmt.Fprintf(h.stdout, "key %d is the primary one; give this file to every server, restart them, and then: gatehouse keyset reseal\n", k.ID)
	return err
}

type keysetDropCommand struct {
	keysetKey

	Yes bool `help:"Do it. Without this it is only said what would be lost."`
}

// Run says what would be lost and refuses, unless it was told --yes: the file does
// not know whether anything in a database, or in a backup of one, is still sealed
// by the key.
func (k keysetDropCommand) Run(h host) error {
	keys, err := readKeyset(k.File)
	if err != nil {
		return err
	}
	if _, err := keys.Dropped(k.ID); err != nil { // a key that cannot be dropped needs no warning
		return err
	}
	if !k.Yes {
		return fmt.Errorf("no code, enrollment link or pick-up link that key %d sealed could ever be shown again, here or in a restored backup; run gatehouse keyset reseal first, keep a copy of %s, and repeat this with --yes", k.ID, k.File)
	}
	if err := changeKeyset(k.File, func(keys *sealed.Keys) (*sealed.Keys, error) { return keys.Dropped(k.ID) }); err != nil {
		return err
	}
	_, err = fmt.Fprintf(h.stdout, "dropped key %d; give this file to every server and restart them\n", k.ID)
	return err
}
