package page_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// Whoever reads the source can seal a cursor, so what is in it is still looked at.
func TestAForgedCursorDoesNotReachTheDatabase(t *testing.T) {
	t.Parallel()
	list, err := page.Args{}.Open("list")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"as long as an error that lib/pq cannot read": strings.Repeat("x", 100_000),
		"a NUL":    "a\x00b",
		"no UTF-8": "\xff\xfe",
	} {
		forged := list.Cursor(page.Key{Value: value, ID: uuid.New()})
		_, err := page.Args{After: &forged}.Open("list")
		if no := refusal.Find(err); no == nil || no.Code != refusal.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	longest := list.Cursor(page.Key{Value: strings.Repeat("Ж", 255*4), ID: uuid.New()})
	if _, err := (page.Args{After: &longest}).Open("list"); err != nil {
		t.Errorf("the longest value of any list: %v", err)
	}
}
