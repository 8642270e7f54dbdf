package receiver

import "net/netip"

// block is a range of addresses that are not called.
type block struct {
	prefix netip.Prefix
	kind   string
}

func blockOf(prefix, kind string) block { return block{netip.MustParsePrefix(prefix), kind} }

// The names of the ranges, as sentences use them.
const (
	ownAddress     = "an address of the server itself (loopback)"
	privateAddress = "an address of a private network"
	linkAddress    = "an address of the local link"
	groupAddress   = "a multicast address"
	specialAddress = "an address for special use"
	wrappedAddress = "an address that stands for an IPv4 address"
)

// blocks4 are the ranges of IPv4 that are not reachable by everybody (the IANA
// registry of special-purpose addresses, RFC 6890).
var blocks4 = []block{
	blockOf("0.0.0.0/8", ownAddress),
	blockOf("10.0.0.0/8", privateAddress),
	blockOf("100.64.0.0/10", privateAddress), // between a provider and its customers (RFC 6598)
	blockOf("127.0.0.0/8", ownAddress),
	blockOf("169.254.0.0/16", linkAddress), // where clouds tell secrets to their machines
	blockOf("172.16.0.0/12", privateAddress),
	blockOf("192.0.0.0/24", specialAddress),
	blockOf("192.0.2.0/24", specialAddress),
	blockOf("192.88.99.0/24", wrappedAddress),
	blockOf("192.168.0.0/16", privateAddress),
	blockOf("198.18.0.0/15", specialAddress),
	blockOf("198.51.100.0/24", specialAddress),
	blockOf("203.0.113.0/24", specialAddress),
	blockOf("224.0.0.0/4", groupAddress),
	blockOf("240.0.0.0/4", specialAddress), // broadcast, too
}

// blocks6 are named for their sentences; besides them everything is refused that is
// not in global.
var blocks6 = []block{
	blockOf("::/128", ownAddress),
	blockOf("::1/128", ownAddress),
	blockOf("::/96", wrappedAddress),
	blockOf("64:ff9b::/96", wrappedAddress),   // NAT64 (RFC 6052)
	blockOf("64:ff9b:1::/48", wrappedAddress), // NAT64 of one's own (RFC 8215)
	blockOf("fc00::/7", privateAddress),
	blockOf("fe80::/10", linkAddress),
	blockOf("ff00::/8", groupAddress),
	blockOf("2001::/23", specialAddress), // Teredo and other uses of protocols
	blockOf("2001:db8::/32", specialAddress),
	blockOf("2002::/16", wrappedAddress), // 6to4
	blockOf("3fff::/20", specialAddress),
}

// global is all of IPv6 that is given out for the Internet.
var global = netip.MustParsePrefix("2000::/3")

// classOf says of which kind an address is that is not called; empty for one that
// everybody can reach. An IPv4 address within an IPv6 one (::ffff:…) is judged as
// what it stands for.
func classOf(address netip.Addr) string {
	address = address.Unmap().WithZone("")
	blocks := blocks6
	if address.Is4() {
		blocks = blocks4
	}
	for _, b := range blocks {
		if b.prefix.Contains(address) {
			return b.kind
		}
	}
	if address.Is4() || global.Contains(address) {
		return ""
	}
	return specialAddress
}
