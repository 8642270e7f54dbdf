package graph_test

import "gatehouse/internal/refusal"

// bringAttempts are about bringing in certificates, from files and from the network.
var bringAttempts = []attempt{
	{refusal.NotFound, "Certificates for a business unit that does not exist, or is not one of the token's", "business unit", []ask{
		{call: `importCertificates(input: {businessUnitId: $noUnit, files: [{content: $newCertificate}]})`, field: "businessUnitId"},
		{by: carl, call: `importCertificates(input: {businessUnitId: $sales, files: [{content: $newCertificate}]})`, field: "businessUnitId"},
		{call: `recordDiscoveredCertificates(input: {businessUnitId: $noUnit, certificates: [{content: $newCertificate, host: "www.example.com", port: 443}]})`, field: "businessUnitId"},
		{by: carl, call: `recordDiscoveredCertificates(input: {businessUnitId: $sales, certificates: [{content: $newCertificate, host: "www.example.com", port: 443}]})`, field: "businessUnitId"},
	}},
	{refusal.Invalid, "No file at all", "at least one", []ask{
		{call: `importCertificates(input: {businessUnitId: $research, files: []})`, field: "files"},
	}},
	{refusal.Invalid, "No certificate at all", "at least one", []ask{
		{call: `recordDiscoveredCertificates(input: {businessUnitId: $research, certificates: []})`, field: "certificates"},
	}},
	{refusal.Invalid, "A file in which there is no certificate", "PEM", []ask{
		{call: `importCertificates(input: {businessUnitId: $research, files: [{content: "please"}]})`, field: "files.0"},
	}},
	{refusal.Invalid, "A PEM block in which there is no certificate", "X.509", []ask{
		{call: `importCertificates(input: {businessUnitId: $research, files: [{content: $certificateText}]})`, field: "files.0"},
	}},
	{refusal.Invalid, "A private key", "private key", []ask{
		{call: `importCertificates(input: {businessUnitId: $research, files: [{content: $privateKey}]})`, field: "files.0"},
	}},
	{refusal.Invalid, "A file's name that is too long", "0 to 1000", []ask{
		{call: `importCertificates(input: {businessUnitId: $research, files: [{name: $longText, content: $newCertificate}]})`, field: "files.0.name"},
	}},
	{refusal.Invalid, "Something that was found and is no certificate", "PEM", []ask{
		{call: `recordDiscoveredCertificates(input: {businessUnitId: $research, certificates: [{content: "please", host: "www.example.com", port: 443}]})`, field: "certificates.0.content"},
	}},
	{refusal.Invalid, "A host without a name", "255 characters", []ask{
		{call: `recordDiscoveredCertificates(input: {businessUnitId: $research, certificates: [{content: $newCertificate, host: " ", port: 443}]})`, field: "certificates.0.host"},
	}},
	{refusal.Invalid, "A port that is none", "65535", []ask{
		{call: `recordDiscoveredCertificates(input: {businessUnitId: $research, certificates: [{content: $newCertificate, host: "www.example.com", port: 70000}]})`, field: "certificates.0.port"},
	}},
	{refusal.Invalid, "A time that lies too far back", "366 days", []ask{
		{call: `recordDiscoveredCertificates(input: {businessUnitId: $research, certificates: [{content: $newCertificate, host: "www.example.com", port: 443, seenAt: "2019-01-01T00:00:00Z"}]})`, field: "certificates.0.seenAt"},
	}},
	{refusal.Duplicate, "A certificate that stands twice in a file", "leave it out", []ask{
		{call: `importCertificates(input: {businessUnitId: $research, files: [{content: $certificateTwice}]})`, field: "files.0"},
	}},
	{refusal.Duplicate, "A certificate that was found twice in one place", "leave it out", []ask{
		{call: `recordDiscoveredCertificates(input: {businessUnitId: $research, certificates: [{content: $newCertificate, host: "www.example.com", port: 443}, {content: $newCertificate, host: "WWW.example.com", port: 443}]})`, field: "certificates.1"},
	}},
	{refusal.NoSeatLeft, "A new certificate, where the licences are a set figure and none is left", "Allocate more licences", []ask{
		{call: `importCertificates(input: {businessUnitId: $sales, files: [{content: $newCertificate}]})`, field: "files.0"},
	}},
	{refusal.NoSeatLeft, "A certificate that was found, where the licences are a set figure and none is left", "Allocate more licences", []ask{
		{call: `recordDiscoveredCertificates(input: {businessUnitId: $sales, certificates: [{content: $newCertificate, host: "www.example.com", port: 443}]})`, field: "certificates.0"},
	}},
	{refusal.TooMany, "1,001 certificates", "several calls", []ask{
		{call: `importCertificates(input: {businessUnitId: $research, files: $manyFiles})`, field: "files"},
	}},
	{refusal.TooMany, "1,001 certificates in a file", "several calls", []ask{
		{call: `importCertificates(input: {businessUnitId: $research, files: [{content: $longBundle}]})`, field: "files"},
	}},
	{refusal.TooMany, "1,001 certificates that were found", "several calls", []ask{
		{call: `recordDiscoveredCertificates(input: {businessUnitId: $research, certificates: $manyFound})`, field: "certificates"},
	}},
}

