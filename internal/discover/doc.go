// Package discover finds the certificates that hosts on a network show in their TLS
// handshakes. It runs wherever the network is, in the hands of whoever starts it, and
// is no part of the server, which connects to no address that a caller names.
//
//	target.go   what to connect to, and as what
//	targets.go  hosts, addresses and ranges as they are written
//	protocol.go which protocols begin in the clear
//	starttls.go from a protocol's greeting to the beginning of TLS; starttls_ldap.go LDAP's
//	probe.go    one connection: what the host shows
//	wire.go     certificates as they stand on the wire, for those that Go refuses
//	failure.go  why a host shows nothing
//	scan.go     many connections, bounded in rate and number
package discover
