package secretscan_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/secretscan"
	"gatehouse/internal/testdb"
)

const (
	code  = "K7QX2MAB"
	token = "3q2-7_4AESIzRFVmd4iZqg" // 16 bytes in base64url
)

// Every spelling is found, and names the one that it is.
func TestSpellings(t *testing.T) {
	t.Parallel()
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	const odd = "what is? this+&that"
	secrets := []string{"another one", code, token, odd}
	for name, test := range map[string]struct {
		text   string
		secret int
	}{
		"as it is":            {"code=" + code + ".", 1},
		"in small letters":    {strings.ToLower(code), 1},
		"in capitals":         {strings.ToUpper(token), 2},
		"in hex":              {`\x` + hex.EncodeToString([]byte(code)), 1},
		"base64":              {base64.StdEncoding.EncodeToString([]byte(code)), 1},
		"base64 after one":    {base64.StdEncoding.EncodeToString([]byte("." + code + ".")), 1},
		"base64 after two":    {base64.StdEncoding.EncodeToString([]byte(".." + code + "..")), 1},
		"base64 after many":   {base64.StdEncoding.EncodeToString([]byte(`{"code":"` + code + `"}`)), 1},
		"base64url":           {base64.URLEncoding.EncodeToString([]byte(odd)), 3},
		"the bytes":           {"\x00" + string(raw) + "\xff", 2},
		"the bytes in hex":    {hex.EncodeToString(raw), 2},
		"the bytes in base64": {base64.StdEncoding.EncodeToString(append([]byte{7}, raw...)), 2},
		"in an address":       {"/enroll?" + url.Values{"x": {odd}}.Encode(), 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := secretscan.ScanText("the log", test.text+" and "+test.text, secrets)
			if len(found) != 1 || !strings.HasPrefix(found[0], fmt.Sprintf("the log holds secret %d, ", test.secret)) {
				t.Errorf("in %q it found %q", test.text, found)
			}
			if strings.Contains(strings.Join(found, " "), secrets[test.secret]) {
				t.Error("it repeats the secret")
			}
		})
	}
	if found := secretscan.ScanText("the log", "K7QX2MA B "+token[:20], secrets); len(found) != 0 {
		t.Errorf("it found what is not there: %q", found)
	}
}

func TestAShortSecretIsNotLookedFor(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("six digits were looked for")
		}
	}()
	secretscan.ScanText("the log", "", []string{"123456"})
}

// Every kind of column is read, wherever it is.
func TestDatabase(t *testing.T) {
	t.Parallel()
	db := testdb.New(t).Owner(t)
	secrets := []string{code, token}
	if _, err := secretscan.Scan(t.Context(), testdb.Empty(t).Owner(t), secrets); err == nil {
		t.Error("an empty database is found to be clean")
	}
	before, err := secretscan.Scan(t.Context(), db, secrets)
	if err != nil || len(before) != 0 {
		t.Fatalf("before anything was written: %q, %v", before, err)
	}
	for _, statement := range []string{
		`CREATE SCHEMA "Other one"`,
		`CREATE TABLE "Other one"."odd table" (id int, "odd ""column" varchar, list text[], doc jsonb, bytes bytea, sealed bytea)`,
		`INSERT INTO "Other one"."odd table" VALUES (1, 'x', '{a,b}', '{}', '', NULL), (2, 'K7QX2MAB!', '{a,k7qx2mab}', '{"a": ["` + token + `"]}', 'see K7QX2MAB'::bytea, sha256('K7QX2MAB')), (3, 'K7QX2MAB', NULL, NULL, NULL, NULL)`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	found, err := secretscan.Scan(t.Context(), db, secrets)
	want := []string{
		"Other one.odd table.bytes holds secret 0, as it is",
		"Other one.odd table.doc holds secret 1, as it is",
		"Other one.odd table.list holds secret 0, as it is",
		`Other one.odd table.odd "column holds secret 0, as it is`,
	}
	if err != nil || !slices.Equal(found, want) {
		t.Errorf("it found %q, %v", found, err)
	}
}
