package localpg

import (
	"bufio"
	"context"
	"database/sql"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/lib/pq"
)

// dataDir is a folder that PostgreSQL's user can enter, which t.TempDir, being
// root's own when root runs the tests, is not.
func dataDir(t *testing.T) string {
	t.Helper()
	parent, err := os.MkdirTemp("", "localpg-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(parent, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(parent); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(parent, "data")
}

func start(t *testing.T, dir string) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// execSQL runs statements at a cluster.
func execSQL(t *testing.T, url string, statements ...string) {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func queryText(t *testing.T, url, query string) string {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var text string
	if err := db.QueryRow(query).Scan(&text); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return text
}

func awaitEnd(t *testing.T, pid int, what string) {
	t.Helper()
	for giveUp := time.Now().Add(20 * time.Second); alive(pid); time.Sleep(pollEvery) {
		if time.Now().After(giveUp) {
			t.Fatalf("%s (process %d) still runs", what, pid)
		}
	}
}

func TestFromNothingThenRestartKeepsRows(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	c := start(t, dir)
	if c.Dir() != dir {
		t.Errorf("Dir() = %s, want %s", c.Dir(), dir)
	}
	execSQL(t, c.OwnerURL(), `CREATE TABLE kept (n int)`, `INSERT INTO kept VALUES (7)`)
	pid := c.postmaster.process.Pid
	stop(t, c)
	if alive(pid) {
		t.Errorf("the postmaster (process %d) outlived Stop", pid)
	}

	again := start(t, dir)
	if got := queryText(t, again.OwnerURL(), `SELECT n FROM kept`); got != "7" {
		t.Errorf("after a restart the row is %s, want 7", got)
	}
}

func TestTheClusterIsAsPromised(t *testing.T) {
	t.Parallel()
	c := start(t, dataDir(t))
	tests := []struct{ name, url, query, want string }{
		{"no network", c.AdminURL(), `SHOW listen_addresses`, ""},
		{"durable: fsync", c.AdminURL(), `SHOW fsync`, "on"},
		{"durable: commit", c.AdminURL(), `SHOW synchronous_commit`, "on"},
		{"UTC", c.AppURL(), `SHOW timezone`, "UTC"},
		{"UTF-8", c.AppURL(), `SHOW server_encoding`, "UTF8"},
		{"text in byte order", c.AppURL(), `SELECT string_agg(w, '' ORDER BY w) FROM unnest('{a,B,ä,Z}'::text[]) w`, "BZaä"},
		{"letters beyond ASCII", c.AppURL(), `SELECT lower('ÄÖ')`, "äö"},
		{"the owner owns the database", c.OwnerURL(), `SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()`, OwnerRole},
		{"the app role has no right beyond logging in", c.AppURL(), `SELECT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)::text FROM pg_roles WHERE rolname = current_user`, "false"},
		{"the app role owns nothing", c.AppURL(), `SELECT count(*)::text FROM pg_shdepend WHERE refobjid = current_user::regrole AND deptype = 'o'`, "0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := queryText(t, test.url, test.query); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	t.Run("no login without the password", func(t *testing.T) {
		u, err := url.Parse(c.AppURL())
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword(AppRole, "wrong")
		db, err := sql.Open("postgres", u.String())
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Ping(); err == nil || !strings.Contains(err.Error(), "password authentication failed") {
			t.Errorf("a wrong password gave %v", err)
		}
	})
	t.Run("passwords and socket are closed to others", func(t *testing.T) {
		for path, want := range map[string]os.FileMode{c.folder.passwordsFile(): 0o600, c.socketDir: 0o700, c.folder.data(): 0o700} {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got != want {
				t.Errorf("%s has mode %o, want %o", path, got, want)
			}
		}
	})
}

func TestSecondServerOnOneFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	c := start(t, dir)
	_, err := Start(t.Context(), Options{Dir: dir})
	if err == nil {
		t.Fatal("a second server started on the same folder")
	}
	for _, want := range []string{"already uses the data folder " + dir, strconv.Itoa(os.Getpid()), "GATEHOUSE_DATA_DIR"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if got := queryText(t, c.AppURL(), `SELECT 'alive'`); got != "alive" {
		t.Error("the refusal harmed the first server")
	}
}

// TestKillOfTheServer kills the process that started the cluster, as kill -9 does.
func TestKillOfTheServer(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), startsFor+"="+dir)
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.StdinPipe(); err != nil { // stays open while this test runs
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the server says %q", line)
	}
	f := folder{dir: dir}
	s, err := f.readSecrets()
	if err != nil {
		t.Fatal(err)
	}
	seen := &Cluster{folder: f, secrets: s, socketDir: filepath.Join(dir, "run")}
	execSQL(t, seen.OwnerURL(), `CREATE TABLE kept (n int)`, `INSERT INTO kept VALUES (7)`)

	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()
	next := start(t, dir)
	if got := queryText(t, next.OwnerURL(), `SELECT n FROM kept`); got != "7" {
		t.Errorf("the committed row is %s, want 7", got)
	}
	awaitEnd(t, pid, "the first postmaster")
}

