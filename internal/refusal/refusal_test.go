package refusal

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"
)

func TestARefusalIsFoundInAnError(t *testing.T) {
	t.Parallel()
	no := New(Conflict, "Version %d is stale.", 3)
	if got := Find(fmt.Errorf("change it: %w", no)); got != no {
		t.Errorf("found %v", got)
	}
	for _, err := range []error{nil, errors.New("a fault")} {
		if got := Find(err); got != nil {
			t.Errorf("%v has the refusal %v in it", err, got)
		}
	}
}

func TestAtPointsACopy(t *testing.T) {
	t.Parallel()
	no := New(Invalid, "No.")
	at := no.At("seats", "3", "email")
	if !slices.Equal(at.Field, []string{"input", "seats", "3", "email"}) || no.Field != nil {
		t.Errorf("the copy points at %v, the original at %v", at.Field, no.Field)
	}
	if at.Error() != "INVALID at input.seats.3.email: No." || no.Error() != "INVALID: No." {
		t.Errorf("%q, %q", at.Error(), no.Error())
	}
}

func TestCodesAreWordsOnce(t *testing.T) {
	t.Parallel()
	word := regexp.MustCompile(`^[A-Z]+(_[A-Z]+)*$`)
	seen := map[Code]bool{}
	for _, c := range Codes() {
		var back Code
		if err := back.UnmarshalGQL(string(c)); err != nil || back != c || seen[c] || !word.MatchString(string(c)) {
			t.Errorf("%q: %v, twice %v", c, err, seen[c])
		}
		seen[c] = true
	}
	var c Code
	for _, v := range []any{"", "invalid", "NO_SUCH_CODE", 3, nil} {
		if err := c.UnmarshalGQL(v); err == nil {
			t.Errorf("%v was taken for a code", v)
		}
	}
}
