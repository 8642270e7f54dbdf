package lifecycle

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// writeEnum writes a GraphQL enum value.
func writeEnum[T ~string](w io.Writer, v T) { _, _ = io.WriteString(w, strconv.Quote(string(v))) }

// readEnum reads a GraphQL enum value and refuses what is not among known.
func readEnum[T ~string](v any, into *T, known []T) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("an enum value is a name, not %T", v)
	}
	for _, k := range known {
		if string(k) == s {
			*into = k
			return nil
		}
	}
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	return fmt.Errorf("%q is none of %s", s, strings.Join(names, ", "))
}
