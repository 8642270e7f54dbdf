package inventory_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/internal/certificate"
	"gatehouse/internal/certificate/corpus"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// TestTheCorporaAreImported brings in every certificate that the system trusts and
// every one of zlint's test data: each is kept as package certificate reads it, whose
// own test compares that with openssl, or refused with its reason. The second time
// nothing changes.
func TestTheCorporaAreImported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	calls := corpusCalls(t, w)
	outcomes, reasons := map[inventory.SightingOutcome]int{}, map[string]int{}
	for _, in := range calls {
		results := w.imports(in)
		n := 0
		for file, f := range in.Files {
			for item := range certificate.FromContent(f.Content) {
				r := results[n]
				n++
				outcomes[r.Outcome]++
				if r.File != file || r.Position != item.Position {
					t.Fatalf("%s: result %d is of file %d, position %d", *f.Name, n, r.File, r.Position)
				}
				for _, no := range r.UserErrors {
					reasons[string(no.Code)+": "+no.Message]++
				}
				w.keptAsRead(*f.Name, item, r)
			}
		}
		if n != len(results) {
			t.Errorf("%d results of %d things", len(results), n)
		}
	}
	for why, n := range reasons {
		t.Logf("%4d refused: %s", n, why)
	}
	kept := w.count(`SELECT count(*) FROM certificates`)
	t.Logf("%d certificates on %d seats, seen in %d places: %v", kept, w.count(`SELECT count(*) FROM seats`), w.count(`SELECT count(*) FROM certificate_locations`), outcomes)
	if outcomes[created] != kept || kept < 1400 || outcomes[unchanged]+outcomes[reseated] > 0 {
		t.Errorf("%v, and %d certificates", outcomes, kept)
	}
	w.honest()

	before, refusedBefore := w.everything(), w.count(`SELECT count(*) FROM audit_entries WHERE outcome = 'REFUSED'`)
	for _, in := range calls {
		for _, r := range w.imports(in) {
			if r.Outcome != unchanged && r.Outcome != notTaken {
				t.Errorf("again: %s: %s", *in.Files[r.File].Name, r.Outcome)
			}
		}
	}
	again := w.count(`SELECT count(*) FROM audit_entries WHERE outcome = 'REFUSED'`) - refusedBefore
	if again != outcomes[notTaken] {
		t.Errorf("%d were refused, and %d again", outcomes[notTaken], again)
	}
	w.past(`DELETE FROM audit_entries WHERE outcome = 'REFUSED' AND id IN (SELECT id FROM audit_entries WHERE outcome = 'REFUSED' ORDER BY id DESC LIMIT $1)`, again)
	if after := w.everything(); after != before {
		t.Error("the second import changed something")
	}
}

// keptAsRead fails unless what became of a thing in a file is what its reading says.
func (w *world) keptAsRead(file string, item certificate.Item, r *inventory.ImportCertificateResult) {
	w.t.Helper()
	var text certificate.Text
	err := item.Err
	if err == nil {
		text, err = certificate.Read(item.DER)
	}
	if err != nil {
		if r.Outcome != notTaken || len(r.UserErrors) != 1 {
			w.t.Errorf("%s, %s: %s, though %v", file, item.Where(), r.Outcome, err)
		}
		return
	}
	c := r.Certificate
	if code(r.UserErrors) == refusal.Duplicate {
		return // some of zlint's stand twice in their file
	}
	if c == nil {
		w.t.Errorf("%s, %s: %s %v", file, item.Where(), r.Outcome, r.UserErrors)
		return
	}
	names, err := c.Names()
	granted(w.t, err)
	status := lifecycle.CertificateIssued
	if !morning.Before(text.NotAfter) {
		status = lifecycle.CertificateExpired
	}
	if c.Sha256 != text.SHA256 || c.SerialNumber != text.Serial || c.Subject != text.Subject || c.Issuer != text.Issuer || !c.NotBefore.Equal(text.NotBefore) || !c.NotAfter.Equal(text.NotAfter) ||
		c.CommonName != text.CommonName || strings.Join(names.DNSNames, "\n") != strings.Join(text.Names.DNSNames, "\n") || c.KeyAlgorithm != text.KeyAlgorithm || c.Status != status {
		w.t.Errorf("%s, %s: kept\n%+v, read\n%+v", file, item.Where(), c, text)
	}
}

// corpusCalls are the corpora in calls of up to 1,000 certificates.
func corpusCalls(t *testing.T, w *world) []inventory.ImportCertificatesInput {
	t.Helper()
	var calls []inventory.ImportCertificatesInput
	inCall := 1000
	for _, path := range corpus.Files(t) {
		content, err := os.ReadFile(path)
		granted(t, err)
		n := 0
		for range certificate.FromContent(string(content)) {
			n++
		}
		if inCall += n; inCall > 1000 {
			calls, inCall = append(calls, inventory.ImportCertificatesInput{BusinessUnitID: w.unit}), n
		}
		in := &calls[len(calls)-1]
		in.Files = append(in.Files, &inventory.CertificateFile{Name: ptr(filepath.Base(path)), Content: string(content)})
	}
	return calls
}
