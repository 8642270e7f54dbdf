package graph_test

import (
	"fmt"
	"strings"

	"gatehouse/internal/id"
	"gatehouse/internal/world"
)

// brokenCertificate says that it is one, and is none.
const brokenCertificate = "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"

// file is one of n new certificates, each of another name.
func (c *caller) file(key *requestKey, name string, n int) map[string]any {
	c.made++
	now := c.Clock.Now()
	var content strings.Builder
	for i := range n {
		content.WriteString(key.named(fmt.Sprintf("%s-%d-of-%d", name, i, c.made), now, now.AddDate(1, 0, 0)))
	}
	return map[string]any{"name": fmt.Sprintf("%s-%d.pem", name, c.made), "content": content.String()}
}

// known is a file that was brought in before.
func (c *caller) known(unit id.ID, file map[string]any) map[string]any {
	c.t.Helper()
	c.imported(unit, file)
	return file
}

// imported brings in a file, and returns its certificates' ids.
func (c *caller) imported(unit id.ID, file map[string]any) []string {
	c.t.Helper()
	p := c.data(world.Boss(), `mutation($in: ImportCertificatesInput!) { importCertificates(input: $in) { results { certificate { id } userErrors { message } } userErrors { message } } }`,
		map[string]any{"in": map[string]any{"businessUnitId": unit, "files": []any{file}}})
	if _, no := refused(p); len(no) > 0 {
		c.t.Fatal(no)
	}
	var ids []string
	for _, r := range p["importCertificates"].(map[string]any)["results"].([]any) {
		ids = append(ids, r.(map[string]any)["certificate"].(map[string]any)["id"].(string))
	}
	return ids
}

// found are n new certificates, each on a host of its own.
func (c *caller) found(key *requestKey, name string, n int) []map[string]any {
	c.made++
	now := c.Clock.Now()
	found := make([]map[string]any, n)
	for i := range found {
		host := fmt.Sprintf("%s-%d-of-%d", name, i, c.made)
		found[i] = map[string]any{"content": key.named(host, now, now.AddDate(1, 0, 0)), "host": strings.ReplaceAll(host, " ", "-") + ".example.com", "port": 443}
	}
	return found
}
