package inventory_test

import (
	"crypto/x509"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/house"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
)

// made is a certificate authority as the built-in one is.
func made(t *testing.T, name string) *issuer.Private {
	t.Helper()
	private, err := issuer.MakePrivate(morning, name)
	granted(t, err)
	return private
}

// withPrivate has the built-in authority of this world be a real one, which is
// announced.
func (w *world) withPrivate() *issuer.Private {
	w.t.Helper()
	private := made(w.t, "Example")
	w.House = w.anotherHouse(private)
	granted(w.t, w.Inventory.AnnounceAuthority(w.t.Context(), private.KeyID(), private.Chain()[0]))
	return private
}

// anotherHouse is a server over the same database, with an authority of its own, and
// former ones.
func (w *world) anotherHouse(builtIn issuer.Issuer, former ...*issuer.Private) *house.House {
	w.t.Helper()
	h, err := house.Open(w.Store, w.keys, house.Options{
		Mails: true, PublicURL: "https://gatehouse.example.com", Issuers: map[lifecycle.Issuer]issuer.Issuer{lifecycle.IssuerBuiltIn: builtIn}, Former: former, Patience: time.Millisecond,
	})
	granted(w.t, err)
	return h
}

// issuedTo redeems an invitation for a new USER seat and returns the certificate.
func (w *world) issuedTo(seatID string, under id.ID) *inventory.Certificate {
	w.t.Helper()
	guest := w.invite(under, lifecycle.User, seatID)
	w.redeem(inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(w.t)})
	w.issueDue()
	var one uuid.UUID
	granted(w.t, w.admin.QueryRow(`SELECT id FROM certificates WHERE enrollment_id = $1`, guest.e.UUID).Scan(&one))
	return w.theCertificate(id.Of(id.Certificate, one))
}

// quick is a profile with codes.
func (w *world) quick() id.ID { return w.profile(byCode(profile.RuleChanges{})) }

// signs has a server sign what is due.
func (w *world) signs() {
	w.t.Helper()
	granted(w.t, w.Inventory.SignRevocationLists(w.t.Context()))
}

// list is the authority's latest list, whose signature is checked: its number, and
// what it names, as "serial reason", sorted.
func (w *world) list(private *issuer.Private) (number int64, names []string) {
	w.t.Helper()
	kept, err := w.Inventory.RevocationList(w.t.Context(), private.KeyID())
	granted(w.t, err)
	if kept == nil {
		return 0, nil
	}
	own, err := x509.ParseCertificate(private.Chain()[0])
	granted(w.t, err)
	list, err := x509.ParseRevocationList(kept.DER)
	granted(w.t, err)
	granted(w.t, list.CheckSignatureFrom(own))
	if list.Number.Cmp(big.NewInt(kept.Number)) != 0 || !list.ThisUpdate.Equal(kept.ThisUpdate) || !list.NextUpdate.Equal(kept.NextUpdate) || !kept.NextUpdate.Equal(kept.ThisUpdate.Add(7*day)) {
		w.t.Errorf("kept is list %d, %s to %s; the list says %s, %s to %s", kept.Number, kept.ThisUpdate, kept.NextUpdate, list.Number, list.ThisUpdate, list.NextUpdate)
	}
	for _, e := range list.RevokedCertificateEntries {
		names = append(names, fmt.Sprintf("%x %d", e.SerialNumber, e.ReasonCode))
	}
	slices.Sort(names)
	return kept.Number, names
}
