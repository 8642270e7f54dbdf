package inventory

import (
	"context"
	"fmt"
	"strconv"

	"gatehouse/internal/audit"
	"gatehouse/internal/certificate"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// ImportCertificatesInput is files of certificates to be brought in.
type ImportCertificatesInput struct {
	BusinessUnitID id.ID
	Files          []*CertificateFile
	IdempotencyKey *string
}

// CertificateFile is one of them.
type CertificateFile struct {
	Name    *string
	Content string
}

// ImportCertificatesPayload is what came of importCertificates.
type ImportCertificatesPayload struct {
	Results    []*ImportCertificateResult
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// ImportCertificateResult is what came of one of the certificates.
type ImportCertificateResult struct {
	File, Position int
	Outcome        SightingOutcome
	Certificate    *Certificate
	UserErrors     []*refusal.Refusal
}

const (
	// mostOfPlace and mostOfPlaceBytes bound the name of a file: it stands in an
	// index, whose entries have some 2,700 bytes at most.
	mostOfPlace      = 1000
	mostOfPlaceBytes = 2000
)

// ImportCertificates brings in up to 1,000 certificates from files, in one
// transaction in which each stands alone: what becomes of each is said by
// sighting.run. Refused as a whole: NOT_FOUND (the business unit), TOO_MANY, INVALID
// (the name of a file); of each: INVALID (it is no certificate), DUPLICATE,
// NO_SEAT_LEFT.
func (i *Inventory) ImportCertificates(ctx context.Context, in ImportCertificatesInput) (*ImportCertificatesPayload, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	items, read := readCertificateFiles(in.Files)
	cause := store.Cause{Mutation: "importCertificates", Action: audit.ImportCertificates, Resource: audit.Certificate, Key: in.IdempotencyKey, Input: in}
	out, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		return i.runSighting(ctx, tx, sc, in.BusinessUnitID, lifecycle.SourceImported, func(s *sighting) ([]*seen, *refusal.Refusal) {
			if no := tooManyFiles(len(in.Files), items); no != nil {
				return nil, no
			}
			return s.ofFiles(in.Files, read)
		})
	})
	if err != nil {
		return nil, err
	}
	byID, err := i.CertificatesByID(ctx, out.IDs(), nil)
	if err != nil {
		return nil, err
	}
	if len(out.Items) > len(read) {
		return nil, fmt.Errorf("inventory: %d certificates were imported under the idempotency key, and now %d are read: another version wrote it", len(out.Items), len(read))
	}
	p := &ImportCertificatesPayload{Results: make([]*ImportCertificateResult, len(out.Items)), UserErrors: errorsOf(out.Refusals), Replayed: out.Replayed}
	for n, item := range out.Items {
		p.Results[n] = &ImportCertificateResult{
			File: read[n].file, Position: read[n].position, Outcome: SightingOutcome(item.Word), Certificate: byID[item.ID], UserErrors: errorsOf(item.Refusals),
		}
	}
	return p, nil
}

// fileItem is a certificate of a file, or another thing that stands there.
type fileItem struct {
	file, position int
	text           certificate.Text
	no             *refusal.Refusal
}

// readCertificateFiles reads what stands in the files, outside of any transaction,
// and says how much that is; what is more than one call takes is counted only.
func readCertificateFiles(files []*CertificateFile) (items int, read []fileItem) {
	for n, f := range files {
		for item := range certificate.FromContent(f.Content) {
			if items++; items > mostItems {
				continue
			}
			one := fileItem{file: n, position: item.Position}
			if item.Err != nil {
				one.no = unreadable(item.Err)
			} else {
				one.text, one.no = readKept(item.DER)
			}
			read = append(read, one)
		}
	}
	return items, read
}

// tooManyFiles checks how much a call brings in.
func tooManyFiles(files, items int) *refusal.Refusal {
	switch {
	case files == 0:
		return refusal.New(refusal.Invalid, "Name at least one file.").At("files")
	case files > mostItems:
		return refusal.New(refusal.TooMany, "One call takes 1 to %d files; %d were given. Send them in several calls, or have gatehouse certificates import do that.", mostItems, files).At("files")
	case items > mostItems:
		return refusal.New(refusal.TooMany, "One call takes 1 to %d certificates in all, what is none counted in; the files have %d. Send them in several calls, or have gatehouse certificates import do that.", mostItems, items).At("files")
	}
	return nil
}

// ofFiles is what was read as what was seen: each where its file says.
func (s *sighting) ofFiles(files []*CertificateFile, read []fileItem) ([]*seen, *refusal.Refusal) {
	names := make([]string, len(files))
	for n, f := range files {
		path := []string{"files", strconv.Itoa(n), "name"}
		name, no := line("name", f.Name, 0, mostOfPlace)
		if no == nil && len(name) > mostOfPlaceBytes {
			no = refusal.New(refusal.Invalid, "The name has %d bytes in UTF-8; up to %d are kept. Send the end of the path only.", len(name), mostOfPlaceBytes)
		}
		if no != nil {
			return nil, no.At(path...)
		}
		names[n] = name
	}
	all := make([]*seen, len(read))
	for n, item := range read {
		about := fmt.Sprintf("file %d, position %d", item.file, item.position)
		if names[item.file] != "" {
			about = fmt.Sprintf("%s, position %d", names[item.file], item.position)
		}
		all[n] = &seen{text: item.text, no: item.no, at: location{place: names[item.file], when: s.tx.Now()}, about: about, path: []string{"files", strconv.Itoa(item.file)}}
	}
	return all, nil
}
