package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"gatehouse/internal/client"
)

// certificateFiles are the files of the paths that were named.
type certificateFiles struct {
	paths []string
	stdin io.Reader
	// read is how many files there were, passed how many links were not followed.
	read, passed int
}

// certificateFile is a file that may hold certificates; name is what the places of
// those are called.
type certificateFile struct {
	name string
	open func() (io.ReadCloser, error)
}

// openFiles refuses a path that is not there, and standard input named twice, before
// anything is read.
func openFiles(paths []string, stdin io.Reader) (*certificateFiles, error) {
	streams := 0
	for _, path := range paths {
		if path == "-" {
			if streams++; streams > 1 {
				return nil, errors.New("standard input (-) is named twice, and can be read once")
			}
			continue
		}
		if _, err := os.Stat(path); err != nil {
			return nil, plainly(err)
		}
	}
	return &certificateFiles{paths: paths, stdin: stdin}, nil
}

// all goes through the files, each folder in the order of its names, so that two runs
// see the same in the same order. A file that cannot be read fails when it is opened,
// a folder stands as a file that cannot be opened.
func (f *certificateFiles) all() iter.Seq[certificateFile] {
	return func(yield func(certificateFile) bool) {
		for _, path := range f.paths {
			if !f.under(path, yield) {
				return
			}
		}
	}
}

// under goes through one path; false when it is to end.
func (f *certificateFiles) under(path string, yield func(certificateFile) bool) bool {
	if path == "-" {
		f.read++
		return yield(certificateFile{"standard input", func() (io.ReadCloser, error) { return io.NopCloser(f.stdin), nil }})
	}
	base := path
	if whole, err := filepath.Abs(path); err == nil {
		base = whole // so that . and .. have a name
	}
	base = filepath.Base(base)
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		f.read++
		return yield(certificateFile{placeName(base), func() (io.ReadCloser, error) { return os.Open(path) }})
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		f.read++
		return yield(unreadable(base, err))
	}
	defer func() { _ = root.Close() }() // it was only read
	ending := errors.New("the caller has enough")
	err = fs.WalkDir(root.FS(), ".", func(at string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			f.read++
			if !yield(unreadable(base+"/"+at, err)) {
				return ending
			}
			return nil
		case at != "." && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !f.isFile(root, at, entry):
			return nil
		}
		f.read++
		if !yield(certificateFile{placeName(base + "/" + at), func() (io.ReadCloser, error) { return root.Open(at) }}) {
			return ending
		}
		return nil
	})
	return !errors.Is(err, ending)
}

// isFile reports whether an entry is a file to read. Links to files within the folder
// are followed, since that is how mounted secrets lie; those to folders are not,
// since what is in them is gone through where it is.
func (f *certificateFiles) isFile(root *os.Root, at string, entry fs.DirEntry) bool {
	if entry.Type()&fs.ModeSymlink == 0 {
		return entry.Type().IsRegular()
	}
	if info, err := root.Stat(filepath.FromSlash(at)); err == nil && info.Mode().IsRegular() {
		return true
	}
	f.passed++
	return false
}

// readUntil reads on until ctx ends, also from what gives nothing and does not end,
// such as a terminal; the reader then fails with ErrStopped.
func readUntil(ctx context.Context, in io.Reader) (_ io.Reader, release func()) {
	out, into := io.Pipe()
	stop := context.AfterFunc(ctx, func() { _ = into.CloseWithError(client.ErrStopped) })
	go func() {
		_, err := io.Copy(into, in)
		_ = into.CloseWithError(err)
	}()
	return out, func() { stop(); _ = out.Close() }
}

// unreadable is what stands for a folder that cannot be gone through.
func unreadable(name string, why error) certificateFile {
	return certificateFile{placeName(name), func() (io.ReadCloser, error) { return nil, why }}
}

// What a place may be, in characters and in bytes; the server refuses a longer one.
const (
	longestPlace      = 1000
	longestPlaceBytes = 2000
)

// placeName is a path as the name of a place: readable text, its end when it is too
// long, since the file's own name is there.
func placeName(path string) string {
	name := []rune(norm.NFC.String(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.In(c, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			return utf8.RuneError
		}
		return c
	}, strings.ToValidUTF8(filepath.ToSlash(path), string(utf8.RuneError)))))
	if len(name) <= longestPlace && len(string(name)) <= longestPlaceBytes {
		return string(name)
	}
	const cut = "…"
	name = name[max(0, len(name)-longestPlace+1):]
	for len(cut)+len(string(name)) > longestPlaceBytes {
		name = name[1:]
	}
	return cut + string(name)
}

// cause is why a file cannot be read, without the system call and the name.
func cause(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// sentence is an error as one: with a capital letter and a full stop.
func sentence(err error) string {
	text := []rune(strings.TrimSuffix(err.Error(), "."))
	if len(text) == 0 {
		return ""
	}
	text[0] = unicode.ToUpper(text[0])
	return fmt.Sprintf("%s.", string(text))
}
