package main

import (
	"bytes"
	"context"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// selfSigned is a certificate in DER for a name, and its key in PEM.
func selfSigned(t *testing.T, name string) (der, keyPEM []byte) {
	t.Helper()
	key := newECDSA(t, elliptic.P256())
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: noon(), NotAfter: noon().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
}

// inPEM is certificates as a PEM file has them.
func inPEM(all ...[]byte) []byte {
	var text []byte
	for _, der := range all {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return text
}

// kept is an API that keeps certificates by their content and place.
type kept struct {
	mu     sync.Mutex
	places map[string][]string
	bodies []string
}

// many is how many there are.
func (k *kept) many() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.places)
}

// sights answers as the mutations do.
func (k *kept) sights(input map[string]any) any {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.places == nil {
		k.places = map[string][]string{}
	}
	given, ok := input["files"].([]any)
	if !ok {
		given = input["certificates"].([]any)
	}
	var results []any
	for n, each := range given {
		one := each.(map[string]any)
		content, place, outcome := one["content"].(string), fmt.Sprint(one["name"], one["host"], one["port"]), "CREATED"
		k.bodies = append(k.bodies, content)
		switch at := k.places[content]; {
		case slices.Contains(at, place):
			outcome = "UNCHANGED"
		case at != nil:
			outcome = "RECOGNIZED"
		}
		if outcome != "UNCHANGED" {
			k.places[content] = append(k.places[content], place)
		}
		results = append(results, map[string]any{"index": n, "position": 0, "outcome": outcome, "userErrors": []any{}})
	}
	return map[string]any{"results": results, "userErrors": []any{}}
}

// certificatesImport runs the command against an API.
func certificatesImport(t *testing.T, api http.Handler, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	server := httptest.NewServer(api)
	defer server.Close()
	return command(t, []string{"GATEHOUSE_URL=" + server.URL, "GATEHOUSE_TOKEN=a-token"}, append([]string{"certificates", "import", "--business-unit=berlin"}, args...)...)
}

