package main

import (
	"bytes"
	"crypto/elliptic"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/door"
)

// command runs the program with an environment of its own and returns what it
// printed.
func command(t *testing.T, environ []string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	status = run(t.Context(), args, host{stdout: &out, stderr: &err, environ: environ, clock: noon}, house{})
	return status, out.String(), err.String()
}

// settled are the settings that a command line leads to.
func settled(t *testing.T, environ []string, args ...string) (*config, error) {
	t.Helper()
	var c *config
	ctx, err := parse(append(args, "version"), host{environ: environ, stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}, house{}, func(int) {})
	if err != nil {
		return nil, err
	}
	_, err = ctx.Call(func(got *config) { c = got })
	return c, err
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c, err := settled(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(door.DefaultLimits(), c.door()); diff != "" {
		t.Errorf("the limits' defaults are not the door's (-door +settings):\n%s", diff)
	}
	if c.Addr != "127.0.0.1:8080" || c.GraphiQL || !c.StatementCache || c.AppRole != "gatehouse_app" || c.DatabaseURL != "" || len(c.CORSOrigins) > 0 {
		t.Errorf("got %+v", c)
	}
}

func TestWhereASettingComesFrom(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "gatehouse.yaml", []byte("addr: 127.0.0.1:3\nlimit-depth: 9\nstatement-cache: false\nshutdown-grace: 3s\ncors-origins: [https://a.example.com, https://b.example.com]\njwt-role-map:\n  CN=Approvers,OU=PKI: APPROVER\n"))
	json := writeFile(t, "gatehouse.json", []byte(`{"addr": "127.0.0.1:4"}`))
	for _, row := range []struct {
		name    string
		environ []string
		args    []string
		want    string
	}{
		{"the default", nil, nil, "127.0.0.1:8080"},
		{"the file before the default", nil, []string{"--config", file}, "127.0.0.1:3"},
		{"a file in JSON", nil, []string{"--config", json}, "127.0.0.1:4"},
		{"a file that the environment names", []string{"GATEHOUSE_CONFIG=" + json}, nil, "127.0.0.1:4"},
		{"the flag's file before the environment's", []string{"GATEHOUSE_CONFIG=" + json}, []string{"--config", file}, "127.0.0.1:3"},
		{"the environment before the file", []string{"GATEHOUSE_ADDR=127.0.0.1:2"}, []string{"--config", file}, "127.0.0.1:2"},
		{"the flag before the environment", []string{"GATEHOUSE_ADDR=127.0.0.1:2"}, []string{"--config", file, "--addr=127.0.0.1:1"}, "127.0.0.1:1"},
		{"an empty variable is not set", []string{"GATEHOUSE_ADDR="}, []string{"--config", file}, "127.0.0.1:3"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c, err := settled(t, row.environ, row.args...)
			if err != nil {
				t.Fatal(err)
			}
			if c.Addr != row.want {
				t.Errorf("the address is %s, want %s", c.Addr, row.want)
			}
		})
	}
	t.Run("values of every kind from a file", func(t *testing.T) {
		t.Parallel()
		c, err := settled(t, nil, "--config", file)
		if err != nil {
			t.Fatal(err)
		}
		if c.Depth != 9 || c.StatementCache || c.ShutdownGrace != 3*time.Second || len(c.CORSOrigins) != 2 || c.RoleMap["CN=Approvers,OU=PKI"] != "APPROVER" {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("values of every kind from the environment", func(t *testing.T) {
		t.Parallel()
		c, err := settled(t, []string{"GATEHOUSE_LIMIT_DEPTH=9", "GATEHOUSE_STATEMENT_CACHE=false", "GATEHOUSE_SHUTDOWN_GRACE=3s", "GATEHOUSE_CORS_ORIGINS=https://a.example.com,https://b.example.com", "GATEHOUSE_JWT_ROLE_MAP=pki approvers=APPROVER AUDITOR;boss=ADMIN"})
		if err != nil {
			t.Fatal(err)
		}
		if c.Depth != 9 || c.StatementCache || c.ShutdownGrace != 3*time.Second || len(c.CORSOrigins) != 2 || c.RoleMap["pki approvers"] != "APPROVER AUDITOR" || c.RoleMap["boss"] != "ADMIN" {
			t.Errorf("got %+v", c)
		}
	})
}

func TestSecretsFromFiles(t *testing.T) {
	t.Parallel()
	secret := writeFile(t, "secret", []byte("correct horse battery staple\n"))
	fromFile := writeFile(t, "gatehouse.yaml", []byte("jwt-secret-file: "+secret+"\n"))
	for _, row := range []struct {
		name    string
		environ []string
		args    []string
	}{
		{"named in the environment", []string{"GATEHOUSE_JWT_SECRET_FILE=" + secret}, nil},
		{"named in the configuration file", nil, []string{"--config", fromFile}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c, err := settled(t, row.environ, row.args...)
			if err != nil {
				t.Fatal(err)
			}
			if c.Secret != "correct horse battery staple" {
				t.Errorf("got %q", c.Secret)
			}
		})
	}
}

func TestSettingsRefused(t *testing.T) {
	t.Parallel()
	empty := writeFile(t, "empty", nil)
	both := writeFile(t, "both.yaml", []byte("database-url: x\ndatabase-url-file: y\n"))
	unknown := writeFile(t, "unknown.yaml", []byte("adr: 127.0.0.1:1\n"))
	mapped := writeFile(t, "mapped.yaml", []byte("keyset: {\"primaryKeyId\": \"hunter2\"}\n"))
	broken := writeFile(t, "broken.yaml", []byte("jwt-secret: 'hunter2-hunter2\naddr: [\n"))
	for _, row := range []struct {
		name    string
		environ []string
		args    []string
		want    []string
	}{
		{"a mistyped variable", []string{"GATEHOUSE_ADRR=x"}, nil, []string{"GATEHOUSE_ADRR", "nearest is GATEHOUSE_ADDR"}},
		{"two mistyped variables", []string{"GATEHOUSE_ADRR=x", "GATEHOUSE_LIMIT_DEPHT=1"}, nil, []string{"GATEHOUSE_ADDR", "GATEHOUSE_LIMIT_DEPTH"}},
		{"a mistyped key in the file", nil, []string{"--config", unknown}, []string{`"adr"`, `nearest is "addr"`, unknown}},
		{"a file that is not there", nil, []string{"--config", "/nowhere.yaml"}, []string{"/nowhere.yaml"}},
		{"a file that is no YAML", nil, []string{"--config", broken}, []string{broken}},
		{"a secret twice in the environment", []string{"DATABASE_URL=x", "DATABASE_URL_FILE=y"}, nil, []string{"both DATABASE_URL and DATABASE_URL_FILE"}},
		{"a secret twice in the file", nil, []string{"--config", both}, []string{"both database-url and database-url-file"}},
		{"a secret that is a map in the file", nil, []string{"--config", mapped}, []string{"keyset is not a text", "keyset-file"}},
		{"a secret's file that is not there", []string{"DATABASE_URL_FILE=/nowhere"}, nil, []string{"DATABASE_URL_FILE", "/nowhere"}},
		{"a secret's file that is empty", []string{"DATABASE_URL_FILE=" + empty}, nil, []string{"DATABASE_URL_FILE", "empty"}},
		{"a number that is none", []string{"GATEHOUSE_LIMIT_DEPTH=deep"}, nil, []string{"GATEHOUSE_LIMIT_DEPTH", `"deep"`}},
		{"a level that is none", []string{"GATEHOUSE_LOG_LEVEL=loud"}, nil, []string{"GATEHOUSE_LOG_LEVEL", "debug"}},
		{"an unknown flag", nil, []string{"--adr=x"}, []string{"--adr"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := command(t, row.environ, append(row.args, "version")...)
			if status != 1 || stdout != "" {
				t.Errorf("exit %d with output %q", status, stdout)
			}
			for _, want := range row.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q does not say %q", stderr, want)
				}
			}
			if strings.Contains(stderr, "hunter2") {
				t.Errorf("a secret was printed: %q", stderr)
			}
		})
	}
}

