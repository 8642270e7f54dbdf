// Command bundle writes the script of the enrollment pages: web/src with pkijs and
// what that needs, as one file, and beside it the licences of what is in it.
//
//	npm ci --prefix internal/enrollpage/web
//	go run ./internal/enrollpage/bundle internal/enrollpage
//
// The same sources and the same package-lock.json give the same bytes. `make generate`
// runs it, and `make fresh` tells when the committed bundle is another.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: bundle FOLDER; FOLDER is internal/enrollpage")
		os.Exit(2)
	}
	if err := bundle(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

// bundle writes assets/page.js and assets/LICENSES.txt in the folder.
func bundle(folder string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return fmt.Errorf("find the folder of the enrollment pages: %w", err)
	}
	web := filepath.Join(folder, "web")
	if _, err := os.Stat(filepath.Join(web, "node_modules", "pkijs")); err != nil {
		return fmt.Errorf("pkijs is not installed; run npm ci --prefix %s first: %w", web, err)
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     web,
		EntryPoints:       []string{"src/main.js"},
		Outfile:           "page.js",
		Bundle:            true,
		Format:            api.FormatESModule,
		Platform:          api.PlatformBrowser,
		Target:            api.ES2022,
		Charset:           api.CharsetUTF8,
		MinifySyntax:      true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		// The licences stand whole in a file of their own.
		LegalComments: api.LegalCommentsNone,
		Metafile:      true,
		LogLevel:      api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return errors.New("the script could not be bundled; esbuild says why above")
	}
	licences, err := licences(web, result.Metafile)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{"page.js": result.OutputFiles[0].Contents, "LICENSES.txt": licences} {
		if err := os.WriteFile(filepath.Join(folder, "assets", name), content, 0o644); err != nil { //nolint:gosec // a source file, read by everyone who clones
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// licences are the licence texts of all packages that something in the bundle is from.
func licences(web, metafile string) ([]byte, error) {
	var meta struct{ Inputs map[string]any }
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return nil, fmt.Errorf("read what esbuild put into the bundle: %w", err)
	}
	var packages []string
	for input := range meta.Inputs {
		if _, inside, is := strings.Cut(input, "node_modules/"); is {
			parts := strings.SplitN(inside, "/", 3)
			name := parts[0]
			if strings.HasPrefix(name, "@") {
				name += "/" + parts[1]
			}
			if !slices.Contains(packages, name) {
				packages = append(packages, name)
			}
		}
	}
	slices.Sort(packages)
	out := []byte("The script page.js contains code of these packages, under these licences.\n")
	for _, name := range packages {
		text, err := licence(filepath.Join(web, "node_modules", name))
		if err != nil {
			return nil, fmt.Errorf("the package %s: %w", name, err)
		}
		out = append(out, text...)
	}
	return out, nil
}

// licence is a package's name, version and licence text.
func licence(folder string) ([]byte, error) {
	described, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return nil, fmt.Errorf("read its description: %w", err)
	}
	var is struct{ Name, Version, License string }
	if err := json.Unmarshal(described, &is); err != nil {
		return nil, fmt.Errorf("read its description: %w", err)
	}
	found, err := filepath.Glob(filepath.Join(folder, "LICENSE*"))
	if err != nil || len(found) == 0 {
		return nil, errors.New("it has no file LICENSE, and what is not licensed cannot be given on")
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		return nil, fmt.Errorf("read its licence: %w", err)
	}
	return fmt.Appendf(nil, "\n%s\n%s %s (%s)\n\n%s\n", strings.Repeat("-", 80), is.Name, is.Version, is.License, strings.TrimSpace(string(text))), nil
}
