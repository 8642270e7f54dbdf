package inventory

import (
	"slices"
	"strconv"

	"gatehouse/internal/refusal"
)

// mostValues is how many texts a filter looks up at once.
const mostValues = 100

// values are a filter's texts as the rows keep them, each once. tidy gives a text its
// kept form, or says what is wrong with it. Refused: INVALID, for more than most of
// them and for what no row can have.
func values(name string, given []string, most int, tidy func(string) (kept, wrong string)) ([]string, *refusal.Refusal) {
	if given == nil {
		return nil, nil
	}
	if n := len(given); n > most {
		return nil, refusal.New(refusal.Invalid, "The filter's %s has %d values; up to %d are looked up at once.", name, n, most).At("filter", name)
	}
	all := make([]string, 0, len(given))
	for n, one := range given {
		kept, wrong := tidy(one)
		if wrong != "" {
			return nil, refusal.New(refusal.Invalid, "Value %d of the filter's %s %s.", n+1, name, wrong).At("filter", name, strconv.Itoa(n))
		}
		if !slices.Contains(all, kept) {
			all = append(all, kept)
		}
	}
	return all, nil
}
