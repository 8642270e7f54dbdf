package viewer

import (
	"fmt"
	"io"
	"strconv"
)

// Kinds lists the kinds of an actor.
var Kinds = []Kind{User, System, EndUser}

// MarshalGQL writes the kind as a GraphQL enum value.
func (k Kind) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(k))) }

// UnmarshalGQL reads a GraphQL enum value.
func (k *Kind) UnmarshalGQL(v any) error {
	s, _ := v.(string)
	for _, known := range Kinds {
		if string(known) == s {
			*k = known
			return nil
		}
	}
	return fmt.Errorf("%v is no kind of actor", v)
}
