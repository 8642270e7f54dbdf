// Package migrations holds the versioned SQL that makes the database, in the order
// of the file names, and atlas.sum, which notices when a file is edited later.
// go run ./ent/diff writes new ones; internal/migrate applies them.
package migrations

import "embed"

// Files is the folder's SQL with its sums.
//
//go:embed *.sql atlas.sum
var Files embed.FS
