//go:build e2e

package e2e

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long anything may take before a test gives up on it. Nothing
// depends on its length but how soon a failure is told.
const patience = 3 * time.Minute

// process is a gatehouse that a test started.
type process struct {
	cmd   *exec.Cmd
	url   string        // where it answers
	ended chan struct{} // closed when it is gone and all it said was read

	lock sync.Mutex
	said strings.Builder
}

// answering finds the address in what dev tells a person and serve its log.
var answering = regexp.MustCompile(`GraphiQL +http://([0-9.:]+)/|"msg":"serving","address":"([0-9.:]+)"`)

// start runs gatehouse and returns when it answers. The test's end ends it.
// Settings of the surrounding environment do not reach it.
func start(t *testing.T, command string, settings ...string) *process {
	t.Helper()
	p, lines := launch(t, command, settings...)
	found := make(chan string, 1)
	go func() {
		defer close(p.ended)
		for lines.Scan() {
			p.lock.Lock()
			p.said.WriteString(lines.Text() + "\n")
			p.lock.Unlock()
			if match := answering.FindStringSubmatch(lines.Text()); match != nil {
				found <- "http://" + match[1] + match[2]
			}
		}
		_ = p.cmd.Wait() // p.status tells
	}()
	select {
	case p.url = <-found:
	case <-p.ended:
		t.Fatalf("gatehouse %s ended before it answered:\n%s", command, p.output())
	case <-time.After(patience):
		t.Fatalf("gatehouse %s does not get ready:\n%s", command, p.output())
	}
	return p
}

// launch starts the program in a process group of its own, so that a test can send
// it a signal as a terminal does.
func launch(t *testing.T, command string, settings ...string) (*process, *bufio.Scanner) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(program, command), ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = write, write
	p.cmd.Env = append(bareEnvironment(), settings...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	t.Cleanup(func() {
		p.interrupt(t)
		read.Close()
	})
	lines := bufio.NewScanner(io.Reader(read))
	lines.Buffer(nil, 1<<20)
	return p, lines
}

// bareEnvironment is this process's environment without gatehouse's settings.
func bareEnvironment() []string {
	var kept []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "GATEHOUSE_") && !strings.Contains(strings.SplitN(pair, "=", 2)[0], "DATABASE_URL") {
			kept = append(kept, pair)
		}
	}
	return kept
}

// interrupt does what Ctrl-C does in a terminal: everything that the program
// started and that is still in its group gets the signal too. It returns when the
// program is gone.
func (p *process) interrupt(t *testing.T) {
	t.Helper()
	p.signal(t, -p.cmd.Process.Pid, syscall.SIGINT)
}

// kill is kill -9 of the program, which can tell nobody that it ends.
func (p *process) kill(t *testing.T) { t.Helper(); p.signal(t, p.cmd.Process.Pid, syscall.SIGKILL) }

func (p *process) signal(t *testing.T, to int, s syscall.Signal) {
	t.Helper()
	select {
	case <-p.ended: // its number may be somebody else's by now
		return
	default:
	}
	if err := syscall.Kill(to, s); err != nil {
		t.Errorf("sending %s: %v", s, err)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		t.Errorf("%s did not end gatehouse, which said:\n%s", s, p.output())
	}
}

// output is everything that the program said so far.
func (p *process) output() string {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.said.String()
}

// dataDir is an empty folder that PostgreSQL's user can enter, which t.TempDir is
// not when the tests run as root; and its path is short enough for a socket.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := makeDataDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func makeDataDir() (string, error) {
	dir, err := os.MkdirTemp("/tmp", "gatehouse-e2e-data-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}

// startDev runs dev on a free port with a data folder.
func startDev(t *testing.T, dir string) *process {
	t.Helper()
	return start(t, "dev", "GATEHOUSE_ADDR=127.0.0.1:0", "GATEHOUSE_DATA_DIR="+dir)
}

// demo is the data folder of a dev that has made the demo organisation and ended.
// Making it is most of a first start, so it is made once, by the first test that
// asks, and copied.
var demo struct {
	once sync.Once
	dir  string // of TestMain
	made bool
}

// demoDir is a data folder of the test's own as dev leaves it after a first start in
// which nobody did anything.
func demoDir(t *testing.T) string {
	t.Helper()
	demo.once.Do(func() {
		startDev(t, demo.dir).interrupt(t)
		demo.made = true
	})
	if !demo.made {
		t.Fatal("the demo organisation could not be made; the test that tried tells why")
	}
	dir := dataDir(t)
	if said, err := exec.CommandContext(t.Context(), "cp", "-a", demo.dir+"/.", dir).CombinedOutput(); err != nil {
		t.Fatalf("copying the data folder: %v\n%s", err, said)
	}
	return dir
}
