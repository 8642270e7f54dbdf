package main

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// proxies are the networks of our own proxies: what they say about who called them
// is believed. Nobody else's X-Forwarded-For is: anyone can send one, and audit
// entries and limits go by the address.
type proxies []netip.Prefix

// readProxies reads networks (10.0.0.0/8) and single addresses. It refuses a
// network of everybody, by which every caller could choose an address.
func readProxies(texts []string) (proxies, error) {
	var p proxies
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if address, asAddress := netip.ParseAddr(text); asAddress == nil {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("GATEHOUSE_TRUSTED_PROXIES has %q, which is neither an address nor a network, such as 10.0.0.7 or 10.0.0.0/8", text)
		}
		if network.Bits() == 0 {
			return nil, fmt.Errorf("GATEHOUSE_TRUSTED_PROXIES has %q, which is everybody: every caller could then choose the address that is limited and audited; name your proxies alone", text)
		}
		p = append(p, network.Masked())
	}
	return p, nil
}

// trust reports whether an address is a proxy of ours.
func (p proxies) trust(address netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(address) })
}

// client is the address of who called: that of the connection, or, as long as that
// is a proxy of ours, the one that it says it was called from. So it is the
// rightmost address that is none of our proxies'; what stands left of it was sent
// by the caller. Where a proxy names nothing that is an address, it is the proxy's.
func (p proxies) client(r *http.Request) string {
	address, ok := readAddress(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	said := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, before := range slices.Backward(said) {
		if !p.trust(address) {
			break
		}
		caller, ok := readAddress(strings.TrimSpace(before))
		if !ok {
			break
		}
		address = caller
	}
	return address.String()
}

// readAddress reads an address with or without a port, as connections and proxies
// write them; one of IPv4 in the form of IPv6 is one of IPv4.
func readAddress(text string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(text)
	if err != nil {
		if withPort, err := netip.ParseAddrPort(text); err == nil {
			return withPort.Addr().WithZone("").Unmap(), true
		}
		if address, err = netip.ParseAddr(strings.Trim(text, "[]")); err != nil {
			return netip.Addr{}, false
		}
	}
	return address.WithZone("").Unmap(), true
}
