package client

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
)

// Certificate is one of a file, or something there that is none.
type Certificate struct {
	// Path is the file's name as the place where the certificate was seen; Position
	// which certificate or other thing of the file it is, from 0, and Where where it
	// begins, such as line 12.
	Path     string
	Position int
	Where    string
	// DER is the certificate, or nil for what is none; Why is then the reason.
	DER []byte
	Why string
}

// CertificateLine is what became of one.
type CertificateLine struct {
	Path     string
	Position int
	Where    string
	// SHA256 is the hex thumbprint, empty for what is no certificate.
	SHA256  string
	Outcome Sighted
	// Reason says why it was refused, and of some others what is to be known.
	Reason string
}

// standsTwice stands in the report for a certificate that its file has twice. The
// second is not sent: it would say nothing new.
const standsTwice = "it stands in this file before"

// ImportCertificates sends certificates in the order in which they are added, part
// after part, one call at a time: which of two that want the same seat gets it
// depends on the order. It holds one part in memory, however many there are.
type ImportCertificates struct {
	sightings
	report func([]CertificateLine) error
	tally  SightingTally

	// The part that is being filled: a line for each certificate, sent or not; sent
	// are the places in lines of those in files.
	lines []CertificateLine
	sent  []int
	files []certificateFile
	size  int
	// here are the thumbprints that the part has of the file path.
	path string
	here map[string]bool
}

// certificateFile is the API's CertificateFile.
type certificateFile struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

// NewImportCertificates begins an import. report is handed what became of each part
// before the next is sent; waiting hears of each failure that is waited out.
func NewImportCertificates(c *Client, unit Unit, report func([]CertificateLine) error, waiting func(why error, wait time.Duration)) *ImportCertificates {
	return &ImportCertificates{sightings: newSightings(c, unit, "certificates-import-1", waiting), report: report, tally: newSightingTally(), here: map[string]bool{}}
}

// Tally is what became of those that were reported on.
func (i *ImportCertificates) Tally() SightingTally { return i.tally }

// Add takes one, and sends the part that it does not fit into any more. gently ends
// the import between two calls (ErrStopped), ctx cuts a call off. After an error
// what was reported is done, and the same import, run again, does the rest.
func (i *ImportCertificates) Add(ctx, gently context.Context, c Certificate) error {
	file := certificateFile{Name: c.Path, Content: base64.StdEncoding.EncodeToString(c.DER)}
	size := len(file.Content) + encoded([]byte(file.Name)) + len(`{"name":"","content":""},`)
	if len(i.lines) == sightingsMost || i.size+size > sightingsBytes && len(i.sent) > 0 {
		if err := i.Flush(ctx, gently); err != nil {
			return err
		}
	}
	line := CertificateLine{Path: c.Path, Position: c.Position, Where: c.Where}
	if c.DER == nil {
		line.Outcome, line.Reason = Refused, string(refusal.Invalid)+": "+c.Why
		i.lines = append(i.lines, line)
		return nil
	}
	sum := sha256.Sum256(c.DER)
	line.SHA256 = hex.EncodeToString(sum[:])
	if c.Path != i.path {
		i.path = c.Path
		clear(i.here)
	}
	if i.here[line.SHA256] {
		line.Outcome, line.Reason = Unchanged, standsTwice
		i.lines = append(i.lines, line)
		return nil
	}
	i.here[line.SHA256] = true
	i.sent = append(i.sent, len(i.lines))
	i.lines, i.files = append(i.lines, line), append(i.files, file)
	i.size += size
	return nil
}

const importCertificates = `mutation ImportCertificates($input: ImportCertificatesInput!) {
  sighted: importCertificates(input: $input) {
    results { index: file position outcome userErrors { code message } }
    userErrors { code message }
  }
}`

// Flush sends and reports the part that there is.
func (i *ImportCertificates) Flush(ctx, gently context.Context) error {
	if len(i.lines) == 0 {
		return nil
	}
	if gently.Err() != nil {
		return ErrStopped
	}
	why := make([]refusal.Code, len(i.lines))
	for n, line := range i.lines {
		if line.Outcome == Refused {
			why[n] = refusal.Invalid
		}
	}
	if len(i.sent) > 0 {
		results, err := i.send(ctx, gently, importCertificates, "files", i.files, len(i.files))
		if err != nil {
			return err
		}
		for n, result := range results {
			line := &i.lines[i.sent[n]]
			line.Outcome, line.Reason = result.Outcome, seatfile.Reason(result.UserErrors)
			if len(result.UserErrors) > 0 {
				why[i.sent[n]] = result.UserErrors[0].Code
			}
		}
	}
	if err := i.report(i.lines); err != nil {
		return err
	}
	for n, line := range i.lines {
		i.tally.count(line.Outcome, why[n])
	}
	i.lines, i.sent, i.files, i.size = i.lines[:0], i.sent[:0], i.files[:0], 0
	clear(i.here)
	return nil
}
