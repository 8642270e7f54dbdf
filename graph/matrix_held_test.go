package graph_test

import (
	"time"

	"gatehouse/internal/lifecycle"
)

// origin is where certificates of the matrix come from.
type origin struct {
	name string
	// authority is which one was asked for them from here; empty: none.
	authority lifecycle.Issuer
	// seen is how they came that were issued for no enrollment; empty for the others.
	seen lifecycle.CertificateSource
}

// origins are all of them.
var origins = []origin{
	{name: "BUILT_IN", authority: lifecycle.IssuerBuiltIn}, {name: "ACME", authority: lifecycle.IssuerACME}, {name: "attached"},
	{name: "IMPORTED", seen: lifecycle.SourceImported}, {name: "DISCOVERED", seen: lifecycle.SourceDiscovered},
}

// standing is where a certificate stands when somebody tries something. Those that
// only an enrollment leads to are left out for what was seen.
type standing struct {
	name     string
	facts    lifecycle.CertificateFacts
	enrolled bool
	// builtIn: only the built-in authority's certificates come there.
	builtIn bool
	age     age
	// from and until are the certificate's dates, seen from when it is made.
	from, until time.Duration
	// then does the rest.
	then func(*shelf, *kept)
}

const aDay = 24 * time.Hour

// standings are those of the matrix: every status, with an expiry written and not,
// before the renewal window and in it, and what else the table asks of a successor.
func standings() []standing {
	early, late := -aDay, 300*aDay
	in := func(s lifecycle.CertificateStatus, changes ...func(*lifecycle.CertificateFacts)) lifecycle.CertificateFacts {
		f := lifecycle.CertificateFacts{Status: s, InRenewalWindow: true}
		for _, change := range changes {
			change(&f)
		}
		return f
	}
	before := func(f *lifecycle.CertificateFacts) { f.InRenewalWindow = false }
	passed := func(f *lifecycle.CertificateFacts) { f.TimePassed = true }
	issued, expired := lifecycle.CertificateIssued, lifecycle.CertificateExpired
	return []standing{
		{name: "ISSUED, before the window", facts: in(issued, before), from: early, until: late},
		{name: "ISSUED, not yet valid", facts: in(issued, before), from: aDay, until: late},
		{name: "ISSUED, in the window", facts: in(issued), enrolled: true, from: early, until: 20 * aDay},
		{name: "ISSUED, renewal under way", facts: in(issued, func(f *lifecycle.CertificateFacts) { f.ActiveExists = true }), enrolled: true, from: early, until: 20 * aDay, then: (*shelf).renew},
		{name: "ISSUED, replaced", facts: in(issued, func(f *lifecycle.CertificateFacts) { f.Replaced = true }), enrolled: true, from: early, until: 20 * aDay, then: (*shelf).replace},
		{name: "ISSUED, seat gone", facts: in(issued, func(f *lifecycle.CertificateFacts) { f.SeatDeleted = true }), enrolled: true, from: early, until: 20 * aDay, then: (*shelf).deleteSeat},
		{name: "SUSPENDED", facts: in(lifecycle.CertificateSuspended), enrolled: true, builtIn: true, from: early, until: 20 * aDay, then: (*shelf).suspend},
		{name: "EXPIRED", facts: in(expired, passed), age: swept, from: early, until: aDay},
		{name: "EXPIRED unwritten", facts: in(expired, passed), age: due, from: early, until: aDay},
		{name: "REVOKED", facts: in(lifecycle.CertificateRevoked), from: early, until: 20 * aDay, then: (*shelf).revoke},
	}
}

// of reports whether certificates of the origin come to the standing.
func (s standing) of(o origin) bool {
	return (!s.enrolled || o.seen == "") && (!s.builtIn || o.authority == lifecycle.IssuerBuiltIn)
}