func TestReservedVariablesAreKnown(t *testing.T) {
	t.Parallel()
	if status, _, stderr := command(t, []string{"GATEHOUSE_URL=http://x", "GATEHOUSE_TOKEN=y"}, "version"); status != 0 {
		t.Errorf("exit %d: %s", status, stderr)
	}
}

// TestHelpNamesEverySetting walks the struct, so that a new field is covered.
func TestHelpNamesEverySetting(t *testing.T) {
	t.Parallel()
	status, help, stderr := command(t, nil, "serve", "--help")
	if status != 0 || stderr != "" {
		t.Fatalf("exit %d: %s", status, stderr)
	}
	seen := 0
	for _, group := range []any{config{}, httpSettings{}, databaseSettings{}, keysetSettings{}, tokenSettings{}, mailSettings{}, caSettings{}, acmeSettings{}, limitSettings{}, callerSettings{}, streamSettings{}, webhookSettings{}} {
		typ := reflect.TypeOf(group)
		for i := range typ.NumField() {
			field := typ.Field(i)
			if field.Anonymous {
				continue
			}
			seen++
			if name := field.Tag.Get("setting"); name == "" || !strings.Contains(help, "$"+name) || field.Tag.Get("help") == "" {
				t.Errorf("%s.%s: its variable %q or its help is not in --help", typ.Name(), field.Name, name)
			}
		}
	}
	if seen < 55 {
		t.Errorf("only %d settings were looked at", seen)
	}
}

