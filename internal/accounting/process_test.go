package accounting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"gatehouse/internal/house"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
)

// server is what a server process needs to know: both have the same database and
// the same keyset.
type server struct {
	URL    string          `json:"url"`
	Keyset json.RawMessage `json:"keyset"`
}

// connections is how many a process opens at most; a script needs one at a time.
const connections = mostScripts

// open opens the house as a server does.
func (s server) open() (*house.House, error) {
	keys, err := sealed.Read(s.Keyset)
	if err != nil {
		return nil, err
	}
	st, err := store.Open(store.Options{URL: s.URL, MaxConnections: connections, CacheStatements: true})
	if err != nil {
		return nil, err
	}
	h, err := house.Open(st, keys)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return h, nil
}

// playGiven is the second process: it reads which server it is, then plan after
// plan, and answers each with what its steps were answered, until its input ends.
func playGiven(in io.Reader, out io.Writer) error {
	plans, answers := json.NewDecoder(in), json.NewEncoder(out)
	var s server
	if err := plans.Decode(&s); err != nil {
		return fmt.Errorf("read which server to be: %w", err)
	}
	h, err := s.open()
	if err != nil {
		return err
	}
	for {
		var p plan
		switch err := plans.Decode(&p); {
		case errors.Is(err, io.EOF):
			return h.Store.Close()
		case err != nil:
			return fmt.Errorf("read a plan: %w", err)
		}
		if err := answers.Encode(play(context.Background(), h, p)); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
}

// other is the second process, seen from the first.
type other struct {
	plans   *json.Encoder
	answers *json.Decoder
}

// startOther starts the second process; it ends with the test, or with this process.
func startOther(t *testing.T, s server) *other {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(program)
	child.Env = append(os.Environ(), secondProcess+"=1")
	child.Stderr = os.Stderr
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), child.Wait()); err != nil {
			t.Errorf("the second process: %v", err)
		}
	})
	o := &other{plans: json.NewEncoder(in), answers: json.NewDecoder(out)}
	if err := o.plans.Encode(s); err != nil {
		t.Fatal(err)
	}
	return o
}

// play has the second process play a plan; the answers come when it is through.
func (o *other) play(p plan) (func() ([]answer, error), error) {
	if err := o.plans.Encode(p); err != nil {
		return nil, fmt.Errorf("give a plan to the second process: %w", err)
	}
	return func() ([]answer, error) {
		var answers []answer
		if err := o.answers.Decode(&answers); err != nil {
			return nil, fmt.Errorf("hear from the second process: %w", err)
		}
		return answers, nil
	}, nil
}
