package live

import (
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gatehouse/internal/refusal"
)

// Cursor is a place in the stream of changes: behind the event with that number.
type Cursor int64

// cursorPrefix tells this form from later ones.
const cursorPrefix = "at:"

// String is the opaque text.
func (c Cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(strconv.AppendInt([]byte(cursorPrefix), int64(c), 10))
}

// ParseCursor reads the opaque text. The error is a refusal.
func ParseCursor(s string) (Cursor, error) {
	if raw, err := base64.RawURLEncoding.DecodeString(s); err == nil {
		if number, ok := strings.CutPrefix(string(raw), cursorPrefix); ok {
			if n, err := strconv.ParseInt(number, 10, 64); err == nil && n >= 0 && Cursor(n).String() == s {
				return Cursor(n), nil
			}
		}
	}
	return 0, refusal.New(refusal.Invalid, "The cursor in after is none of ours; send the last one that came with a message, as it was.")
}

// MarshalGQL writes the cursor.
func (c Cursor) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(c.String())) }

// UnmarshalGQL reads a cursor.
func (c *Cursor) UnmarshalGQL(v any) (err error) {
	s, ok := v.(string)
	if !ok {
		return refusal.New(refusal.Invalid, "A cursor is a string, not %s.", fmt.Sprint(v))
	}
	*c, err = ParseCursor(s)
	return err
}
