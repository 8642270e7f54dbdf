package store

import (
	"database/sql"
	"database/sql/driver"
	"strings"
)

// textArray is the values of one column of many rows, as a text[] of PostgreSQL. It
// is written in one go: pq.Array goes by reflection from value to value, which was
// a fifth of all that a server did for a file of seats.
type textArray []sql.NullString

// Value implements driver.Valuer, in the form that PostgreSQL's array_in reads.
func (a textArray) Value() (driver.Value, error) {
	size := len("{}")
	for _, v := range a {
		size += len(v.String) + len(`"",`) + 1 // the 1 is for NULL, or for one character to be escaped
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteByte('{')
	for n, v := range a {
		if n > 0 {
			b.WriteByte(',')
		}
		if !v.Valid {
			b.WriteString("NULL")
			continue
		}
		b.WriteByte('"')
		writeEscaped(&b, v.String)
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String(), nil
}

// writeEscaped writes a text so that it can stand between double quotes.
func writeEscaped(b *strings.Builder, text string) {
	for {
		n := strings.IndexAny(text, `"\`)
		if n < 0 {
			b.WriteString(text)
			return
		}
		b.WriteString(text[:n])
		b.WriteByte('\\')
		b.WriteByte(text[n])
		text = text[n+1:]
	}
}
