package client

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/internal/id"
)

const findProfiles = `query FindProfiles($unit: ID!, $seatType: SeatType!, $after: String) {
  certificateProfiles(first: 100, after: $after, filter: {businessUnitIds: [$unit], seatTypes: [$seatType], authenticationMethods: [ENROLLMENT_CODE]}) {
    nodes { id name }
    pageInfo { hasNextPage endCursor }
  }
}`

// Profile finds the id of the certificate profile under which seats of the type are
// enrolled in a business unit, by its name there. An id is taken as it is: the server
// says what is wrong with it better than a list could. It refuses a name that is
// none, with those that there are.
func (c *Client) Profile(ctx context.Context, unit Unit, seatType, name string) (string, error) {
	if known, err := id.Parse(name); err == nil && known.Kind == id.Profile {
		return name, nil
	}
	var names []string
	for after := (*string)(nil); ; {
		var page struct {
			CertificateProfiles struct {
				Nodes    []struct{ ID, Name string }
				PageInfo struct {
					HasNextPage bool
					EndCursor   *string
				}
			}
		}
		if err := c.Ask(ctx, findProfiles, map[string]any{"unit": unit.ID, "seatType": seatType, "after": after}, &page); err != nil {
			return "", err
		}
		for _, profile := range page.CertificateProfiles.Nodes {
			if profile.Name == name {
				return profile.ID, nil
			}
			names = append(names, fmt.Sprintf("%q", profile.Name))
		}
		if after = page.CertificateProfiles.PageInfo.EndCursor; !page.CertificateProfiles.PageInfo.HasNextPage {
			return "", noProfile(unit, seatType, name, names)
		}
	}
}

// noProfile says that there is no such profile, and which there are.
func noProfile(unit Unit, seatType, name string, names []string) error {
	if len(names) == 0 {
		return fmt.Errorf("the business unit %s has no certificate profile with enrollment codes for %s seats, so nobody can be enrolled there; have one created (createCertificateProfile), or leave --profile out", unit.Key, seatType)
	}
	if len(names) > 10 {
		names = append(names[:10], "others")
	}
	return fmt.Errorf("the business unit %s has no certificate profile %q with enrollment codes for %s seats; it has %s", unit.Key, name, seatType, strings.Join(names, ", "))
}
