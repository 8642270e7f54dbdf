package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

func TestDevTokenSaysWhoAsks(t *testing.T) {
	t.Parallel()
	key, err := openDevKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	token, until, err := key.mint(devGrant{Subject: "ada", Name: "Ada", Email: "ada@example.com", Roles: []lifecycle.Role{lifecycle.Auditor, lifecycle.Approver}, BusinessUnits: []string{"paris"}, TTL: time.Hour}, noon())
	if err != nil {
		t.Fatal(err)
	}
	if !until.Equal(noon().Add(time.Hour)) {
		t.Errorf("good until %s", until)
	}
	v, err := key.verifier(noon)
	if err != nil {
		t.Fatal(err)
	}
	who, err := v.verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	want := viewer.New(devIssuer, "ada", "Ada", "ada@example.com", []lifecycle.Role{lifecycle.Approver, lifecycle.Auditor}, viewer.Units{Names: []string{"paris"}})
	want.Until = until // a stream that it opens ends then
	if diff := cmp.Diff(want, who); diff != "" {
		t.Errorf("the viewer (-want +got):\n%s", diff)
	}
	late, err := key.verifier(func() time.Time { return until })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := late.verify(t.Context(), token); err == nil {
		t.Error("the token was accepted when its time had passed")
	}
}

func TestDevTokenRefused(t *testing.T) {
	t.Parallel()
	key, err := openDevKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name  string
		grant devGrant
	}{
		{"no life", devGrant{Subject: "ada"}},
		{"a negative life", devGrant{Subject: "ada", TTL: -time.Second}},
		{"a life of more than 30 days", devGrant{Subject: "ada", TTL: longestDevToken + 1}},
		{"no subject", devGrant{TTL: time.Hour}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if token, _, err := key.mint(row.grant, noon()); err == nil {
				t.Errorf("minted %s", token)
			}
		})
	}
}

func TestDevKeyFile(t *testing.T) {
	t.Parallel()
	t.Run("is made once, for all who ask at once", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "not", "there", "yet")
		keys := make([]devKey, 8)
		var makers sync.WaitGroup
		for i := range keys {
			makers.Go(func() {
				var err error
				if keys[i], err = openDevKey(dir); err != nil {
					t.Errorf("opening: %v", err)
				}
			})
		}
		makers.Wait()
		for _, key := range keys {
			if !key.private.Equal(keys[0].private) {
				t.Error("two processes use different keys")
			}
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("the data folder has %d entries (%v), want the key alone", len(entries), err)
		}
	})
	t.Run("is closed to others", func(t *testing.T) {
		t.Parallel()
		key, err := openDevKey(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(key.path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the mode is %v (%v)", info.Mode(), err)
		}
	})
	t.Run("is not replaced when it cannot be read", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		path := filepath.Join(dir, "dev-signing-key.pem")
		if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openDevKey(dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v, want a sentence that names the file", err)
		}
		if text, _ := os.ReadFile(path); string(text) != "mine" {
			t.Error("the file was replaced")
		}
	})
}

func TestTokenCommand(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		args    []string
		roles   []lifecycle.Role
		units   viewer.Units
		subject string
	}{
		{"one role", []string{"--role", "SEAT_MANAGER"}, []lifecycle.Role{lifecycle.SeatManager}, viewer.Units{All: true}, "dev-seat-manager"},
		{"several roles", []string{"--role=approver", "--role=AUDITOR"}, []lifecycle.Role{lifecycle.Approver, lifecycle.Auditor}, viewer.Units{All: true}, "dev-approver"},
		{"business units", []string{"--role=VIEWER", "--business-unit=berlin", "--business-unit=paris"}, []lifecycle.Role{lifecycle.ViewOnly}, viewer.Units{Names: []string{"berlin", "paris"}}, "dev-viewer"},
		{"no business unit", []string{"--role=VIEWER", "--business-unit="}, []lifecycle.Role{lifecycle.ViewOnly}, viewer.Units{}, "dev-viewer"},
		{"a subject", []string{"--role=ADMIN", "--subject=ada"}, []lifecycle.Role{lifecycle.Admin}, viewer.Units{All: true}, "ada"},
		{"nothing", nil, []lifecycle.Role{}, viewer.Units{All: true}, "dev"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			status, stdout, stderr := command(t, []string{"GATEHOUSE_DATA_DIR=" + dir}, append([]string{"token"}, row.args...)...)
			if status != 0 {
				t.Fatalf("exit %d: %s", status, stderr)
			}
			token, rest, _ := strings.Cut(stdout, "\n")
			if rest != "" || strings.ContainsAny(token, " \t") {
				t.Errorf("more than the token was printed: %q", stdout)
			}
			key, err := openDevKey(dir) // what dev will verify with
			if err != nil {
				t.Fatal(err)
			}
			v, err := key.verifier(noon)
			if err != nil {
				t.Fatal(err)
			}
			who, err := v.verify(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			want := viewer.New(devIssuer, row.subject, "", "", row.roles, row.units)
			want.Until = noon().Add(8 * time.Hour)
			if diff := cmp.Diff(want, who, cmpNoNames()); diff != "" {
				t.Errorf("the viewer (-want +got):\n%s", diff)
			}
		})
	}
}

// cmpNoNames takes an empty list of names and none for the same.
func cmpNoNames() cmp.Option {
	return cmp.Transformer("names", func(u viewer.Units) map[string]bool {
		names := map[string]bool{"*": u.All}
		for _, n := range u.Names {
			names[n] = true
		}
		return names
	})
}

func TestTokenCommandRefuses(t *testing.T) {
	t.Parallel()
	key := writeFile(t, "key.pem", nil)
	for _, row := range []struct {
		name, setting, want string
		args                []string
	}{
		{"beside a key set", "GATEHOUSE_JWT_JWKS_URL=https://login.example.com/keys", "GATEHOUSE_JWT_JWKS_URL is set", []string{"--role=ADMIN"}},
		{"beside public keys", "GATEHOUSE_JWT_PEM=" + key, "GATEHOUSE_JWT_PEM is set", []string{"--role=ADMIN"}},
		{"beside a secret", "GATEHOUSE_JWT_SECRET=x", "GATEHOUSE_JWT_SECRET is set", []string{"--role=ADMIN"}},
		{"an unknown role", "", "there is no such role", []string{"--role=ROOT"}},
		{"a life of more than 30 days", "", "30 days", []string{"--role=ADMIN", "--ttl=721h"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := command(t, []string{row.setting, "GATEHOUSE_DATA_DIR=" + t.TempDir()}, append([]string{"token"}, row.args...)...)
			if status != 1 || stdout != "" || !strings.Contains(stderr, row.want) {
				t.Errorf("exit %d, printed %q, and %q does not say %q", status, stdout, stderr, row.want)
			}
		})
	}
}
