package filter_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/filter"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
)

type word string

type narrow struct {
	SeatIDs       []string
	Subjects      []string
	Emails        []string
	Seats         []id.ID
	Things        []id.ID
	Words         []word
	ExcludeWords  []word
	Subject       *string
	Is            *bool
	CreatedSince  *time.Time
	CreatedBefore *time.Time
	UnusedBefore  *time.Time
}

func forms() filter.Forms {
	return filter.Forms{"seatIds": filter.Folded(1, 10), "subjects": filter.Lines(5), "emails": filter.Addresses(), "seats": filter.IDs(id.Seat), "things": filter.AnyIDs(), "subject": filter.Folded(3, 6)}
}

func TestValuesAreTidied(t *testing.T) {
	t.Parallel()
	rule := filter.RuleFor[narrow](forms())
	seat, job := id.New(id.Seat), id.New(id.Job)
	text := "  Some "
	given := narrow{
		SeatIDs: []string{" PC-7", "pc-7 ", "zoe\u0308", "ZO\u00cb"}, Subjects: []string{" Ada", "ada"}, Emails: []string{"Ada@Example.com ", "ada@example.com"},
		Seats: []id.ID{seat, seat}, Things: []id.ID{job, seat}, Words: []word{"A", "B", "A"}, ExcludeWords: []word{}, Subject: &text,
	}
	got, no := rule.Tidied(&given)
	if no != nil {
		t.Fatal(no)
	}
	some := "some"
	want := narrow{
		SeatIDs: []string{"pc-7", "zo\u00eb"}, Subjects: []string{"Ada", "ada"}, Emails: []string{"ada@example.com"},
		Seats: []id.ID{seat}, Things: []id.ID{job, seat}, Words: []word{"A", "B"}, ExcludeWords: []word{}, Subject: &some,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if given.SeatIDs[0] != " PC-7" || *given.Subject != "  Some " || len(given.Words) != 3 {
		t.Errorf("the caller's own was changed to %+v", given)
	}
	if none, no := rule.Tidied(nil); no != nil || !reflect.DeepEqual(none, narrow{}) {
		t.Errorf("of none: %+v, %v", none, no)
	}
}

func TestAnEmptyListMatchesNothing(t *testing.T) {
	t.Parallel()
	rule := filter.RuleFor[narrow](forms())
	for name, c := range map[string]struct {
		of    narrow
		empty bool
	}{
		"nothing said":       {narrow{}, false},
		"no text":            {narrow{SeatIDs: []string{}}, true},
		"no id":              {narrow{Things: []id.ID{}, SeatIDs: []string{"a"}}, true},
		"no word":            {narrow{Words: []word{}}, true},
		"no word left out":   {narrow{ExcludeWords: []word{}}, false},
		"some of everything": {narrow{SeatIDs: []string{"a"}, Words: []word{"A"}, Is: new(false)}, false},
	} {
		if got := rule.Empty(c.of); got != c.empty {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWhatNoRowCanHaveIsRefused(t *testing.T) {
	t.Parallel()
	rule := filter.RuleFor[narrow](forms())
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		of          narrow
		field, says string
	}{
		{narrow{SeatIDs: make([]string, 101)}, "seatIds", "The filter's seatIds has 101 values; up to 100 are looked up at once."},
		{narrow{Seats: make([]id.ID, 1001)}, "seats", "The filter's seats has 1001 values; up to 1000 are looked up at once."},
		{narrow{ExcludeWords: make([]word, 1001)}, "excludeWords", "The filter's excludeWords has 1001 values"},
		{narrow{SeatIDs: []string{"a", " "}}, "seatIds.1", "Value 2 of the filter's seatIds is empty; write what to look for, or leave it out."},
		{narrow{SeatIDs: []string{"a234567890b"}}, "seatIds.0", "Value 1 of the filter's seatIds has 11 characters; 1 to 10 are allowed."},
		{narrow{Subjects: []string{"a\nb"}}, "subjects.0", "Value 1 of the filter's subjects contains the control character U+000A; leave it out."},
		{narrow{Subjects: []string{"a\xff"}}, "subjects.0", "Value 1 of the filter's subjects is not valid UTF-8; send it as UTF-8."},
		{narrow{Emails: []string{"ada@example.com", "ada"}}, "emails.1", "Value 2 of the filter's emails is no e-mail address; write the address alone, such as ada@example.com."},
		{narrow{Seats: []id.ID{id.New(id.Job)}}, "seats.0", "the id of something else; an id begins with seat_ here."},
		{narrow{Subject: new("ab")}, "subject", "The filter's subject has 2 characters; 3 to 6 are allowed."},
		{narrow{Subject: new(" ")}, "subject", "The filter's subject is empty;"},
		{narrow{CreatedSince: &noon, CreatedBefore: &noon}, "createdBefore", "No time lies in the filter's span from 2026-11-22T12:00:00Z to 2026-11-22T12:00:00Z: createdSince must be earlier than createdBefore."},
	} {
		_, no := rule.Tidied(&c.of)
		if no == nil || no.Code != refusal.Invalid || strings.Join(no.Field, ".") != "input.filter."+c.field || !strings.Contains(no.Message, c.says) {
			t.Errorf("%s: %v, want %s", c.field, no, c.says)
		}
	}
	if _, no := rule.Tidied(&narrow{UnusedBefore: &noon, CreatedSince: &noon}); no != nil {
		t.Errorf("an end without a beginning: %v", no)
	}
}

// TestNoFieldIsForgotten: a rule that does not tell what a field's values are, or tells
// it of another, cannot be made.
func TestNoFieldIsForgotten(t *testing.T) {
	t.Parallel()
	panics := func(name string, build func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s: a rule is made", name)
			}
		}()
		build()
	}
	for name, change := range map[string]func(filter.Forms){
		"a list of texts":     func(f filter.Forms) { delete(f, "seatIds") },
		"a text":              func(f filter.Forms) { delete(f, "subject") },
		"a list of ids":       func(f filter.Forms) { delete(f, "seats") },
		"texts for ids":       func(f filter.Forms) { f["seats"] = filter.Lines(9) },
		"a form of no field":  func(f filter.Forms) { f["colour"] = filter.Lines(9) },
		"a form of the words": func(f filter.Forms) { f["words"] = filter.Lines(9) },
	} {
		panics(name, func() {
			f := forms()
			change(f)
			filter.RuleFor[narrow](f)
		})
	}
	panics("a type of its own", func() { filter.RuleFor[struct{ Depth *int }](filter.Forms{}) })
}