// endAttempts are about ending certificates, for good or for a while.
var endAttempts = []attempt{
	{refusal.NotFound, "A certificate that does not exist, or lies outside the token's business units", "certificates", []ask{
		{call: `renewCertificate(input: {id: $noCertificate})`, field: "id"},
		{by: carl, call: `renewCertificate(input: {id: $ofSales})`, field: "id"},
		{call: `revokeCertificate(input: {id: $noCertificate, reason: SUPERSEDED})`},
		{by: carl, call: `revokeCertificate(input: {id: $ofSales, reason: SUPERSEDED})`},
		{call: `revokeCertificates(input: {ids: [$noCertificate], reason: SUPERSEDED})`},
		{call: `suspendCertificate(input: {id: $noCertificate})`},
		{by: carl, call: `suspendCertificate(input: {id: $ofSales})`},
		{call: `resumeCertificate(input: {id: $noCertificate})`},
		{by: carl, call: `resumeCertificate(input: {id: $ofSales})`},
	}},
	{refusal.Invalid, "A comment on a certificate that is too long", "0 to 1000", []ask{
		{call: `renewCertificate(input: {id: $renewable, csr: $csr, comment: $longText})`, field: "comment"},
		{call: `revokeCertificate(input: {id: $ourOwn, reason: SUPERSEDED, comment: $longText})`, field: "comment"},
		{call: `revokeCertificates(input: {ids: [$ourOwn], reason: SUPERSEDED, comment: $longText})`, field: "comment"},
		{call: `suspendCertificate(input: {id: $ourOwn, comment: $longText})`, field: "comment"},
		{call: `resumeCertificate(input: {id: $onHold, comment: $longText})`, field: "comment"},
	}},
	{refusal.Invalid, "No certificate to revoke", "at least one", []ask{
		{call: `revokeCertificates(input: {ids: [], reason: SUPERSEDED})`, field: "ids"},
	}},
	{refusal.TooMany, "1,001 certificates to revoke", "several calls", []ask{
		{call: `revokeCertificates(input: {ids: $manyIDs, reason: SUPERSEDED})`, field: "ids"},
	}},
	{refusal.Conflict, "A version of a certificate that somebody has changed since", "ead it again", []ask{
		{call: `renewCertificate(input: {id: $renewable, csr: $csr, expectedVersion: 70})`, field: "expectedVersion"},
		{call: `revokeCertificate(input: {id: $ourOwn, reason: SUPERSEDED, expectedVersion: 70})`, field: "expectedVersion"},
		{call: `suspendCertificate(input: {id: $ourOwn, expectedVersion: 70})`, field: "expectedVersion"},
	}},
	{refusal.Conflict, "A version that was there before the certificate was put on hold", "ead it again", []ask{
		{call: `resumeCertificate(input: {id: $onHold, expectedVersion: 70})`, field: "expectedVersion"},
	}},
	{refusal.InvalidState, "To revoke a certificate twice", "for good", []ask{
		{call: `revokeCertificate(input: {id: $revoked, reason: SUPERSEDED})`},
		{call: `revokeCertificates(input: {ids: [$revoked], reason: SUPERSEDED})`},
	}},
	{refusal.InvalidState, "To put a certificate on hold that is on hold", "availableActions", []ask{
		{call: `suspendCertificate(input: {id: $onHold})`},
	}},
	{refusal.InvalidState, "To take a certificate off hold that is not on hold", "availableActions", []ask{
		{call: `resumeCertificate(input: {id: $ourOwn})`},
	}},
	{refusal.InvalidState, "To renew a certificate that was revoked", "Enroll its seat", []ask{
		{call: `renewCertificate(input: {id: $revokedOfServer, csr: $csr})`},
	}},
	{refusal.IssuedElsewhere, "To put a certificate on hold that was not issued from here", "Ask the authority", []ask{
		{call: `suspendCertificate(input: {id: $broughtIn})`},
	}},
}

