//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"maps"
	"testing"
)

// licences is how many SERVER licences an office has.
const licences = 5

// office is a business unit of a test's own: it has five SERVER licences, a profile
// that asks for a CSR and one approval, and the requests that Rita sent.
type office struct {
	key, name string
	requests  []string // ids of enrollments
}

// openOffice makes an office through the API, as an administrator and a requester
// would. Each host is one request.
func openOffice(t *testing.T, url, key, name string, hosts ...string) office {
	t.Helper()
	admin := as(t, url, "ada-byrne", "Ada Byrne", "ADMIN")
	unit := admin.openUnit(t, key, name, "SERVER", licences)
	profile := admin.openProfile(t, unit, map[string]any{
		"name": "Web servers", "seatType": "SERVER", "caType": "PRIVATE",
		"authenticationMethod": "MANUAL_APPROVAL", "enrollmentMethod": "CSR", "approvalsRequired": 1,
		"allowedKeys": []string{"EC_P256"}, "allowedSans": []string{"DNS"},
	})
	rita := as(t, url, "rita-costa", "Rita Costa", "REQUESTER")
	o := office{key: key, name: name}
	for _, host := range hosts {
		var request struct{ Enrollment struct{ ID string } }
		rita.change(t, `mutation ($input: RequestEnrollmentInput!) {
			m: requestEnrollment(input: $input) { enrollment { id } userErrors { message } } }`,
			map[string]any{
				"profileId": profile, "seatId": host, "name": "Web server " + host,
				"csr": csr(t, host), "comment": "The old one ends on Friday.",
			}, &request)
		o.requests = append(o.requests, request.Enrollment.ID)
	}
	return o
}

// openUnit makes a business unit with so many licences of one seat type, which are
// bought for it, and returns its id.
func (c caller) openUnit(t *testing.T, key, name, seatType string, licences int) string {
	t.Helper()
	var unit struct{ BusinessUnit struct{ ID string } }
	c.change(t, `mutation ($input: CreateBusinessUnitInput!) {
		m: createBusinessUnit(input: $input) { businessUnit { id } userErrors { message } } }`,
		map[string]any{"key": key, "name": name}, &unit)
	c.buy(t, seatType, licences)
	var allocation struct{ SeatAllocation struct{ Allocated int } }
	c.change(t, `mutation ($input: AllocateSeatsInput!) {
		m: allocateSeats(input: $input) { seatAllocation { allocated } userErrors { message } } }`,
		map[string]any{"businessUnitId": unit.BusinessUnit.ID, "seatType": seatType, "allocated": licences}, &allocation)
	return unit.BusinessUnit.ID
}

// openProfile makes a profile in a business unit, and returns its id.
func (c caller) openProfile(t *testing.T, unit string, rules map[string]any) string {
	t.Helper()
	input := maps.Clone(rules)
	input["businessUnitId"] = unit
	var profile struct{ CertificateProfile struct{ ID string } }
	c.change(t, `mutation ($input: CreateCertificateProfileInput!) {
		m: createCertificateProfile(input: $input) { certificateProfile { id } userErrors { message } } }`, input, &profile)
	return profile.CertificateProfile.ID
}

// buy raises the account's pool of a seat type's licences, whatever it is now. It
// reads and then writes: two at once for the same type may lose one's.
func (c caller) buy(t *testing.T, seatType string, more int) {
	t.Helper()
	var pools struct {
		SeatLicenses []struct {
			SeatType  string
			Purchased *int
		}
	}
	c.ask(t, `{ seatLicenses { seatType purchased } }`, nil, &pools)
	now := 0
	for _, pool := range pools.SeatLicenses {
		if pool.SeatType != seatType {
			continue
		}
		if pool.Purchased == nil {
			return // as many as anybody wants
		}
		now = *pool.Purchased
	}
	var bought struct{ SeatLicense struct{ Purchased int } }
	c.change(t, `mutation ($input: SetPurchasedSeatsInput!) {
		m: setPurchasedSeats(input: $input) { seatLicense { purchased } userErrors { message } } }`,
		map[string]any{"seatType": seatType, "purchased": now + more}, &bought)
}

// csr is a certificate request for a host, by a key that nobody keeps.
func csr(t *testing.T, host string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
	}, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

// status is how an enrollment stands.
func (c caller) status(t *testing.T, id string) string {
	t.Helper()
	var data struct{ Enrollment struct{ Status string } }
	c.ask(t, `query ($id: ID!) { enrollment(id: $id) { status } }`, map[string]any{"id": id}, &data)
	return data.Enrollment.Status
}
