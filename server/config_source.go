package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// settings resolves flags that were not given on the command line: from the
// environment, else from the configuration file, else not at all (then kong
// takes the default). It holds the environment as data, so that a test passes
// its own and two tests never meet.
type settings struct {
	environ map[string]string
	file    map[string]any
	path    string
	// origin says, by the flag's name, where a value was taken from, for sentences
	// about values that are no good.
	origin map[string]string
}

// newSettings reads the environment in os.Environ's form.
func newSettings(environ []string) *settings {
	s := &settings{environ: make(map[string]string, len(environ)), origin: map[string]string{}}
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok {
			s.environ[name] = value
		}
	}
	return s
}

// reserved are the GATEHOUSE_ variables that are no setting of the server and
// yet no mistake: an environment may be shared with those who read them.
var reserved = []string{
	"GATEHOUSE_URL", "GATEHOUSE_TOKEN", "GATEHOUSE_TOKEN_FILE", // the commands that are clients of the API
	"GATEHOUSE_TEST_CLUSTER", // the tests' PostgreSQL, passed on by `make test`
}

// load reads the configuration file. YAML has JSON in it, so one reader serves
// both. The caller has yet to call Validate, which refuses unknown keys.
func (s *settings) load(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("the configuration file cannot be read: %w", err)
	}
	s.path, s.file = path, nil
	if err := yaml.Unmarshal(text, &s.file); err != nil {
		// yaml's message quotes the lines around the mistake, which may hold a secret
		var at yaml.Error
		if errors.As(err, &at) && at.GetToken() != nil {
			return fmt.Errorf("the configuration file %s is neither YAML nor JSON: see line %d: %s", path, at.GetToken().Position.Line, at.GetMessage())
		}
		return fmt.Errorf("the configuration file %s is neither YAML nor JSON, a list of \"setting: value\" lines", path)
	}
	return nil
}

// Validate refuses a GATEHOUSE_ variable or a key of the file that no setting
// has, naming the nearest that one has: a mistyped limit must not silently be
// the default.
func (s *settings) Validate(app *kong.Application) error {
	variables, keys := slices.Clone(reserved), []string{}
	for _, flag := range app.Flags {
		name := flag.Tag.Get("setting")
		if name == "" {
			continue
		}
		variables, keys = append(variables, name), append(keys, flag.Name)
		if flag.Tag.Has("secret") {
			variables, keys = append(variables, name+"_FILE"), append(keys, flag.Name+"-file")
		}
	}
	var problems []error
	for name := range s.environ {
		if strings.HasPrefix(name, "GATEHOUSE_") && !slices.Contains(variables, name) {
			problems = append(problems, fmt.Errorf("the environment variable %s is no setting; the nearest is %s", name, nearest(name, variables)))
		}
	}
	for key := range s.file {
		if !slices.Contains(keys, key) {
			problems = append(problems, fmt.Errorf("%q in the configuration file %s is no setting; the nearest is %q", key, s.path, nearest(key, keys)))
		}
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(problems...)
}

// Resolve finds a flag's value outside the command line. An empty environment
// variable is one that is not set, as container files commonly write it.
func (s *settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	variable := flag.Tag.Get("setting")
	if variable == "" {
		return nil, nil // a flag of one command only
	}
	secret := flag.Tag.Has("secret")
	value, err := resolveIn(s.variable, variable, "_FILE", secret)
	if value != nil || err != nil {
		s.origin[flag.Name] = variable
		return value, err
	}
	value, err = resolveIn(s.key, flag.Name, "-file", secret)
	if value != nil {
		s.origin[flag.Name] = fmt.Sprintf("%q in %s", flag.Name, s.path)
	}
	return value, err
}

// named puts the place that a value was taken from into a sentence of kong's, which
// begins with the flag even when no flag was given.
func (s *settings) named(sentence string) string {
	for flag, origin := range s.origin {
		for _, end := range []string{": ", " "} {
			if rest, ok := strings.CutPrefix(sentence, "--"+flag+end); ok {
				return origin + end + rest
			}
		}
	}
	return sentence
}

// variable is an environment variable's value; nil when it is not set.
func (s *settings) variable(name string) any {
	if value := s.environ[name]; value != "" {
		return value
	}
	return nil
}

// key is a value of the configuration file; nil when it has none.
func (s *settings) key(name string) any { return s.file[name] }

// resolveIn looks a setting up in one place: by its name, and when it is a
// secret also by the name of a file. Both at once is refused, for one of them
// is surely not meant.
func resolveIn(place func(string) any, name, suffix string, secret bool) (any, error) {
	value := place(name)
	if !secret {
		return value, nil
	}
	path := place(name + suffix)
	if value != nil && path != nil {
		return nil, fmt.Errorf("both %s and %s are set; keep one of them", name, name+suffix)
	}
	if path != nil {
		return readSecret(name+suffix, fmt.Sprint(path))
	}
	// A secret in JSON that stands unquoted in the file is no text but a map, and
	// the sentence about a value that does not fit would repeat it.
	if _, isText := value.(string); value != nil && !isText {
		return nil, fmt.Errorf("%s is not a text; put it in quotes, or name its file by %s", name, name+suffix)
	}
	return value, nil
}

// readSecret reads a secret from a file, without the line end that editors and
// echo leave behind it.
func readSecret(setting, path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return "", fmt.Errorf("%s names %s, which cannot be read: %w", setting, path, err)
	}
	secret := strings.TrimRight(string(text), "\r\n")
	if secret == "" {
		return "", fmt.Errorf("%s names %s, which is empty", setting, path)
	}
	return secret, nil
}

// nearest is the known name with the fewest letters changed; of several, the
// first in the alphabet.
func nearest(name string, known []string) string {
	return slices.MinFunc(known, func(a, b string) int {
		if d := levenshtein.ComputeDistance(name, a) - levenshtein.ComputeDistance(name, b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}