// Forty settings above the flags of a command that reads one would hide those.
func TestHelpOfACommandShowsWhatItReads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		args         []string
		shows, hides string
	}{
		{"no command", nil, "Commands:", "--addr="},
		{"dev does not take another's tokens", []string{"dev"}, "--addr=", "--jwt-issuer="},
		{"seed seals", []string{"seed"}, "--keyset=", "--addr="},
		{"a keyset's file needs no setting", []string{"keyset", "add"}, "<file>", "--keyset="},
		{"but what seals anew does", []string{"keyset", "reseal"}, "--keyset=", "--addr="},
		{"a part of migrate", []string{"migrate", "up"}, "--app-role=", "--addr="},
		{"token has flags of its own", []string{"token"}, "--role=", "--limit-depth="},
		{"token reads one setting", []string{"token"}, "--data-dir=", "--database-url="},
		{"version reads none", []string{"version"}, "gatehouse serve --help", "--data-dir="},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			status, help, stderr := command(t, nil, append(c.args, "--help")...)
			if status != 0 || stderr != "" || !strings.Contains(help, c.shows) || strings.Contains(help, c.hides) {
				t.Errorf("exit %d: %s\nwant %q and not %q in\n%s", status, stderr, c.shows, c.hides, help)
			}
		})
	}
}

// safe are settings that serve accepts.
func safe(t *testing.T, changes ...string) []string {
	t.Helper()
	key := writeFile(t, "key.pem", publicPEM(t, newECDSA(t, elliptic.P256()).Public()))
	keyset := filepath.Join(t.TempDir(), "keyset.json")
	if err := createKeyset(keyset); err != nil {
		t.Fatal(err)
	}
	return append([]string{
		"GATEHOUSE_KEYSET_FILE=" + keyset,
		"DATABASE_URL=postgres://gatehouse_app:hunter2@127.0.0.1/gatehouse",
		"GATEHOUSE_JWT_PEM=" + key, "GATEHOUSE_JWT_ISSUER=" + testIssuer, "GATEHOUSE_JWT_AUDIENCE=" + testAudience,
	}, changes...)
}