// tree writes a folder of files and links; what begins with -> is a link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "certs")
	for name, text := range files {
		path := filepath.Join(root, name)
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if to, isLink := strings.CutPrefix(text, "->"); isLink && err == nil {
			err = os.Symlink(to, path)
		} else if err == nil {
			err = os.WriteFile(path, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestCertificatesImport takes a folder as they are: files of all forms, keys beside
// them, links, hidden things.
func TestCertificatesImport(t *testing.T) {
	t.Parallel()
	first, key := selfSigned(t, "first")
	second, _ := selfSigned(t, "second")
	third, _ := selfSigned(t, "third")
	root := tree(t, map[string]string{
		"b.pem": string(inPEM(first, second, first)), "a/third.der": string(third), "c.key": string(key), "d.txt": "hello",
		".hidden/x.pem": string(inPEM(third)), ".x.pem": string(inPEM(third)), "link.pem": "->b.pem", "folder": "->a", "out.pem": "->/etc/hostname", "gone.pem": "->nowhere",
		"mounted/tls.crt": "->..data/tls.crt", "mounted/..data": "->..2026", "mounted/..2026/tls.crt": string(inPEM(second)),
	})
	api, report := &kept{}, filepath.Join(t.TempDir(), "report.csv")
	status, stdout, stderr := certificatesImport(t, seatsAPI{sights: api.sights}, root, "--report="+report)
	if status != 1 || stdout != "" {
		t.Errorf("exit %d, %q", status, stdout)
	}
	for _, says := range []string{
		"certs/c.key, line 1: INVALID: ", "certs/d.txt, line 1: INVALID: ", "3 links lead out of the folders, to a folder or to nothing and were not followed",
		"6 files, 10 certificates: 3 CREATED, 3 RECOGNIZED, 2 UNCHANGED, 2 REFUSED (2 INVALID) (at once)\n",
		"gatehouse: 2 of 10 were refused; the report says why of each: put that right and run the command again, which does nothing twice\n",
	} {
		if !strings.Contains(stderr, says) {
			t.Errorf("%q is not said in\n%s", says, stderr)
		}
	}
	if diff := cmp.Diff([][]string{
		{"path", "position", "where", "sha256", "outcome"},
		{"certs/a/third.der", "0", "byte 0", thumbprint(third), "CREATED"},
		{"certs/b.pem", "0", "line 1", thumbprint(first), "CREATED"},
		{"certs/b.pem", "1", "line 10", thumbprint(second), "CREATED"},
		{"certs/b.pem", "2", "line 20", thumbprint(first), "UNCHANGED"},
		{"certs/c.key", "0", "line 1", "", "REFUSED"},
		{"certs/d.txt", "0", "line 1", "", "REFUSED"},
		{"certs/link.pem", "0", "line 1", thumbprint(first), "RECOGNIZED"},
		{"certs/link.pem", "1", "line 10", thumbprint(second), "RECOGNIZED"},
		{"certs/link.pem", "2", "line 20", thumbprint(first), "UNCHANGED"},
		{"certs/mounted/tls.crt", "0", "line 1", thumbprint(second), "RECOGNIZED"},
	}, reportLines(t, report), cmp.Comparer(sameLine)); diff != "" {
		t.Errorf("the report (-want +got)\n%s", diff)
	}
	for _, content := range api.bodies {
		if der, err := base64.StdEncoding.DecodeString(content); err != nil || !slices.ContainsFunc([][]byte{first, second, third}, func(known []byte) bool { return bytes.Equal(known, der) }) {
			t.Errorf("sent %q", content)
		}
	}
	// The same again, named in another way, changes nothing.
	_, _, stderr = certificatesImport(t, seatsAPI{sights: api.sights}, filepath.Join(root, "a", ".."))
	if !strings.Contains(stderr, "10 certificates: 8 UNCHANGED, 2 REFUSED (2 INVALID)") || !strings.Contains(stderr, "it is said above why of each") {
		t.Errorf("the second run: %s", stderr)
	}
}

// sameLine leaves line numbers within a file out, which depend on a certificate's
// length.
func sameLine(a, b string) bool {
	return a == b || strings.HasPrefix(a, "line ") && strings.HasPrefix(b, "line ") && (a == "line 1") == (b == "line 1")
}

func thumbprint(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// reportLines are the lines of a report without their reasons.
func reportLines(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range lines {
		lines[n] = line[:len(line)-1]
	}
	return lines
}

// TestCertificatesFromStandardInput come as a stream, and all is well.
func TestCertificatesFromStandardInput(t *testing.T) {
	t.Parallel()
	der, _ := selfSigned(t, "streamed")
	api := &kept{}
	server := httptest.NewServer(seatsAPI{sights: api.sights})
	t.Cleanup(server.Close)
	var out, err bytes.Buffer
	status := run(t.Context(), []string{"certificates", "import", "-", "--business-unit=berlin"},
		host{stdin: bytes.NewReader(inPEM(der)), stdout: &out, stderr: &err, environ: []string{"GATEHOUSE_URL=" + server.URL, "GATEHOUSE_TOKEN=a-token"}, clock: noon}, house{})
	if want := "1 files, 1 certificates: 1 CREATED (at once)\n"; status != 0 || out.Len() > 0 || err.String() != want {
		t.Errorf("exit %d, %q, %q", status, out.String(), err.String())
	}
	if places := api.places[base64.StdEncoding.EncodeToString(der)]; fmt.Sprint(places) != "[standard input<nil> <nil>]" {
		t.Errorf("the place is %v", places)
	}
}

// TestCertificatesFromNobody: Ctrl-C ends an import that waits for a pipe in which
// nothing comes.
func TestCertificatesFromNobody(t *testing.T) {
	t.Parallel()
	api := &kept{}
	server := httptest.NewServer(seatsAPI{sights: api.sights})
	t.Cleanup(server.Close)
	ctx, interrupt := context.WithCancel(t.Context())
	stdin, begins := io.Pipe()
	t.Cleanup(func() { begins.Close() })
	var out, stderr bytes.Buffer
	ended := make(chan int)
	go func() {
		ended <- run(ctx, []string{"certificates", "import", "-", "--business-unit=berlin"},
			host{stdin: stdin, stdout: &out, stderr: &stderr, environ: []string{"GATEHOUSE_URL=" + server.URL, "GATEHOUSE_TOKEN=a-token"}, clock: noon}, house{})
	}()
	if _, err := begins.Write([]byte("it is being read\n")); err != nil {
		t.Fatal(err)
	}
	interrupt()
	if status := <-ended; status != 2 || !strings.Contains(stderr.String(), "stopped as you asked. 0 certificates are done") {
		t.Errorf("exit %d, %q", status, stderr.String())
	}
}

// TestCertificatesRefused: each in one sentence that says what to do, with exit
// status 2 and nothing done.
func TestCertificatesRefused(t *testing.T) {
	t.Parallel()
	der, _ := selfSigned(t, "refused")
	file := writeFile(t, "a.pem", inPEM(der))
	forbidden := func(map[string]any) any {
		return map[string]any{"results": []any{}, "userErrors": []any{map[string]any{"code": "FORBIDDEN", "message": "You need IMPORT_CERTIFICATES to import certificates."}}}
	}
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"no path":                {nil, `expected "<path> ..."`},
		"no such path":           {[]string{file, "/nowhere"}, "/nowhere cannot be opened: no such file"},
		"standard input twice":   {[]string{"-", "-"}, "standard input (-) is named twice"},
		"an empty folder":        {[]string{t.TempDir()}, "there is no file in what you named"},
		"a report that is there": {[]string{file, "--report=" + file}, "is there already; name a new file"},
		"no permission":          {[]string{file}, "gatehouse: You need IMPORT_CERTIFICATES to import certificates\n"},
		"no such business unit":  {[]string{file, "--business-unit=berln"}, `no business unit "berln" for your token`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := certificatesImport(t, seatsAPI{sights: forbidden}, test.args...)
			if status != 2 || stdout != "" || !strings.Contains(stderr, test.says) {
				t.Errorf("exit %d, %q, %q", status, stdout, stderr)
			}
		})
	}
	status, _, stderr := command(t, nil, "certificates", "import", file, "--business-unit=berlin")
	if status != 2 || !strings.Contains(stderr, "GATEHOUSE_TOKEN is not set") {
		t.Errorf("exit %d, %q", status, stderr)
	}
}

// TestCertificatesThatServersRefuse are told, the first of them one by one.
func TestCertificatesThatServersRefuse(t *testing.T) {
	t.Parallel()
	var all [][]byte
	for n := range 22 {
		der, _ := selfSigned(t, fmt.Sprint(n))
		all = append(all, der)
	}
	full := func(input map[string]any) any {
		var results []any
		for n := range input["files"].([]any) {
			results = append(results, map[string]any{"index": n, "position": 0, "outcome": "REFUSED", "userErrors": []any{map[string]any{"code": "NO_SEAT_LEFT", "message": "Allocate more."}}})
		}
		return map[string]any{"results": results, "userErrors": []any{}}
	}
	status, _, stderr := certificatesImport(t, seatsAPI{sights: full}, writeFile(t, "many.pem", inPEM(all...)))
	if status != 1 || strings.Count(stderr, "NO_SEAT_LEFT: Allocate more.\n") != 20 || !strings.Contains(stderr, "\n… and 2 more\n") ||
		!strings.Contains(stderr, "22 REFUSED (22 NO_SEAT_LEFT)") || !strings.Contains(stderr, "--report FILE writes why of each") {
		t.Errorf("exit %d, %s", status, stderr)
	}
}

func TestPlacesAreReadable(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"certs/a.pem": "certs/a.pem", "a\xff\n.pem": "a\uFFFD\uFFFD.pem", strings.Repeat("a", 2000) + ".pem": "…" + strings.Repeat("a", 995) + ".pem",
		strings.Repeat("語", 900): "…" + strings.Repeat("語", 665), "a\u202eb\u2028c": "a\uFFFDb\uFFFDc", "a\u0308": "ä",
	} {
		if got := placeName(path); got != want {
			t.Errorf("%.20q is %q", path, got)
		}
	}
}
