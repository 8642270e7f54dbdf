// Package gatehouse holds the public contract, schema.graphqls, for the programs
// that show it.
package gatehouse

import _ "embed"

// Schema is the text of schema.graphqls.
//
//go:embed schema.graphqls
var Schema string
