package accounting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/house"
	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
)

// server is what a server process needs to know: both have the same database, the
// same keyset and the same certificate authority.
type server struct {
	URL    string          `json:"url"`
	Keyset json.RawMessage `json:"keyset"`
	// Authority is the seed of the authority's key, Holder the key of every CSR.
	Authority []byte `json:"authority"`
	Holder    []byte `json:"holder"`
}

// site is a running server process: its use cases, and the worker that asks the
// certificate authority.
type site struct {
	*house.House
	keys   *sealed.Keys
	holder *holder
	clock  *clock
	// stop ends the worker.
	stop func()
}

// Close ends it.
func (s *site) Close() error {
	s.stop()
	return s.Store.Close()
}

// connections is how many a process opens at most; a script needs one at a time, and
// the worker a few.
const connections = mostScripts + 4

// open opens the house as a server does.
func (s server) open() (*site, error) {
	keys, err := sealed.Read(s.Keyset)
	if err != nil {
		return nil, err
	}
	one := &site{keys: keys, clock: &clock{}}
	if one.holder, err = holderOf(s.Holder); err != nil {
		return nil, err
	}
	one.clock.set(firstMorning)
	st, err := store.Open(store.Options{URL: s.URL, MaxConnections: connections, CacheStatements: true, Now: one.clock.now})
	if err != nil {
		return nil, err
	}
	one.House, err = house.Open(st, keys, house.Options{Issuers: map[lifecycle.Issuer]issuer.Issuer{lifecycle.IssuerBuiltIn: authorityOf(s.Authority)}})
	if err == nil {
		one.stop, err = one.work()
	}
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return one, nil
}

// work runs the worker that asks the certificate authority, until it is stopped.
func (s *site) work() (stop func(), err error) {
	worker, err := job.New(s.Issuing, job.Options{
		Handlers: map[string]job.Handler{inventory.IssueJob: s.Inventory.Issue}, Poll: 20 * time.Millisecond, Grace: time.Second, Hands: 2,
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { worker.Run(ctx) })
	return func() {
		cancel()
		running.Wait()
	}, nil
}

// clock is the server's own, by which its worker works: it stands at the end of the
// check that is played. The steps are pinned to instants of their own before that.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
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
			return h.Close()
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
