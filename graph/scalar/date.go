package scalar

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"gatehouse/internal/refusal"
)

// MarshalDate writes the UTC day of an instant (RFC 3339 full-date).
func MarshalDate(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(t.UTC().Format(time.DateOnly))) })
}

// UnmarshalDate reads a day, as its first instant in UTC.
func UnmarshalDate(v any) (time.Time, error) {
	s, ok := v.(string)
	if ok {
		if t, err := time.Parse(time.DateOnly, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, refusal.New(refusal.Invalid, "%.60q is not a day; write it like 2026-11-22.", fmt.Sprint(v))
}
