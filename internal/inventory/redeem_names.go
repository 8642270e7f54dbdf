package inventory

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"

	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// certificateNames is what decides which names a certificate has: the invited
// person does not, beyond what was approved.
type certificateNames struct {
	promise lifecycle.Promise
	method  lifecycle.AuthenticationMethod
	holder  seatNames
	// asked are the names that were approved, and csr the CSR that came with the
	// request, in PEM; none under ENROLLMENT_CODE.
	asked lifecycle.RequestNames
	csr   string
}

// subject is the distinguished name: what the profile's template makes of the
// seat; without a template the approved CSR's own; else the seat's name or id. It
// refuses (NAME_NOT_ALLOWED) what no certificate can hold.
func (n certificateNames) subject() ([]issuer.Attribute, *refusal.Refusal) {
	if strings.TrimSpace(n.promise.SubjectTemplate) == "" && n.csr != "" {
		csr, err := keptCSR(n.csr)
		if err != nil {
			return nil, refusal.New(refusal.NameNotAllowed, "The certificate request of this enrollment cannot be read any more. Make the request anew.")
		}
		own, no := issuer.ParseName(csr.RawSubject)
		if no != nil || len(own) > 0 || n.alternative().named() {
			return own, no
		}
	}
	return issuer.RenderSubject(n.promise.SubjectTemplate, n.holder.id, n.holder.name, n.holder.email)
}

// alternatives are subject alternative names, by kind.
type alternatives lifecycle.RequestNames

func (a alternatives) named() bool {
	return len(a.DNSNames)+len(a.EmailAddresses)+len(a.IPAddresses)+len(a.URIs) > 0
}

// alternative is the subject alternative names: under manual approval those that
// were approved; under a code the seat's own of the kinds that the profile allows,
// its e-mail address, and its seatId where that has the form of a name.
func (n certificateNames) alternative() alternatives {
	if n.method != lifecycle.EnrollmentCode {
		return alternatives(n.asked)
	}
	var a alternatives
	allowed := func(kind lifecycle.SANKind) bool { return slices.Contains(n.promise.AllowedSANs, string(kind)) }
	if email, is := formed(lifecycle.SANEmail, n.holder.email); is && allowed(lifecycle.SANEmail) {
		a.EmailAddresses = []string{email}
	}
	ip, isIP := formed(lifecycle.SANIP, n.holder.id)
	if isIP && allowed(lifecycle.SANIP) {
		a.IPAddresses = []string{ip}
	}
	if host, is := formed(lifecycle.SANDNS, n.holder.id); is && !isIP && allowed(lifecycle.SANDNS) {
		a.DNSNames = []string{host}
	}
	if uri, is := formed(lifecycle.SANURI, n.holder.id); is && allowed(lifecycle.SANURI) {
		a.URIs = []string{uri}
	}
	return a
}

// agree refuses (NAMES_DIFFER) a CSR made at pick-up that asks for other names than
// those that were approved: it names the same alternative names, in any order, and
// the same subject or none. Whoever made it may otherwise believe that they will get
// what they did not. One that names nothing at all, as the enrollment page makes it,
// leaves the names to the approval.
func (n certificateNames) agree(csr *x509.CertificateRequest, subject []issuer.Attribute) *refusal.Refusal {
	given, want := alternatives(namesOf(csr)), n.alternative()
	own, no := issuer.ParseName(csr.RawSubject)
	if no == nil && len(own) == 0 && !given.named() && !issuer.HidesNames(csr) {
		return nil
	}
	for _, k := range []struct {
		kind        lifecycle.SANKind
		given, want []string
	}{
		{lifecycle.SANDNS, given.DNSNames, want.DNSNames}, {lifecycle.SANEmail, given.EmailAddresses, want.EmailAddresses},
		{lifecycle.SANIP, given.IPAddresses, want.IPAddresses}, {lifecycle.SANURI, given.URIs, want.URIs},
	} {
		if !slices.Equal(asSet(k.kind, k.given), asSet(k.kind, k.want)) {
			return refusal.New(refusal.NamesDiffer, "The certificate request names %s of the kind %s, and approved are %s. Make a request with just those.", listed(k.given), k.kind, listed(k.want)).At("csr")
		}
	}
	if issuer.HidesNames(csr) {
		return refusal.New(refusal.NamesDiffer, "The certificate request asks for a subject alternative name of a kind that was not approved. Make a request without it.").At("csr")
	}
	if no != nil || len(own) > 0 && !slices.Equal(own, subject) {
		return refusal.New(refusal.NamesDiffer, "The certificate request has another subject than the certificate will have, which is %s. Make a request with that one, or with none.", issuer.SubjectText(subject)).At("csr")
	}
	return nil
}

// asSet is names in one form and order, each once, so that lists can be compared.
func asSet(kind lifecycle.SANKind, names []string) []string {
	set := make([]string, len(names))
	for n, name := range names {
		set[n], _ = formed(kind, name)
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// listed names them for a sentence.
func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return clip(strings.Join(names, ", "))
}

// keptCSR reads the CSR that an enrollment keeps.
func keptCSR(text string) (*x509.CertificateRequest, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("it is no PEM")
	}
	return x509.ParseCertificateRequest(block.Bytes)
}
