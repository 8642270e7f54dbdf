package discover_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/discover"
)

// written are the targets that come of hosts and ranges.
func written(t *testing.T, ports []int, hosts, ranges []string) []string {
	t.Helper()
	targets := discover.NewTargets(ports)
	for _, host := range hosts {
		if err := targets.Add(host); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range ranges {
		if err := targets.AddRange(text); err != nil {
			t.Fatal(err)
		}
	}
	var all []string
	for target := range targets.All() {
		all = append(all, target.String())
	}
	if targets.Len() != len(all) {
		t.Errorf("%d targets are counted, %d gone through", targets.Len(), len(all))
	}
	return all
}

func TestTargetsAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ports         []int
		hosts, ranges []string
		want          []string
	}{
		"names and addresses": {[]int{443}, []string{"Mail.Example.com", "192.0.2.1:8443", "2001:db8::1", "[2001:DB8::2]:636", "[2001:db8::3]", "a_b-c.", " localhost "}, nil,
			[]string{"mail.example.com:443", "192.0.2.1:8443", "[2001:db8::1]:443", "[2001:db8::2]:636", "[2001:db8::3]:443", "a_b-c:443", "localhost:443"}},
		"several ports, each once":                           {[]int{8443, 443, 8443}, []string{"a", "b:1"}, nil, []string{"a:443", "a:8443", "b:1"}},
		"once, however it was written":                       {[]int{443}, []string{"a.example", "A.EXAMPLE.", "a.example:443", "::ffff:192.0.2.1", "192.0.2.1"}, nil, []string{"a.example:443", "192.0.2.1:443"}},
		"a range":                                            {[]int{1, 2}, nil, []string{"192.0.2.254/31"}, []string{"192.0.2.254:1", "192.0.2.254:2", "192.0.2.255:1", "192.0.2.255:2"}},
		"a range at the end of all":                          {[]int{1}, nil, []string{"255.255.255.254/31", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"}, []string{"255.255.255.254:1", "255.255.255.255:1", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:1"}},
		"ranges in one another":                              {[]int{1}, nil, []string{"10.0.0.0/31", "10.0.0.0/30", "10.0.0.2/32", "2001:db8::/127"}, []string{"10.0.0.0:1", "10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1", "[2001:db8::]:1", "[2001:db8::1]:1"}},
		"an address that is in a range, and at another port": {[]int{1}, []string{"10.0.0.1", "10.0.0.1:2", "10.0.1.1"}, []string{"10.0.0.0/31"}, []string{"10.0.0.1:2", "10.0.1.1:1", "10.0.0.0:1", "10.0.0.1:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, written(t, test.ports, test.hosts, test.ranges)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestTheLargestRangeIsCountedAndNotKept(t *testing.T) {
	t.Parallel()
	targets := discover.NewTargets([]int{443, 8443})
	for _, text := range []string{"10.1.0.0/16", "2001:db8::/112"} {
		if err := targets.AddRange(text); err != nil {
			t.Fatal(err)
		}
	}
	if targets.Len() != 2*2*65536 {
		t.Errorf("%d targets", targets.Len())
	}
	for target := range targets.All() { // and can be left
		if target.String() != "10.1.0.0:443" {
			t.Errorf("the first is %s", target)
		}
		break
	}
}

// TestWhatIsNoTarget: each in a sentence that says what would be right.
func TestWhatIsNoTarget(t *testing.T) {
	t.Parallel()
	targets := discover.NewTargets([]int{443})
	for text, says := range map[string]string{
		"":                        "an empty text is no host",
		"https://example.com":     "is a URL; write its host and port alone",
		":443":                    `":443" names no host`,
		"10.0.0.0/24":             "named with --cidr",
		"a:b":                     `"b" is no port`,
		"a:0":                     "a number from 1 to 65535",
		"a:65536":                 "a number from 1 to 65535",
		"a:-1":                    "a number from 1 to 65535",
		"[::1]x:443":              "is no host and port",
		"[a]:b:c":                 "is no host and port",
		"1:2:3":                   "a name has letters, digits, hyphens and dots",
		"fe80::1%a\x1b[31m":       "has up to 64 letters, digits",
		"[fe80::1%a b]:443":       "has up to 64 letters, digits",
		"a b":                     "a name has letters, digits, hyphens and dots",
		"a..b":                    "between two dots",
		"münchen.example":         "xn--",
		"192.0.2.256":             "neither an address such as 192.0.2.1 nor a name",
		"1234":                    "neither an address such as 192.0.2.1 nor a name",
		".":                       "1 to 253 characters",
		strings.Repeat("a.", 128): "1 to 253 characters",
		strings.Repeat("a", 64):   "1 to 63 characters",
	} {
		if err := targets.Add(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, says := range map[string]string{
		"10.0.0.1":        "is no range of addresses",
		"10.0.0.0/33":     "is no range of addresses",
		"10.0.0.1/24":     "the range is 10.0.0.0/24, and 10.0.0.1/32 the address alone",
		"10.0.0.0/15":     "more than 65536 addresses; name smaller ranges",
		"0.0.0.0/0":       "more than 65536 addresses",
		"2001:db8::/111":  "more than 65536 addresses",
		"::/0":            "more than 65536 addresses",
		"example.com/24":  "is no range of addresses",
		"fe80::1%eth0/64": "is no range of addresses",
	} {
		if err := targets.AddRange(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if targets.Len() != 0 {
		t.Errorf("%d targets", targets.Len())
	}
	if _, err := discover.ReadPorts([]string{"443", " 25 ", "https"}); err == nil || !strings.Contains(err.Error(), `"https" is no port`) {
		t.Errorf("got %v", err)
	}
}

func TestAFileOfHosts(t *testing.T) {
	t.Parallel()
	targets := discover.NewTargets([]int{443})
	file := "\ufeff# the web\r\nwww.example.com # and its mail\r\nmail.example.com:25\n\n   \n192.0.2.0/31#both\n[2001:db8::1]:636"
	if err := targets.AddFile(strings.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	var all []string
	for target := range targets.All() {
		all = append(all, target.String())
	}
	want := []string{"www.example.com:443", "mail.example.com:25", "[2001:db8::1]:636", "192.0.2.0:443", "192.0.2.1:443"}
	if !slices.Equal(all, want) {
		t.Errorf("got %v", all)
	}
	for text, says := range map[string]string{
		"a\nb\nc d\n":     "line 3: ",
		"a\n10.0.0.0/8\n": "line 2: 10.0.0.0/8 has more than",
		"a\n# " + strings.Repeat("x", 2000) + "\n": "line 2 is longer than 1024 bytes",
		"\x00\x01\x02":           "line 1: ",
		"https://example.com/\n": "line 1: \"https://example.com/\" is a URL",
	} {
		if err := discover.NewTargets([]int{443}).AddFile(strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestProtocols(t *testing.T) {
	t.Parallel()
	var p discover.Protocol
	for _, known := range discover.Protocols {
		if err := p.UnmarshalText([]byte(strings.ToUpper(string(known)))); err != nil || p != known {
			t.Errorf("%s: %s, %v", known, p, err)
		}
	}
	if err := p.UnmarshalText([]byte("ftp")); fmt.Sprint(err) != `"ftp" is no protocol that is known here; these are: auto, none, smtp, imap, pop3, ldap, postgres` {
		t.Errorf("got %v", err)
	}
}