// renewAttempts are about the successors of certificates.
var renewAttempts = []attempt{
	{refusal.IssuedElsewhere, "To renew a certificate that was not issued for an enrollment", "Enroll its seat instead", []ask{
		{call: `renewCertificate(input: {id: $broughtIn})`},
	}},
	{refusal.OutsideRenewalWindow, "To renew a certificate long before its end", "from", []ask{
		{call: `renewCertificate(input: {id: $early, csr: $csr})`},
	}},
	{refusal.AlreadyReplaced, "To renew a certificate that has its successor", "successor", []ask{
		{call: `renewCertificate(input: {id: $replaced, csr: $csr})`},
	}},
	{refusal.ActiveEnrollmentExists, "To renew a certificate twice", "Go on with that one", []ask{
		{call: `renewCertificate(input: {id: $underWay, csr: $csr})`},
	}},
	{refusal.SeatDeleted, "To renew a certificate whose seat was deleted", "seat", []ask{
		{call: `renewCertificate(input: {id: $ofGone, csr: $csr})`},
	}},
	{refusal.ProfileArchived, "To renew a certificate whose profile was archived", "profile", []ask{
		{call: `renewCertificate(input: {id: $ofOld, csr: $csr})`},
	}},
	{refusal.SeatHasCertificate, "To renew a certificate whose seat still has the one before it", "Wait until", []ask{
		{call: `renewCertificate(input: {id: $later, csr: $csr})`},
	}},
	{refusal.WrongMethod, "To renew with a code, where a request is approved", "Leave the code out", []ask{
		{call: `renewCertificate(input: {id: $renewable, csr: $csr, code: "ABCDEFGHJKMN"})`, field: "code"},
	}},
	{refusal.Invalid, "To renew without a CSR, where the profile wants one", "PKCS#10", []ask{
		{call: `renewCertificate(input: {id: $renewable})`, field: "csr"},
	}},
	{refusal.InvalidCSR, "To renew with a text that is no CSR", "BEGIN CERTIFICATE REQUEST", []ask{
		{call: `renewCertificate(input: {id: $renewable, csr: $certificateText})`, field: "csr"},
	}},
	{refusal.KeyNotAllowed, "To renew with a key of another kind", "the profile allows EC_P256", []ask{
		{call: `renewCertificate(input: {id: $renewable, csr: $rsaCSR})`, field: "csr"},
	}},
	{refusal.NameNotAllowed, "To renew with a name of a kind that the profile does not allow", "the profile allows", []ask{
		{call: `renewCertificate(input: {id: $renewable, csr: $mailCSR})`, field: "csr"},
	}},
}
