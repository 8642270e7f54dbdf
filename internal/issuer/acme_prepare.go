package issuer

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/refusal"
)

// maxHosts is how many names public authorities take in one order.
const maxHosts = 100

// Prepare holds an order to what the authority can certify, since it is the
// invited person's own CSR that it will be sent: it refuses names that are no
// public host names (NAME_NOT_ALLOWED), and a CSR whose names are not the very
// ones of the order (NAMES_DIFFER). Serial and dates are the authority's to
// choose; those of the order are what the profile asks for.
func (a *ACME) Prepare(o *Order, now time.Time, validity time.Duration) error {
	csr, err := x509.ParseCertificateRequest(o.CSR)
	if err != nil {
		return refusal.New(refusal.InvalidCSR, "The certificate request cannot be read; make it anew, as openssl req -new does.")
	}
	if no := certifiable(csr.PublicKey); no != nil {
		return no
	}
	if no := AsksForAuthority(csr); no != nil {
		return no
	}
	hosts, no := a.hosts(o)
	if no != nil {
		return no
	}
	if no := sameHosts(csr, hosts); no != nil {
		return no
	}
	o.DNSNames = hosts
	o.NotBefore = now.UTC().Truncate(time.Second)
	o.NotAfter = o.NotBefore.Add(validity - time.Second)
	return nil
}

// hosts are an order's names, as the authority will be asked for them.
func (a *ACME) hosts(o *Order) ([]string, *refusal.Refusal) {
	if others := slices.Concat(o.EmailAddresses, o.IPAddresses, o.URIs); len(others) > 0 {
		return nil, refusal.New(refusal.NameNotAllowed, "The certificate would name %.100q, and this certificate authority certifies host names only. Leave it out, or choose another profile.", others[0])
	}
	if len(o.DNSNames) == 0 {
		return nil, refusal.New(refusal.NameNotAllowed, "This certificate authority certifies host names, and there is none. Ask for a DNS name; under a code it is the seat's id, where that is one and the profile allows DNS.")
	}
	var hosts []string
	for _, name := range o.DNSNames {
		host := strings.ToLower(name)
		if !publicHost(host) {
			return nil, refusal.New(refusal.NameNotAllowed, "%.100q is no name of a host in the public DNS, such as www.example.com; this certificate authority certifies no other.", name)
		}
		if strings.HasPrefix(host, "*.") && a.options.DNSCommand == "" {
			return nil, refusal.New(refusal.NameNotAllowed, "%.100q stands for many hosts, and that is proven by DNS records (dns-01), which are not set up here. Name each host.", name)
		}
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	if len(hosts) > maxHosts {
		return nil, refusal.New(refusal.NameNotAllowed, "The certificate would name %d hosts; at most %d are taken. Leave some out.", len(hosts), maxHosts)
	}
	return hosts, nil
}

// publicHost reports whether a name may stand in the public DNS: two labels at
// least, the last of them no number, which would make it look like an address.
func publicHost(host string) bool {
	name := strings.TrimPrefix(host, "*.")
	_, err := netip.ParseAddr(name)
	last := name[strings.LastIndexByte(name, '.')+1:]
	return err != nil && len(host) <= maxHostName && hostName.MatchString(host) && strings.Contains(name, ".") && strings.Trim(last, "0123456789") != ""
}

// commonName is the attribute's identifier (RFC 5280 appendix A.1).
var commonName = asn1.ObjectIdentifier{2, 5, 4, 3}

// sameHosts refuses a CSR that does not name just these hosts: what stands in a
// CSR that is sent to the authority is what it certifies (RFC 8555 section 7.4).
func sameHosts(csr *x509.CertificateRequest, hosts []string) *refusal.Refusal {
	want := slices.Sorted(slices.Values(hosts))
	var named []string
	for _, name := range csr.DNSNames {
		named = append(named, strings.ToLower(name))
	}
	shown := strings.Join(named, ", ")
	slices.Sort(named)
	named = slices.Compact(named)
	if shown == "" {
		shown = "none"
	}
	advice := "openssl req -new with -addext subjectAltName=DNS:" + strings.Join(hosts, ",DNS:") + " makes one."
	switch {
	case len(csr.EmailAddresses)+len(csr.IPAddresses)+len(csr.URIs) > 0 || HidesNames(csr):
		return refusal.New(refusal.NamesDiffer, "The certificate request asks for names that are no DNS names, and this certificate authority certifies no others. Make a request for just %s; %s", strings.Join(hosts, ", "), advice)
	case !slices.Equal(named, want):
		return refusal.New(refusal.NamesDiffer, "The certificate request asks for these DNS names: %.300s; the certificate is for %s. Make a request for just those; %s", shown, strings.Join(hosts, ", "), advice)
	}
	for _, a := range csr.Subject.Names { // each: the parsed subject tells the last of several
		if name := fmt.Sprint(a.Value); a.Type.Equal(commonName) && name != "" && !slices.Contains(hosts, strings.ToLower(name)) {
			return refusal.New(refusal.NamesDiffer, "The certificate request has the common name %.100q, and this certificate authority takes one of %s, or none. Make a request with that; %s", name, strings.Join(hosts, ", "), advice)
		}
	}
	return nil
}
