//go:build unix

package localpg

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const (
	// packageRoot is where the archive keeps the installation.
	packageRoot = "package/native/"
	// packageLinks lists the symbolic links that an npm archive cannot hold; the
	// package's own install script, which is not run, would make them.
	packageLinks = "pg-symlinks.json"
)

// unpack puts the installation inside the archive into a new folder, with its
// links, readable by every user: it is run by another user than the one who
// fetched it. Nothing is written outside the folder, whatever names it holds.
func unpack(archive, dir string) (err error) {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	plain, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()

	for entries := tar.NewReader(plain); ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return errors.Join(link(root), openFolders(root))
		}
		if err != nil {
			return err
		}
		name, ok := strings.CutPrefix(path.Clean(header.Name), packageRoot)
		if !ok || header.Typeflag != tar.TypeReg {
			continue
		}
		mode := fs.FileMode(0o644)
		if strings.HasPrefix(name, "bin/") {
			mode = 0o755
		}
		if err := write(root, name, mode, entries); err != nil {
			return err
		}
	}
}

func write(root *os.Root, name string, mode fs.FileMode, content io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	// Once more, because a umask may have taken from the mode.
	err = file.Chmod(mode)
	if err == nil {
		_, err = io.Copy(file, content)
	}
	return errors.Join(err, file.Close())
}

// openFolders lets every user into the folders, whatever the umask.
func openFolders(root *os.Root) error {
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		return root.Chmod(name, 0o755)
	})
}

func link(root *os.Root) error {
	text, err := root.ReadFile(packageLinks)
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("reading %s: %w", packageLinks, err)
	}
	for _, l := range links {
		source, inside := strings.CutPrefix(l.Source, "native/")
		target, also := strings.CutPrefix(l.Target, "native/")
		if !inside || !also {
			return fmt.Errorf("%s has a link from %q to %q, outside the installation", packageLinks, l.Target, l.Source)
		}
		// Relative, so that the folder can be moved to its place afterwards.
		relative, err := filepath.Rel(filepath.Dir(target), source)
		if err != nil {
			return err
		}
		if err := root.Symlink(relative, target); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}
