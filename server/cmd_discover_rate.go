package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// perSecond is a rate in a flag: 50, 50/s or 600/m.
type perSecond float64

// fastest is how many connections a second are asked for at most: a machine has not
// many more ports to begin them from.
const fastest = 10_000

// UnmarshalText reads a rate.
func (r *perSecond) UnmarshalText(text []byte) error {
	digits, unit, _ := strings.Cut(string(text), "/")
	n, err := strconv.ParseFloat(digits, 64)
	switch unit {
	case "", "s":
	case "m":
		n /= 60
	default:
		n = 0
	}
	if err != nil || !(n > 0 && n <= fastest) {
		return fmt.Errorf("%q is no rate; write how many connections are begun in a second, like 50/s, or in a minute, like 600/m, up to %d/s", text, fastest)
	}
	*r = perSecond(n)
	return nil
}

// String is the rate as it is written.
func (r perSecond) String() string {
	if r < 1 {
		return strconv.FormatFloat(math.Round(float64(r)*60*100)/100, 'f', -1, 64) + "/m"
	}
	return strconv.FormatFloat(math.Round(float64(r)*100)/100, 'f', -1, 64) + "/s"
}
