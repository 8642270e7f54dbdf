package discover

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Target is one host and port to connect to.
type Target struct {
	// Host is a name or an address; of an address of version 6 without brackets.
	Host string
	Port int
}

// String is the target as it is written.
func (t Target) String() string { return net.JoinHostPort(t.Host, strconv.Itoa(t.Port)) }

// isAddress reports whether the host is an address and no name.
func (t Target) isAddress() bool {
	_, err := netip.ParseAddr(t.Host)
	return err == nil
}

// parse reads HOST, HOST:PORT, an address, or [ADDRESS]:PORT; port is 0 where none
// stands.
func parse(text string) (host string, port int, err error) {
	switch colons := strings.Count(text, ":"); {
	case text == "":
		return "", 0, fmt.Errorf("an empty text is no host; write one like mail.example.com, 192.0.2.1:8443 or [2001:db8::1]:443")
	case strings.Contains(text, "://"):
		return "", 0, fmt.Errorf("%q is a URL; write its host and port alone, like mail.example.com:8443", text)
	case strings.Contains(text, "/"):
		return "", 0, fmt.Errorf("%q is neither a host nor an address; a range such as 192.0.2.0/24 is named with --cidr", text)
	case strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]"):
		host = text[1 : len(text)-1]
	case colons == 0 || colons > 1 && !strings.HasPrefix(text, "["):
		host = text
	default:
		var digits string
		if host, digits, err = net.SplitHostPort(text); err != nil {
			return "", 0, fmt.Errorf("%q is no host and port; write them like mail.example.com:8443 or [2001:db8::1]:443", text)
		}
		if port, err = readPort(digits); err != nil {
			return "", 0, fmt.Errorf("%q: %w", text, err)
		}
	}
	if host == "" {
		return "", 0, fmt.Errorf("%q names no host; write one like mail.example.com:8443 or 192.0.2.1", text)
	}
	if host, err = readHost(host); err != nil {
		return "", 0, err
	}
	return host, port, nil
}

// readPort reads a port.
func readPort(digits string) (int, error) {
	port, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || port == 0 {
		return 0, fmt.Errorf("%q is no port; a port is a number from 1 to 65535", digits)
	}
	return int(port), nil
}

// longestHost is how long a name may be in the domain name system.
const longestHost = 253

// What reads addresses takes any text behind a % for the name of an interface; these
// are names as systems give them.
const (
	longestZone    = 64
	zoneCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"
)

// readHost reads a name, as lower case and without the dot of the root, or an address.
func readHost(text string) (string, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		if zone := address.Zone(); len(zone) > longestZone || strings.Trim(zone, zoneCharacters) != "" {
			return "", fmt.Errorf("%q is no host: the network interface behind its %% has up to %d letters, digits, hyphens, dots and underscores, such as eth0", text, longestZone)
		}
		return address.Unmap().String(), nil
	}
	name := strings.ToLower(strings.TrimSuffix(text, "."))
	if name == "" || len(name) > longestHost {
		return "", fmt.Errorf("%q is no host; a name has 1 to %d characters", text, longestHost)
	}
	digits := true
	for _, label := range strings.Split(name, ".") {
		if label == "" || len(label) > 63 {
			return "", fmt.Errorf("%q is no host; between two dots of a name there are 1 to 63 characters", text)
		}
		for _, c := range label {
			switch {
			case c > 0x7E:
				return "", fmt.Errorf("%q has letters that names in the network do not; write it in its form with xn--", text)
			case (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_':
				return "", fmt.Errorf("%q is no host; a name has letters, digits, hyphens and dots", text)
			}
			digits = digits && c >= '0' && c <= '9'
		}
	}
	if digits {
		return "", fmt.Errorf("%q is no host: it is neither an address such as 192.0.2.1 nor a name", text)
	}
	return name, nil
}
