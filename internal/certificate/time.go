package certificate

import (
	"strconv"
	"time"
)

// readValidity reads both times. Which of them is the earlier is not judged.
func (t *Text) readValidity(r *reader) error {
	both, err := r.want(tagSequence, "the validity")
	if err != nil {
		return err
	}
	inside := both.inside()
	if t.NotBefore, err = readTime(&inside, "notBefore"); err != nil {
		return err
	}
	if t.NotAfter, err = readTime(&inside, "notAfter"); err != nil {
		return err
	}
	return inside.done("the validity")
}

// readTime reads a UTCTime or a GeneralizedTime (X.680 sections 46 and 47), also
// without seconds, with an offset, or with a fraction of a second, of which
// microseconds are kept: RFC 5280 allows none of these, and old certificates have
// them. A year of two digits is between 1950 and 2049.
func readTime(r *reader, what string) (time.Time, error) {
	if tag := r.next(); !r.empty() && tag != tagUTCTime && tag != tagGeneralTime {
		return time.Time{}, malformed(r.at, "there should be %s, which is a UTCTime or a GeneralizedTime, and there is %s", what, tagName(tag))
	}
	e, err := r.any(what)
	if err != nil {
		return time.Time{}, err
	}
	at, ok := parseTime(e.tag, string(e.bytes()))
	if !ok {
		return time.Time{}, malformed(e.at(), "the %s is %.40q, which is no time", what, e.bytes())
	}
	return at, nil
}

func parseTime(tag byte, s string) (time.Time, bool) {
	century := -1
	if tag == tagGeneralTime {
		var ok bool
		if century, s, ok = twoDigits(s, 0, 99); !ok {
			return time.Time{}, false
		}
	}
	var field [6]int // year, month, day, hour, minute, second
	lowest, highest := [6]int{0, 1, 1, 0, 0, 0}, [6]int{99, 12, 31, 23, 59, 59}
	for n := range field {
		if n == 5 && s != "" && (s[0] == 'Z' || s[0] == '+' || s[0] == '-') {
			break // without seconds
		}
		var ok bool
		if field[n], s, ok = twoDigits(s, lowest[n], highest[n]); !ok {
			return time.Time{}, false
		}
	}
	year := field[0] + 100*century
	if century < 0 {
		year = field[0] + 1900
		if field[0] < 50 {
			year += 100
		}
	}
	micros := 0
	if tag == tagGeneralTime {
		var ok bool
		if micros, s, ok = fraction(s); !ok {
			return time.Time{}, false
		}
	}
	at := time.Date(year, time.Month(field[1]), field[2], field[3], field[4], field[5], micros*1000, time.UTC)
	if at.Day() != field[2] { // February 30
		return time.Time{}, false
	}
	if s == "Z" {
		return at, true
	}
	return ahead(at, s)
}

// ahead takes off how far a local time, such as one of +0100, is ahead of UTC.
func ahead(at time.Time, s string) (time.Time, bool) {
	if len(s) != 5 || s[0] != '+' && s[0] != '-' {
		return time.Time{}, false
	}
	hours, rest, ok := twoDigits(s[1:], 0, 12)
	if !ok {
		return time.Time{}, false
	}
	minutes, _, ok := twoDigits(rest, 0, 59)
	offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if s[0] == '+' {
		offset = -offset
	}
	at = at.Add(offset)
	return at, ok && at.Year() >= 0 && at.Year() <= 9999
}

func twoDigits(s string, lowest, highest int) (n int, rest string, ok bool) {
	if len(s) < 2 || !digit(s[0]) || !digit(s[1]) {
		return 0, s, false
	}
	n = int(s[0]-'0')*10 + int(s[1]-'0')
	return n, s[2:], n >= lowest && n <= highest
}

// fraction reads what may follow the seconds of a GeneralizedTime, in microseconds.
func fraction(s string) (micros int, rest string, ok bool) {
	if s == "" || s[0] != '.' {
		return 0, s, true
	}
	end := 1
	for end < len(s) && digit(s[end]) {
		end++
	}
	micros, err := strconv.Atoi((s[1:end] + "000000")[:6])
	return micros, s[end:], err == nil && end > 1
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
