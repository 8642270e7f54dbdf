package accounting

import (
	"strings"
	"testing"
	"time"

	"gatehouse/internal/lifecycle"
)

// enrolledTypes is domain.md section 2 in figures: what allocated, created and
// consumed are after each step, for the seat types whose seats people make. A seat
// is consumed while a certificate of it is valid; of CERTIFICATE_MANAGEMENT, from
// its first certificate until it is deleted. It is written from the page alone.
const enrolledTypes = `
                                                     USER    DEVICE  SERVER  ORGANIZATION  UNIFIED  CERTIFICATE_MANAGEMENT
three licences are allocated                         3 0 0   3 0 0   3 0 0   3 0 0         3 0 0    3 0 0
a seat is created                                    3 1 0   3 1 0   3 1 0   3 1 0         3 1 0    3 1 0
its first certificate is issued                      3 1 1   3 1 1   3 1 1   3 1 1         3 1 1    3 1 1
a second certificate, long before the first ends     3 1 1   3 1 1   3 1 1   3 1 1         3 1 1    3 1 1
a successor, in the renewal window                   3 1 1   3 1 1   3 1 1   3 1 1         3 1 1    3 1 1
all but the successor expire                         3 1 1   3 1 1   3 1 1   3 1 1         3 1 1    3 1 1
the successor is suspended                           3 1 1   3 1 1   3 1 1   3 1 1         3 1 1    3 1 1
the successor is resumed                             3 1 1   3 1 1   3 1 1   3 1 1         3 1 1    3 1 1
the successor is revoked                             3 1 0   3 1 0   3 1 0   3 1 0         3 1 0    3 1 1
another certificate is issued                        3 1 1   3 1 1   3 1 1   3 1 1         3 1 1    3 1 1
that one is suspended, and expires so                3 1 0   3 1 0   3 1 0   3 1 0         3 1 0    3 1 1
yet another certificate is issued                    3 1 1   3 1 1   3 1 1   3 1 1         3 1 1    3 1 1
the seat is deleted, its certificate left as it is   3 0 0   3 0 0   3 0 0   3 0 0         3 0 0    3 0 0
the certificate that was left expires                3 0 0   3 0 0   3 0 0   3 0 0         3 0 0    3 0 0
the seat is created anew                             3 1 0   3 1 0   3 1 0   3 1 0         3 1 0    3 1 0
a certificate is issued for the new seat             3 1 1   3 1 1   3 1 1   3 1 1         3 1 1    3 1 1
the new seat is deleted with its certificate revoked 3 0 0   3 0 0   3 0 0   3 0 0         3 0 0    3 0 0
`

// seenTypes is the same of the types whose seats come with their certificates:
// their allocation grows by itself, when no licence is left and by what is missing,
// until somebody sets it; they are consumed until they are deleted, whatever their
// certificates come to.
const seenTypes = `
                                                       IMPORTED  DISCOVERY
nothing was seen yet                                   0 0 0     0 0 0
a certificate is seen                                  1 1 1     1 1 1
it is seen again                                       1 1 1     1 1 1
it is seen in another place                            1 1 1     1 1 1
its successor is seen, in the renewal window           1 1 1     1 1 1
another of the name is seen, which is no successor     2 2 2     2 2 2
a certificate that expired long ago is seen            3 3 3     3 3 3
all but the other of the name expire                   3 3 3     3 3 3
somebody tries to suspend the other                    3 3 3     3 3 3
the other is revoked                                   3 3 3     3 3 3
the seat of the one from long ago is deleted           3 2 2     3 2 2
the one from long ago is seen again                    3 3 3     3 3 3
its new seat is deleted, to revoke what is valid       3 2 2     3 2 2
a new certificate is seen                              3 3 3     3 3 3
three licences are allocated by hand                   3 3 3     3 3 3
one more new certificate is seen                       3 3 3     3 3 3
five licences are allocated by hand                    5 3 3     5 3 3
that one is seen again, and then two new ones          5 5 5     5 5 5
`

// walkAct is how a step of a table is done, and how much time passes before and
// after it.
type walkAct struct {
	before, after time.Duration
	do            func(*walk)
}

// TestTheFiguresAreThoseOfTheDomainReference walks every seat type through the
// life of a seat, and compares the three figures that seatUsage tells after each
// step with the page's.
func TestTheFiguresAreThoseOfTheDomainReference(t *testing.T) {
	t.Parallel()
	for name, walk := range map[string]struct {
		table string
		acts  map[string]walkAct
	}{
		"seats that people make":                  {enrolledTypes, livedActs},
		"seats that come with their certificates": {seenTypes, seenActs},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWalker(t)
			types, steps := readTable(t, walk.table)
			for _, kind := range types {
				w.enter(kind)
			}
			for _, s := range steps {
				act, known := walk.acts[s.what]
				if !known {
					t.Fatalf("nobody knows how to do %q", s.what)
				}
				w.Clock.Pass(act.before)
				for _, kind := range types {
					act.do(w.walks[kind])
				}
				w.Clock.Pass(act.after)
				w.sweep()
				for n, kind := range types {
					if got := w.walks[kind].figures(); got != s.figures[n] {
						t.Errorf("%s, %s: allocated, created and consumed are %s; domain.md has %s", kind, s.what, got, s.figures[n])
					}
				}
			}
		})
	}
}

// tableStep is a line of a table: what happens, and the figures of each type.
type tableStep struct {
	what    string
	figures []string
}

// readTable reads a table: its types, and its steps.
func readTable(t *testing.T, table string) (types []lifecycle.SeatType, steps []tableStep) {
	t.Helper()
	lines := strings.Split(strings.Trim(table, "\n"), "\n")
	for _, kind := range strings.Fields(lines[0]) {
		types = append(types, lifecycle.SeatType(kind))
	}
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		figures := words[len(words)-3*len(types):]
		s := tableStep{what: strings.Join(words[:len(words)-len(figures)], " ")}
		for n := range types {
			s.figures = append(s.figures, strings.Join(figures[3*n:3*n+3], " "))
		}
		steps = append(steps, s)
	}
	if len(types) == 0 || len(steps) < 10 {
		t.Fatalf("the table has %d types and %d steps", len(types), len(steps))
	}
	return types, steps
}
