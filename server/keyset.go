package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gatehouse/internal/sealed"
)

// noKeyset says how to come by a keyset, where one has to be set.
const noKeyset = "GATEHOUSE_KEYSET is not set: it holds the keys that seal codes and secrets in the database; make it once with gatehouse keyset create FILE, and give every server GATEHOUSE_KEYSET_FILE=FILE"

// keys is the keyset of the setting. It refuses when there is none, and never
// repeats what is set.
func (k keysetSettings) keys() (*sealed.Keys, error) {
	if k.Keyset == "" {
		return nil, errors.New(noKeyset)
	}
	keys, err := sealed.Read([]byte(k.Keyset))
	if err != nil {
		return nil, fmt.Errorf("GATEHOUSE_KEYSET cannot be used: %w", err)
	}
	return keys, nil
}

// keysForDev is the keyset of the setting, or else the one of the data folder,
// which is made when it is not there.
func (c *config) keysForDev() (*sealed.Keys, error) {
	if c.Keyset != "" {
		return c.keys()
	}
	dir, err := c.dataDir()
	if err != nil {
		return nil, err
	}
	return openDevKeyset(dir)
}

// keysInUse is the keyset with which the servers of the database seal: the
// setting, or else, for the private database of dev, the one of the data folder.
// None is made here: a new one would open nothing of what is there.
func (c *config) keysInUse() (*sealed.Keys, error) {
	if c.Keyset != "" || c.DatabaseURL != "" {
		return c.keys()
	}
	dir, err := c.dataDir()
	if err != nil {
		return nil, err
	}
	keys, err := readDevKeyset(devKeysetPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the data folder %s has no keyset: no dev has run there. Set DATABASE_URL and GATEHOUSE_KEYSET for the database of a server", dir)
	}
	return keys, err
}

// devKeysetPath is where the keyset of a data folder lies.
func devKeysetPath(dir string) string { return filepath.Join(dir, "keyset.json") }

// openDevKeyset reads the keyset of a data folder, and makes folder and keyset
// when they are not there. Of two processes that make it at once, one wins and
// both use its keyset. One that cannot be read is never replaced: what it sealed
// would be lost with it.
func openDevKeyset(dir string) (*sealed.Keys, error) {
	path := devKeysetPath(dir)
	keys, err := readDevKeyset(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	if err := makeDataDir(dir); err != nil {
		return nil, err
	}
	if err := createKeyset(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("the keyset of the data folder cannot be made: %w", err)
	}
	return readDevKeyset(path)
}

// readDevKeyset reads the keyset of a data folder.
func readDevKeyset(path string) (*sealed.Keys, error) {
	keys, err := readKeyset(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("the keyset %s belongs to another user: run this as the user who runs dev, or set GATEHOUSE_DATA_DIR to a folder of your own", path)
	case errors.Is(err, errNoKeyset):
		return nil, fmt.Errorf("%s is not a keyset: put it back from a copy; or remove it, and the next dev makes a new one, which opens no code and no link of the old one", path)
	}
	return keys, err
}

// errNoKeyset is about a file that is there and holds something else.
var errNoKeyset = errors.New("no keyset")

// readKeyset reads a keyset's file. An error tells the file and never what is in it.
func readKeyset(path string) (*sealed.Keys, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the keyset cannot be read: %w", err)
	}
	keys, err := sealed.Read(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errNoKeyset, path, err)
	}
	return keys, nil
}

// createKeyset writes a new keyset into a new file.
func createKeyset(path string) error {
	keys, err := sealed.New()
	if err != nil {
		return err
	}
	text, err := keys.JSON()
	if err != nil {
		return err
	}
	return createFile(path, append(text, '\n'))
}

// changeKeyset replaces a keyset's file by what change makes of it.
func changeKeyset(path string, change func(*sealed.Keys) (*sealed.Keys, error)) error {
	keys, err := readKeyset(path)
	if err != nil {
		return err
	}
	if keys, err = change(keys); err != nil {
		return err
	}
	text, err := keys.JSON()
	if err != nil {
		return err
	}
	if err := replaceFile(path, append(text, '\n')); err != nil {
		return fmt.Errorf("the keyset %s stays as it was: %w", path, err)
	}
	return nil
}
