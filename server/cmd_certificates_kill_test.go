package main

import (
	"bytes"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"math/big"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// alike are n certificates that differ in their serials alone.
func alike(t *testing.T, n int) [][]byte {
	t.Helper()
	key, first := newECDSA(t, elliptic.P256()), uint64(1)<<62
	template := &x509.Certificate{SerialNumber: new(big.Int).SetUint64(first), Subject: pkix.Name{CommonName: "alike"}, NotBefore: noon(), NotAfter: noon().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	serial := binary.BigEndian.AppendUint64(nil, first)
	if err != nil || bytes.Count(der, serial) != 1 {
		t.Fatal(err)
	}
	all := make([][]byte, n)
	for k := range all {
		all[k] = bytes.Replace(der, serial, binary.BigEndian.AppendUint64(nil, first+uint64(k)), 1)
	}
	return all
}

// TestAnImportOfCertificatesThatIsKilled is gone on with by running it again, whether
// the call in which the command dies was heard or not.
func TestAnImportOfCertificatesThatIsKilled(t *testing.T) {
	t.Parallel()
	// Of two parts: the content of more than fit into one call.
	all := alike(t, 2000)
	file := writeFile(t, "many.pem", inPEM(all...))
	for name, done := range map[string]bool{"before it is heard": false, "when it was done": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, command, calls := &kept{}, make(chan *child, 1), atomic.Int32{}
			server := httptest.NewServer(seatsAPI{sights: func(input map[string]any) any {
				if calls.Add(1) != 2 {
					return api.sights(input)
				}
				if done {
					api.sights(input)
				}
				(<-command).kill(t)
				return nil
			}})
			t.Cleanup(server.Close)
			imports := func(report string) *child {
				return launch(t, []string{"GATEHOUSE_URL=" + server.URL, "GATEHOUSE_TOKEN=a-token"}, "certificates", "import", file, "--business-unit=berlin", "--report="+report)
			}
			first := imports(filepath.Join(t.TempDir(), "first.csv"))
			command <- first
			<-first.ended
			if status := first.cmd.ProcessState.ExitCode(); status >= 0 {
				t.Fatalf("the command ended by itself, with %d: %s", status, first.text())
			}
			there, report := api.many(), filepath.Join(t.TempDir(), "second.csv")
			second := imports(report)
			<-second.ended
			if status := second.cmd.ProcessState.ExitCode(); status != 0 || api.many() != len(all) {
				t.Errorf("exit %d, %d kept: %s", status, api.many(), second.text())
			}
			outcomes := map[string]int{}
			for _, line := range reportLines(t, report)[1:] {
				outcomes[line[4]]++
			}
			if there == 0 || outcomes["UNCHANGED"] != there || outcomes["CREATED"] != len(all)-there {
				t.Errorf("%d were there: %v", there, outcomes)
			}
		})
	}
}
