package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// CertificateLocation is a place where a certificate was seen.
type CertificateLocation struct {
	Source lifecycle.CertificateSource
	// Place is the file's name, or host:port.
	Place string
	// Host and Port are nil unless it was found on the network.
	Host        *string
	Port        *int
	FirstSeenAt time.Time
	LastSeenAt  time.Time

	id uuid.UUID
}

// LocationsOf are the places where a certificate was seen, in the order in which it
// was seen there first, read for all certificates of its page at once. They belong to
// the certificate: who sees it sees them.
func (i *Inventory) LocationsOf(ctx context.Context, c *Certificate, args page.Args) (*page.Connection[*CertificateLocation], error) {
	window, err := args.Open("locations", c.ID)
	if err != nil {
		return nil, err
	}
	byParent, err := batch.Load(ctx, c.group, nestedKey("locations", window), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*CertificateLocation, error) {
		m := page.Merge{
			Table: "certificate_locations l", Alias: "l", Order: "first_seen_at", Cast: "timestamptz", PerParent: "b.parent",
			Columns: expressions(locationColumns),
		}
		m.Branches = []page.Branch{{From: "unnest(" + m.Arg(pq.Array(ids)) + "::uuid[]) AS b(parent)", Where: []string{"l.certificate_id = b.parent"}}}
		statement, args := m.Page(window)
		found, err := readAll(ctx, i.read, statement, args, ofChild(locationColumns), func(c *child[CertificateLocation]) []any { return []any{&c.parent} })
		if err != nil {
			return nil, fmt.Errorf("read where certificates were seen: %w", err)
		}
		byParent := map[uuid.UUID][]*CertificateLocation{}
		for _, l := range found {
			l.of.FirstSeenAt, l.of.LastSeenAt = l.of.FirstSeenAt.UTC(), l.of.LastSeenAt.UTC()
			byParent[l.parent] = append(byParent[l.parent], &l.of)
		}
		return byParent, nil
	})
	if err != nil {
		return nil, err
	}
	return page.NewConnection(window, byParent[c.ID.UUID], func(l *CertificateLocation) page.Key {
		return page.Key{ID: l.id, Value: l.FirstSeenAt.Format(time.RFC3339Nano)}
	}, nil), nil
}

// locationColumns are those of a place under the alias l.
var locationColumns = []column[CertificateLocation]{
	{"l.id", func(l *CertificateLocation) any { return &l.id }, ""},
	{"l.source", func(l *CertificateLocation) any { return &l.Source }, ""},
	{"l.place", func(l *CertificateLocation) any { return &l.Place }, ""},
	{"NULLIF(l.host, '')", func(l *CertificateLocation) any { return &l.Host }, ""},
	{"NULLIF(l.port, 0)", func(l *CertificateLocation) any { return &l.Port }, ""},
	{"l.first_seen_at", func(l *CertificateLocation) any { return &l.FirstSeenAt }, ""},
	{"l.last_seen_at", func(l *CertificateLocation) any { return &l.LastSeenAt }, ""},
}
