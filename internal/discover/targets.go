package discover

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/bits"
	"net/netip"
	"slices"
	"strings"
)

// MostOfRange is how many addresses one range may have: 192.0.0.0/16, or a /112 of
// version 6. What is larger is no network that somebody looks after, and is named in
// parts by whoever means it.
const MostOfRange = 1 << 16

// Targets are hosts, addresses and ranges, each once however often it was named. Its
// ranges are counted and not kept as addresses.
type Targets struct {
	ports  []int
	hosts  []Target
	known  map[Target]bool
	ranges []netip.Prefix
}

// NewTargets begins with the ports that hosts without one are asked at.
func NewTargets(ports []int) *Targets {
	ports = slices.Clone(ports)
	slices.Sort(ports)
	return &Targets{ports: slices.Compact(ports), known: map[Target]bool{}}
}

// ReadPorts reads ports, as they stand in a flag. It refuses what is none.
func ReadPorts(texts []string) ([]int, error) {
	ports := make([]int, len(texts))
	for n, text := range texts {
		var err error
		if ports[n], err = readPort(strings.TrimSpace(text)); err != nil {
			return nil, err
		}
	}
	return ports, nil
}

// Add takes a host or an address, with a port or without.
func (t *Targets) Add(text string) error {
	host, port, err := parse(strings.TrimSpace(text))
	if err != nil {
		return err
	}
	ports := t.ports
	if port != 0 {
		ports = []int{port}
	}
	for _, port := range ports {
		if target := (Target{host, port}); !t.known[target] {
			t.known[target] = true
			t.hosts = append(t.hosts, target)
		}
	}
	return nil
}

// AddRange takes a range of addresses, such as 10.0.0.0/24 or 2001:db8::/120.
func (t *Targets) AddRange(text string) error {
	text = strings.TrimSpace(text)
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return fmt.Errorf("%q is no range of addresses; write one like 10.0.0.0/24 or 2001:db8::/120", text)
	}
	if prefix.Masked() != prefix {
		return fmt.Errorf("%s is an address within a range; the range is %s, and %s/%d the address alone", prefix, prefix.Masked(), prefix.Addr(), prefix.Addr().BitLen())
	}
	if size(prefix) > MostOfRange {
		return fmt.Errorf("%s has more than %d addresses; name smaller ranges, up to a /16 of version 4 or a /112 of version 6", prefix, MostOfRange)
	}
	// Of two ranges that touch, one is in the other.
	if slices.ContainsFunc(t.ranges, func(known netip.Prefix) bool { return known.Bits() <= prefix.Bits() && known.Contains(prefix.Addr()) }) {
		return nil
	}
	t.ranges = slices.DeleteFunc(t.ranges, func(known netip.Prefix) bool { return prefix.Contains(known.Addr()) })
	t.ranges = append(t.ranges, prefix)
	return nil
}

// longestLine is more than any host and port.
const longestLine = 1 << 10

// AddFile takes a file of hosts, addresses and ranges, one to a line; what stands
// behind a # is not read. Its error names the line.
func (t *Targets) AddFile(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, longestLine), longestLine)
	number := 0
	for lines.Scan() {
		number++
		line, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		add := t.Add
		if strings.Contains(line, "/") && !strings.Contains(line, "://") {
			add = t.AddRange
		}
		if err := add(line); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("line %d is longer than %d bytes; the file has one host, address or range to a line", number+1, longestLine)
	} else if err != nil {
		return fmt.Errorf("line %d: %w", number+1, err)
	}
	return nil
}

// Len is how many targets there are. An address that is named alone and lies in a
// range too counts once.
func (t *Targets) Len() int {
	n := len(t.hosts)
	for _, prefix := range t.ranges {
		n += size(prefix) * len(t.ports)
	}
	for _, target := range t.hosts {
		if t.inRange(target) {
			n--
		}
	}
	return n
}

// All goes through the targets: first the hosts, in the order in which they were
// named, then the ranges, port after port of each address.
func (t *Targets) All() iter.Seq[Target] {
	return func(yield func(Target) bool) {
		for _, target := range t.hosts {
			if !t.inRange(target) && !yield(target) {
				return
			}
		}
		for _, prefix := range t.ranges {
			for address := prefix.Addr(); prefix.Contains(address); address = address.Next() {
				for _, port := range t.ports {
					if !yield(Target{address.String(), port}) {
						return
					}
				}
			}
		}
	}
}

// inRange reports whether a range has the target too.
func (t *Targets) inRange(target Target) bool {
	address, err := netip.ParseAddr(target.Host)
	return err == nil && slices.Contains(t.ports, target.Port) &&
		slices.ContainsFunc(t.ranges, func(prefix netip.Prefix) bool { return prefix.Contains(address) })
}

// size is how many addresses a range has, MostOfRange+1 for all that have more.
func size(prefix netip.Prefix) int {
	free := prefix.Addr().BitLen() - prefix.Bits()
	if free > bits.Len(MostOfRange)-1 {
		return MostOfRange + 1
	}
	return 1 << free
}
