//go:build unix

package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"gatehouse/internal/client"
	"gatehouse/internal/viewer"
)

// certificatesAsked is one call of importCertificates, as the command sends it: each
// certificate as a file of its own, all with the file's name.
type certificatesAsked struct {
	unit  string
	files []askedFile
	key   string
}

type askedFile struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

// asked is the call with the certificates from the first to before the last.
func (f certificatesFile) asked(unit string, first, last int) (certificatesAsked, error) {
	q := certificatesAsked{unit: unit, key: fmt.Sprintf("%d-%d", first, last)}
	for n := first; n < last; n++ {
		der, err := f.der(n)
		if err != nil {
			return q, err
		}
		q.files = append(q.files, askedFile{"many.pem", base64.StdEncoding.EncodeToString(der)})
	}
	return q, nil
}

func (certificatesAsked) viewer() viewer.Viewer { return importer() }

func (q certificatesAsked) body() ([]byte, error) {
	const document = `mutation ImportCertificates($input: ImportCertificatesInput!) {
  done: importCertificates(input: $input) {
    results { file position outcome userErrors { code message } }
    userErrors { code message }
  }
}`
	input := map[string]any{"businessUnitId": q.unit, "files": q.files, "idempotencyKey": q.key}
	return json.Marshal(map[string]any{"query": document, "variables": map[string]any{"input": input}})
}

// readSighted is what became of each certificate of a call; a call that was refused
// is an error.
func readSighted(answer []byte) (map[client.Sighted]int, error) {
	var read struct {
		Data struct {
			Done *struct {
				Results    []struct{ Outcome client.Sighted }
				UserErrors []struct{ Message string }
			}
		}
	}
	if err := json.Unmarshal(answer, &read); err != nil || read.Data.Done == nil || len(read.Data.Done.UserErrors) > 0 {
		return nil, fmt.Errorf("importing certificates: %.400s", answer)
	}
	outcomes := map[client.Sighted]int{}
	for _, result := range read.Data.Done.Results {
		outcomes[result.Outcome]++
	}
	return outcomes, nil
}
