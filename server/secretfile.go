package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// createFile writes a secret into a new file that its maker alone can read. It
// appears under its name complete or not at all, and never in the place of
// another: then the error is fs.ErrExist.
func createFile(path string, text []byte) error {
	draft, err := writeDraft(path, text, nil)
	if err != nil {
		return err
	}
	return errors.Join(os.Link(draft, path), os.Remove(draft), syncDir(filepath.Dir(path)))
}

// replaceFile puts a new text in the place of a secret's file, at once: whoever
// reads it reads the old one or the new one. It keeps the file's owner, group and
// mode, for the server may read it as another user; when it may not give it back
// to them it changes nothing. A link stays one, and what it names is replaced.
func replaceFile(path string, text []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	draft, err := writeDraft(target, text, info)
	if err != nil {
		return err
	}
	if err := os.Rename(draft, target); err != nil {
		return errors.Join(err, os.Remove(draft))
	}
	return syncDir(filepath.Dir(target))
}

// writeDraft writes the text beside where it will stand, and on the disk, so that
// a loss of power leaves a whole file. It is its maker's alone, or as like says.
func writeDraft(path string, text []byte, like fs.FileInfo) (_ string, err error) {
	draft, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(draft.Name()))
		}
	}()
	_, err = draft.Write(text)
	if err == nil && like != nil {
		err = makeLike(draft, like)
	}
	if err == nil {
		err = draft.Sync()
	}
	return draft.Name(), errors.Join(err, draft.Close())
}

// makeLike gives a file the owner, the group and the mode of another.
func makeLike(file *os.File, like fs.FileInfo) error {
	if owner, ok := like.Sys().(*syscall.Stat_t); ok {
		if err := file.Chown(int(owner.Uid), int(owner.Gid)); err != nil {
			return fmt.Errorf("it belongs to another user or group; run this as its owner or as root: %w", err)
		}
	}
	return file.Chmod(like.Mode().Perm())
}

// syncDir has a folder's new names on the disk.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
