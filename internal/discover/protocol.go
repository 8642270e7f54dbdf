package discover

import (
	"fmt"
	"slices"
	"strings"
)

// Protocol is how a connection comes to TLS.
type Protocol string

// The protocols.
const (
	// Auto is the protocol that a port is known for.
	Auto Protocol = "auto"
	// None begins with TLS at once.
	None Protocol = "none"

	SMTP     Protocol = "smtp"     // RFC 3207
	IMAP     Protocol = "imap"     // RFC 9051, section 6.2.1
	POP3     Protocol = "pop3"     // RFC 2595
	LDAP     Protocol = "ldap"     // RFC 4511, section 4.14
	Postgres Protocol = "postgres" // SSLRequest of PostgreSQL's own protocol
)

// Protocols are all of them.
var Protocols = []Protocol{Auto, None, SMTP, IMAP, POP3, LDAP, Postgres}

// begins are the ports whose protocol begins in the clear.
var begins = map[int]Protocol{25: SMTP, 587: SMTP, 143: IMAP, 110: POP3, 389: LDAP, 5432: Postgres}

// UnmarshalText reads a protocol's name. It refuses what is none, and says which
// there are.
func (p *Protocol) UnmarshalText(text []byte) error {
	*p = Protocol(strings.ToLower(string(text)))
	if slices.Contains(Protocols, *p) {
		return nil
	}
	names := make([]string, len(Protocols))
	for n, known := range Protocols {
		names[n] = string(known)
	}
	return fmt.Errorf("%q is no protocol that is known here; these are: %s", text, strings.Join(names, ", "))
}

// on is the protocol to speak on a port.
func (p Protocol) on(port int) Protocol {
	switch {
	case p != Auto && p != "":
		return p
	case begins[port] != "":
		return begins[port]
	default:
		return None
	}
}