func TestServeRefusesUnsafeSettings(t *testing.T) {
	t.Parallel()
	if c, err := settled(t, safe(t)); err != nil || c.forServe() != nil {
		t.Fatalf("the settings that all others are made from are refused: %v, %v", err, c.forServe())
	}
	dev, err := openDevKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.Repeat("s", 40)
	for _, row := range []struct {
		name    string
		changes []string // later ones win
		want    string
	}{
		{"no database", []string{"DATABASE_URL="}, "DATABASE_URL is not set"},
		{"a database that is no address", []string{"DATABASE_URL=http://user:hunter2@host"}, "DATABASE_URL is not an address"},
		{"no keyset", []string{"GATEHOUSE_KEYSET_FILE="}, "gatehouse keyset create FILE"},
		{"a keyset that is none", []string{"GATEHOUSE_KEYSET_FILE=", "GATEHOUSE_KEYSET=hunter2"}, "GATEHOUSE_KEYSET cannot be used: this is no keyset"},
		{"no key source", []string{"GATEHOUSE_JWT_PEM="}, "no key source"},
		{"two key sources", []string{"GATEHOUSE_JWT_SECRET=" + secret}, "GATEHOUSE_JWT_PEM and GATEHOUSE_JWT_SECRET are all set"},
		{"a short secret", []string{"GATEHOUSE_JWT_PEM=", "GATEHOUSE_JWT_SECRET=" + secret[:31]}, "31 bytes"},
		{"a key set over http", []string{"GATEHOUSE_JWT_PEM=", "GATEHOUSE_JWT_JWKS_URL=http://login.example.com/keys"}, "https only"},
		{"the development key", []string{"GATEHOUSE_JWT_PEM=" + dev.path}, "development key"},
		{"a key file that is not there", []string{"GATEHOUSE_JWT_PEM=/nowhere.pem"}, "/nowhere.pem"},
		{"alg none", []string{"GATEHOUSE_JWT_ALGORITHMS=none"}, `"none"`},
		{"HS256 with public keys", []string{"GATEHOUSE_JWT_ALGORITHMS=ES256,HS256"}, `"HS256", which cannot be used with public keys`},
		{"RS256 with a secret", []string{"GATEHOUSE_JWT_PEM=", "GATEHOUSE_JWT_SECRET=" + secret, "GATEHOUSE_JWT_ALGORITHMS=RS256"}, `"RS256", which cannot be used with a shared secret`},
		{"no issuer", []string{"GATEHOUSE_JWT_ISSUER="}, "GATEHOUSE_JWT_ISSUER is not set"},
		{"the development issuer", []string{"GATEHOUSE_JWT_ISSUER=" + devIssuer}, "development tokens"},
		{"no audience", []string{"GATEHOUSE_JWT_AUDIENCE="}, "GATEHOUSE_JWT_AUDIENCE is not set"},
		{"a leeway over a minute", []string{"GATEHOUSE_JWT_LEEWAY=61s"}, "between 0s and 1m0s"},
		{"a role that does not exist", []string{"GATEHOUSE_JWT_ROLE_MAP=a=ROOT"}, `"ROOT"`},
		{"a public address with a path", []string{"GATEHOUSE_PUBLIC_URL=https://example.com/pki"}, "the root of a host"},
		{"a public address over http", []string{"GATEHOUSE_PUBLIC_URL=http://pki.example.com"}, "GATEHOUSE_PUBLIC_URL is"},
		{"mail without a sender", []string{"GATEHOUSE_SMTP_URL=smtps://u:hunter2@mail.example.com", "GATEHOUSE_PUBLIC_URL=https://pki.example.com"}, "GATEHOUSE_MAIL_FROM is not set"},
		{"mail whose links lead nowhere", []string{"GATEHOUSE_SMTP_URL=smtps://u:hunter2@mail.example.com", "GATEHOUSE_MAIL_FROM=pki@example.com"}, "GATEHOUSE_PUBLIC_URL is not set"},
		{"a sender without a mail server", []string{"GATEHOUSE_MAIL_FROM=pki@example.com"}, "without GATEHOUSE_SMTP_URL"},
		{"a mail server that is no address", []string{"GATEHOUSE_SMTP_URL=https://u:hunter2@mail.example.com", "GATEHOUSE_MAIL_FROM=pki@example.com", "GATEHOUSE_PUBLIC_URL=https://pki.example.com"}, "GATEHOUSE_SMTP_URL"},
		{"a folder of templates that is not there", []string{"GATEHOUSE_SMTP_URL=smtps://mail.example.com", "GATEHOUSE_MAIL_FROM=pki@example.com", "GATEHOUSE_MAIL_TEMPLATES=/nowhere", "GATEHOUSE_PUBLIC_URL=https://pki.example.com"}, "GATEHOUSE_MAIL_TEMPLATES"},
		{"a certificate authority's key alone", []string{"GATEHOUSE_CA_KEY=hunter2"}, "GATEHOUSE_CA_CHAIN"},
		{"a certificate authority's chain alone", []string{"GATEHOUSE_CA_CHAIN=/nowhere"}, "GATEHOUSE_CA_KEY_FILE"},
		{"a directory over http", []string{"GATEHOUSE_ACME_DIRECTORY=http://acme.example.com/"}, "GATEHOUSE_ACME_"},
		{"what a directory needs and no directory", []string{"GATEHOUSE_ACME_CONTACT=pki@example.com"}, "GATEHOUSE_ACME_DIRECTORY is not set"},
		{"half of an external account", []string{"GATEHOUSE_ACME_DIRECTORY=https://acme.example.com/", "GATEHOUSE_ACME_EAB_HMAC=hunter2"}, "GATEHOUSE_ACME_"},
		{"roots that are not there", []string{"GATEHOUSE_ACME_DIRECTORY=https://acme.example.com/", "GATEHOUSE_ACME_ROOTS=/nowhere"}, "GATEHOUSE_ACME_ROOTS"},
		{"a program that is not there", []string{"GATEHOUSE_ACME_DIRECTORY=https://acme.example.com/", "GATEHOUSE_ACME_DNS_COMMAND=/nowhere"}, "GATEHOUSE_ACME_DNS_COMMAND"},
		{"a proxy that is none", []string{"GATEHOUSE_TRUSTED_PROXIES=10.0.0.0/8,proxy"}, `GATEHOUSE_TRUSTED_PROXIES has "proxy"`},
		{"everybody as a proxy", []string{"GATEHOUSE_TRUSTED_PROXIES=0.0.0.0/0"}, "everybody"},
		{"nobody without a login", []string{"GATEHOUSE_LIMIT_ANONYMOUS=0"}, "GATEHOUSE_LIMIT_ANONYMOUS is 0"},
		{"CORS for everyone", []string{"GATEHOUSE_CORS_ORIGINS=*"}, "every page of the web"},
		{"CORS for an address with a path", []string{"GATEHOUSE_CORS_ORIGINS=https://app.example.com/"}, "an origin is"},
		{"CORS for null", []string{"GATEHOUSE_CORS_ORIGINS=null"}, "an origin is"},
		{"CORS over http", []string{"GATEHOUSE_CORS_ORIGINS=http://app.example.com"}, "use https"},
		{"a public address over http", []string{"GATEHOUSE_PUBLIC_URL=http://pki.example.com"}, "https URL"},
		{"an address without a port", []string{"GATEHOUSE_ADDR=127.0.0.1"}, "not host:port"},
		{"a port that is too high", []string{"GATEHOUSE_ADDR=127.0.0.1:99999"}, "not host:port"},
		{"a limit of nothing", []string{"GATEHOUSE_LIMIT_ALIASES=0"}, "GATEHOUSE_LIMIT_ALIASES is 0"},
		{"one connection", []string{"GATEHOUSE_DATABASE_CONNECTIONS=1"}, "at least 2"},
		{"no statement timeout", []string{"GATEHOUSE_STATEMENT_TIMEOUT=0s"}, "GATEHOUSE_STATEMENT_TIMEOUT"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			status, _, stderr := command(t, safe(t, row.changes...), "serve")
			if status != 1 || !strings.Contains(stderr, row.want) {
				t.Errorf("exit %d, and %q does not say %q", status, stderr, row.want)
			}
			if n := strings.Count(stderr, "\n  - "); n != 1 {
				t.Errorf("%d problems are listed, want only the one:\n%s", n, stderr)
			}
			if strings.Contains(stderr, "hunter2") || strings.Contains(stderr, secret[:31]) {
				t.Errorf("a secret was printed: %q", stderr)
			}
		})
	}
}

func TestServeListsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	status, stdout, stderr := command(t, []string{"GATEHOUSE_CORS_ORIGINS=*"}, "serve")
	if status != 1 || stdout != "" {
		t.Errorf("exit %d with output %q", status, stdout)
	}
	for _, want := range []string{"DATABASE_URL", "GATEHOUSE_KEYSET_FILE", "GATEHOUSE_JWT_JWKS_URL", "GATEHOUSE_JWT_ISSUER", "GATEHOUSE_JWT_AUDIENCE", "GATEHOUSE_CORS_ORIGINS"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%s is not listed:\n%s", want, stderr)
		}
	}
}

func TestDevRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, setting, want string }{
		{"every address of the machine", "GATEHOUSE_ADDR=0.0.0.0:8080", "loopback only"},
		{"every address, unwritten", "GATEHOUSE_ADDR=:8080", "loopback only"},
		{"every address of IPv6", "GATEHOUSE_ADDR=[::]:8080", "loopback only"},
		{"a name", "GATEHOUSE_ADDR=dev.example.com:8080", "loopback only"},
		{"an address of a network", "GATEHOUSE_ADDR=192.168.0.2:8080", "loopback only"},
		{"a keyset that is none", "GATEHOUSE_KEYSET=hunter2", "GATEHOUSE_KEYSET cannot be used"},
		{"a key of production", "GATEHOUSE_JWT_SECRET=" + strings.Repeat("s", 40), "GATEHOUSE_JWT_SECRET is set"},
		{"an owner without a server", "MIGRATE_DATABASE_URL=postgres://x", "without DATABASE_URL"},
		{"a public address over http", "GATEHOUSE_PUBLIC_URL=http://pki.example.com", "GATEHOUSE_PUBLIC_URL is"},
		{"mail without a sender", "GATEHOUSE_SMTP_URL=smtps://u:hunter2@mail.example.com", "GATEHOUSE_MAIL_FROM is not set"},
		{"half of a certificate authority", "GATEHOUSE_CA_KEY=hunter2", "GATEHOUSE_CA_CHAIN"},
		{"everybody as a proxy", "GATEHOUSE_TRUSTED_PROXIES=::/0", "everybody"},
		{"CORS for everyone", "GATEHOUSE_CORS_ORIGINS=*", "every page"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			status, _, stderr := command(t, []string{row.setting, "GATEHOUSE_DATA_DIR=" + t.TempDir()}, "dev")
			if status != 1 || !strings.Contains(stderr, row.want) {
				t.Errorf("exit %d, and %q does not say %q", status, stderr, row.want)
			}
		})
	}
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0", "localhost:8080", "127.9.9.9:1"} {
		if c, err := settled(t, []string{"GATEHOUSE_ADDR=" + addr}); err != nil || c.forDev() != nil {
			t.Errorf("%s is refused: %v", addr, c.forDev())
		}
	}
}
