package inventory

import (
	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/profile"
)

// The addresses of links. Their secret stands behind a #, which a browser keeps to
// itself: it is in no server's log (domain.md section 4).

// enrollLink is the link of an invitation.
func (i *Inventory) enrollLink(secret string) string { return i.publicURL + "/enroll#" + secret }

// pickupLink is the link with which an approved request is picked up; with the
// request's own secret it shows where it stands.
func (i *Inventory) pickupLink(secret string) string { return i.publicURL + "/pickup#" + secret }

// confirmLink is the link that confirms the address of an open request.
func (i *Inventory) confirmLink(secret string) string { return i.publicURL + "/confirm#" + secret }

// requestLink is the page that takes requests under a profile.
func (i *Inventory) requestLink(row uuid.UUID) string {
	return i.publicURL + "/request/" + id.Of(id.Profile, row).String()
}

// RequestURL is the page that takes requests under the profile; nil when it takes none.
func (i *Inventory) RequestURL(p *profile.CertificateProfile) *string {
	if !p.OpenRequests || p.ArchivedAt != nil {
		return nil
	}
	link := i.requestLink(p.ID.UUID)
	return &link
}