func TestLeftovers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		// leave makes the leftover in a folder whose cluster was stopped.
		leave func(t *testing.T, c *Cluster)
	}{
		{"a postmaster nobody is tied to", func(t *testing.T, c *Cluster) {
			orphan := launchOf(t, c)
			cmd := orphan.account.command(context.Background(), c.folder.data(), orphan.programs.postgres(), orphan.arguments()...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			p := &postmaster{process: cmd.Process, exited: make(chan struct{})}
			go func() { _ = cmd.Wait(); close(p.exited) }()
			if err := p.awaitReady(t.Context(), c.AdminURL()); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				select {
				case <-p.exited:
				case <-time.After(10 * time.Second):
					t.Error("the orphan was not ended")
					_ = p.stop(context.Background(), true)
				}
			})
		}},
		{"a postmaster that was killed", func(t *testing.T, c *Cluster) {
			crashed, err := startPostmaster(t.Context(), launchOf(t, c))
			if err != nil {
				t.Fatal(err)
			}
			execSQL(t, c.OwnerURL(), `INSERT INTO kept VALUES (1)`)
			crashed.signal(syscall.SIGKILL)
			<-crashed.exited
			if _, err := os.Stat(pidFile(c.folder.data())); err != nil {
				t.Fatal("a killed postmaster should leave its pid file", err)
			}
			execSQLLater(t, c)
		}},
		{"a pid file whose number is another program's", func(t *testing.T, c *Cluster) {
			other := launchOf(t, c).account.command(context.Background(), "/", "/bin/sleep", "600")
			if err := other.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if !alive(other.Process.Pid) {
					t.Error("an unrelated program was ended")
				}
				_ = other.Process.Kill()
				_ = other.Wait()
			})
			text := strconv.Itoa(other.Process.Pid) + "\n" + c.folder.data() + "\n"
			if err := os.WriteFile(pidFile(c.folder.data()), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := launchOf(t, c).account.give(pidFile(c.folder.data())); err != nil {
				t.Fatal(err)
			}
		}},
		{"an initdb that was interrupted", func(t *testing.T, c *Cluster) {
			if err := os.Mkdir(c.folder.data()+".new", 0o700); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := dataDir(t)
			c := start(t, dir)
			execSQL(t, c.OwnerURL(), `CREATE TABLE kept (n int)`, `INSERT INTO kept VALUES (7)`)
			stop(t, c)
			if err := makeOwned(c.socketDir, launchOf(t, c).account); err != nil {
				t.Fatal(err)
			}
			test.leave(t, c)
			next := start(t, dir)
			if got := queryText(t, next.OwnerURL(), `SELECT max(n) FROM kept`); got != "7" {
				t.Errorf("the row is %s, want 7", got)
			}
		})
	}
}

// execSQLLater checks, at the end of the test, a row that only recovery from the
// write-ahead log can have brought back.
func execSQLLater(t *testing.T, c *Cluster) {
	t.Helper()
	t.Cleanup(func() {
		// The cluster started after the crash is stopped by now; start once more.
		again, err := Start(context.Background(), Options{Dir: c.Dir()})
		if err != nil {
			t.Error(err)
			return
		}
		defer stop(t, again)
		if got := queryText(t, again.OwnerURL(), `SELECT count(*)::text FROM kept`); got != "2" {
			t.Errorf("%s rows after the crash, want 2", got)
		}
	})
}

