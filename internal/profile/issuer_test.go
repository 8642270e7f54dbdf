package profile_test

import (
	"strings"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// making is what of a profile decides about its issuer.
type making struct {
	ca     lifecycle.CAType
	auth   lifecycle.AuthenticationMethod
	method lifecycle.EnrollmentMethod
	kind   lifecycle.SeatType
}

// usual is the issuer that the profile has when none is named, as the schema says it.
func (m making) usual() lifecycle.Issuer {
	switch {
	case m.ca == lifecycle.Private:
		return lifecycle.IssuerBuiltIn
	case m.auth == lifecycle.ManualApproval && (m.kind == lifecycle.User || m.kind == lifecycle.Organization):
		return lifecycle.IssuerExternal
	}
	return lifecycle.IssuerACME
}

// suits is whether it can have the issuer that is named, as the schema says it.
func (m making) suits(i lifecycle.Issuer) bool {
	switch i {
	case lifecycle.IssuerBuiltIn:
		return m.ca == lifecycle.Private
	case lifecycle.IssuerACME:
		return m.ca == lifecycle.Public && m.kind != lifecycle.User && m.kind != lifecycle.Organization
	}
	return m.auth == lifecycle.ManualApproval && m.method != lifecycle.BrowserPKCS12
}

// TestWhichIssuerAProfileCanHave tries every one under every kind of profile, at its
// making and as a change of it.
func TestWhichIssuerAProfileCanHave(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unit := h.unit(t, "research")
	tried, refused := 0, 0
	for _, ca := range lifecycle.CATypes {
		for _, auth := range []lifecycle.AuthenticationMethod{lifecycle.EnrollmentCode, lifecycle.ManualApproval} {
			for _, method := range []lifecycle.EnrollmentMethod{lifecycle.CSR, lifecycle.BrowserPKCS12} {
				for _, kind := range []lifecycle.SeatType{lifecycle.User, lifecycle.Device, lifecycle.Server, lifecycle.Organization, lifecycle.Unified} {
					m := making{ca, auth, method, kind}
					in := func(name string) profile.CreateCertificateProfileInput {
						in := usual(unit, strings.Join([]string{string(ca), string(auth), string(method), string(kind), name}, " "))
						in.CaType, in.AuthenticationMethod, in.EnrollmentMethod, in.SeatType = ca, auth, method, kind
						return in
					}
					bare := h.create(t, in("bare"))
					if bare.Issuer != m.usual() {
						t.Errorf("%v has the issuer %s, want %s", m, bare.Issuer, m.usual())
					}
					for _, issuer := range lifecycle.Issuers {
						named := in(string(issuer))
						named.Issuer = &issuer
						made, err := h.profiles.Create(as(t, lifecycle.ProfileManager), named)
						if err != nil {
							t.Fatal(err)
						}
						changed, err := h.profiles.Update(as(t, lifecycle.ProfileManager), profile.UpdateCertificateProfileInput{ID: bare.ID, RuleChanges: profile.RuleChanges{Issuer: &issuer}})
						if err != nil {
							t.Fatal(err)
						}
						for act, nos := range map[string][]*refusal.Refusal{"made": made.UserErrors, "changed": changed.UserErrors} {
							tried++
							if m.suits(issuer) != (len(nos) == 0) {
								t.Errorf("%v %s to have %s: %v", m, act, issuer, nos)
							}
							if len(nos) > 0 {
								refused++
								if no := only(t, nos); no.Code != refusal.Invalid || strings.Join(no.Field, ".") != "input.issuer" {
									t.Errorf("%v %s to have %s: %v", m, act, issuer, no)
								}
							}
						}
					}
				}
			}
		}
	}
	if tried != 240 || refused == 0 || refused == tried {
		t.Errorf("%d tried, %d refused", tried, refused)
	}
}

func TestAnEntryTellsWhichIssuerAndUsages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.create(t, usual(h.unit(t, "research"), "Staff"))
	changes := profile.RuleChanges{
		Issuer: ptr(lifecycle.IssuerExternal), KeyUsages: []lifecycle.KeyUsage{lifecycle.KeyEncipherment, lifecycle.DigitalSignature},
		ExtendedKeyUsages: []lifecycle.ExtendedKeyUsage{lifecycle.ClientAuth},
	}
	for range 2 { // the second time nothing changes, and nothing is told
		got, err := h.profiles.Update(as(t, lifecycle.ProfileManager), profile.UpdateCertificateProfileInput{ID: p.ID, RuleChanges: changes})
		if err != nil || len(got.UserErrors) > 0 || got.CertificateProfile.Version != 2 {
			t.Fatalf("%v %+v", err, got)
		}
	}
	var told string
	if err := h.db.Admin(t).QueryRow(`SELECT string_agg(c->>'field' || ': ' || (c->>'before') || ' > ' || (c->>'after'), '; ' ORDER BY c->>'field')
FROM audit_entries, jsonb_array_elements(changes) c WHERE action = 'UPDATE_CERTIFICATE_PROFILE' AND resource_id = $1`, p.ID.UUID).Scan(&told); err != nil {
		t.Fatal(err)
	}
	if want := "extendedKeyUsages:  > CLIENT_AUTH; issuer: BUILT_IN > EXTERNAL; keyUsages:  > DIGITAL_SIGNATURE, KEY_ENCIPHERMENT"; told != want {
		t.Errorf("%q, want %q", told, want)
	}
}

// TestOpen: without a viewer a profile is there exactly while it takes requests
// without a login.
func TestOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := usual(h.unit(t, "research", "unit@example.com"), "Open")
	in.OpenRequests = ptr(true)
	open, shut := h.create(t, in), h.create(t, usual(h.unit(t, "other"), "Shut"))
	there := func(i id.ID) bool {
		held, err := h.profiles.Open(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		if held != nil && (held.Name != "Open" || held.UnitName != "Unit research" || held.Promise().ApproverEmails[0] != "unit@example.com") {
			t.Errorf("%+v", held)
		}
		return held != nil
	}
	if !there(open.ID) || there(shut.ID) || there(id.Of(id.Seat, open.ID.UUID)) {
		t.Error("what is open is not there, or what is shut is")
	}
	h.archive(t, open.ID)
	if there(open.ID) {
		t.Error("archived it is open")
	}
}
