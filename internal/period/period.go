// Package period is a length of time as the API tells it: ISO 8601 without the
// parts whose length depends on the calendar.
package period

import (
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sosodev/duration"

	"gatehouse/internal/refusal"
)

// Period is a length of time in whole seconds.
type Period int64

// Day is 24 hours.
const Day Period = 24 * 60 * 60

// Duration is the period for package time.
func (p Period) Duration() time.Duration { return time.Duration(p) * time.Second }

// String is the ISO 8601 form in days, hours, minutes and seconds: P10D, PT90S
// becomes PT1M30S.
func (p Period) String() string {
	days, rest := p/Day, p%Day
	var b strings.Builder
	b.WriteByte('P')
	if days > 0 {
		fmt.Fprintf(&b, "%dD", days)
	}
	if rest == 0 && days > 0 {
		return b.String()
	}
	b.WriteByte('T')
	for _, part := range []struct {
		unit Period
		name byte
	}{{3600, 'H'}, {60, 'M'}, {1, 'S'}} {
		if n := rest / part.unit; n > 0 {
			fmt.Fprintf(&b, "%d%c", n, part.name)
			rest %= part.unit
		}
	}
	if p == 0 {
		b.WriteString("0S")
	}
	return b.String()
}

// form is what a duration looks like here. (The parser also takes a bare P, a sign,
// and parts in any order and number.)
var form = regexp.MustCompile(`^P(\d+(\.\d+)?W)?(\d+(\.\d+)?D)?(T(\d+(\.\d+)?H)?(\d+(\.\d+)?M)?(\d+(\.\d+)?S)?)?$`)

// Parse reads an ISO 8601 duration in weeks, days, hours, minutes and seconds.
// Years, months, negative ones and fractions of a second are refused.
func Parse(s string) (Period, error) {
	d, err := duration.Parse(s)
	if err != nil || !form.MatchString(s) || strings.HasSuffix(s, "P") || strings.HasSuffix(s, "T") {
		return 0, refusal.New(refusal.Invalid, "%.40q is not a duration; write weeks, days, hours, minutes and seconds such as P10D or PT12H.", s)
	}
	seconds := d.Weeks*7*float64(Day) + d.Days*float64(Day) + d.Hours*3600 + d.Minutes*60 + d.Seconds
	if seconds != math.Trunc(seconds) || seconds > 100*366*float64(Day) {
		return 0, refusal.New(refusal.Invalid, "%.40q is not a number of whole seconds up to 100 years.", s)
	}
	return Period(seconds), nil
}

// MarshalGQL writes the period as the scalar Duration.
func (p Period) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(p.String())) }

// UnmarshalGQL reads the scalar Duration.
func (p *Period) UnmarshalGQL(v any) (err error) {
	s, ok := v.(string)
	if !ok {
		return refusal.New(refusal.Invalid, "A duration is a string such as P10D, not %v.", v)
	}
	*p, err = Parse(s)
	return err
}