func launchOf(t *testing.T, c *Cluster) launch {
	t.Helper()
	a, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	where, err := usualPlaces()
	if err != nil {
		t.Fatal(err)
	}
	p, err := findPrograms(t.Context(), "", where, 0, a, discard())
	if err != nil {
		t.Fatal(err)
	}
	return launch{folder: c.folder, programs: p, account: a, socketDir: c.socketDir, adminURL: c.AdminURL()}
}

func TestLongPathGetsAShortSocket(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(dataDir(t), strings.Repeat("long", 40))
	if err := os.MkdirAll(filepath.Dir(dir), 0o711); err != nil {
		t.Fatal(err)
	}
	c := start(t, dir)
	if got := len(filepath.Join(c.socketDir, socketFile)); got > longestSocket {
		t.Errorf("the socket's path has %d bytes", got)
	}
	if got := queryText(t, c.AppURL(), `SELECT 'here'`); got != "here" {
		t.Error("the cluster does not answer")
	}
	stop(t, c)
	if _, err := os.Stat(c.socketDir); !os.IsNotExist(err) {
		t.Errorf("the socket's folder %s was left behind", c.socketDir)
	}
}

func TestThrowawayLeavesNothing(t *testing.T) {
	t.Parallel()
	c, err := Start(t.Context(), Options{Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	if got := queryText(t, c.AdminURL(), `SELECT current_setting('fsync') || current_setting('max_connections')`); got != "off300" {
		t.Errorf("fsync and max_connections are %s", got)
	}
	pid := c.postmaster.process.Pid
	stop(t, c)
	if alive(pid) {
		t.Errorf("the postmaster (process %d) outlived Stop", pid)
	}
	if _, err := os.Stat(c.Dir()); !os.IsNotExist(err) {
		t.Errorf("the folder %s was left behind", c.Dir())
	}
}

// TestAForgottenClusterKeepsItsLock starts a cluster and drops every reference to
// it, as a process does that means to end with it.
func TestAForgottenClusterKeepsItsLock(t *testing.T) {
	t.Parallel()
	dir, lockFile := func() (string, string) {
		c, err := Start(t.Context(), Options{Throwaway: true})
		if err != nil {
			t.Fatal(err)
		}
		return c.Dir(), c.folder.lockFile()
	}()
	for range 3 {
		runtime.GC()
	}
	if l, err := acquireLock(lockFile); err == nil {
		t.Errorf("the lock of %s was free although its cluster runs", dir)
		_ = l.release()
	}
}

func TestSweepRemovesWhatADeadProcessLeft(t *testing.T) {
	t.Parallel()
	base := dataDir(t)
	if err := os.Mkdir(base, 0o711); err != nil {
		t.Fatal(err)
	}
	a, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	dead, held, err := makeThrowawayFolder(base, a)
	if err != nil {
		t.Fatal(err)
	}
	if err := held.release(); err != nil { // as its end would
		t.Fatal(err)
	}
	living, held, err := makeThrowawayFolder(base, a)
	if err != nil {
		t.Fatal(err)
	}
	defer held.release()
	unmade := filepath.Join(base, throwawayPrefix+"unmade")
	if err := os.Mkdir(unmade, 0o700); err != nil {
		t.Fatal(err)
	}
	linked := filepath.Join(base, throwawayPrefix+"link")
	if err := os.Symlink(t.TempDir(), linked); err != nil {
		t.Fatal(err)
	}

	sweepThrowaways(base)
	for path, kept := range map[string]bool{dead.dir: false, living.dir: true, unmade: true, linked: true} {
		if _, err := os.Lstat(path); (err == nil) != kept {
			t.Errorf("%s: kept is %t, want %t", path, err == nil, kept)
		}
	}
}

func TestStopWithoutPatience(t *testing.T) {
	t.Parallel()
	c := start(t, dataDir(t))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Stop(ended); err != nil {
		t.Fatal(err)
	}
	if alive(c.postmaster.process.Pid) {
		t.Error("the postmaster outlived Stop")
	}
}
