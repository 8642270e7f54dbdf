package inventory

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/scope"
	"gatehouse/internal/viewer"
)

// Mail is a mail about an enrollment or a certificate.
type Mail struct {
	ID        id.ID
	Kind      lifecycle.MailKind
	Recipient string
	Status    lifecycle.MailStatus
	LastError string
	CreatedAt time.Time
	SentAt    *time.Time
}

// mostMails is how many mails about one thing are shown.
const mostMails = 100

var mailColumns = []column[Mail]{
	{"m.id", func(m *Mail) any { m.ID.Kind = id.Mail; return &m.ID.UUID }, ""},
	{"m.kind", func(m *Mail) any { return &m.Kind }, ""},
	{"m.recipient", func(m *Mail) any { return &m.Recipient }, ""},
	{"m.status", func(m *Mail) any { return &m.Status }, ""},
	{"m.last_error", func(m *Mail) any { return &m.LastError }, ""},
	{"m.created_at", func(m *Mail) any { return &m.CreatedAt }, ""},
	{"m.sent_at", func(m *Mail) any { return &m.SentAt }, ""},
}

// inUTC sets the times of a mail that was read.
func (m *Mail) inUTC() {
	m.CreatedAt = m.CreatedAt.UTC()
	if m.SentAt != nil {
		*m.SentAt = m.SentAt.UTC()
	}
}

// askMails is the key under which a page's mails are loaded.
type askMails struct{}

// MailsOf are the latest mails about an enrollment, newest first; empty for those
// without MANAGE_ENROLLMENTS.
func (i *Inventory) MailsOf(ctx context.Context, e *Enrollment) ([]*Mail, error) {
	return i.mailsAbout(ctx, "enrollment_id", e.group, e.ID.UUID)
}

// MailsOfCertificate are the latest mails about a certificate, newest first; empty for
// those without MANAGE_ENROLLMENTS.
func (i *Inventory) MailsOfCertificate(ctx context.Context, c *Certificate) ([]*Mail, error) {
	return i.mailsAbout(ctx, "certificate_id", c.group, c.ID.UUID)
}

// mailsAbout are the mails about one thing of a group, which is answered by one
// statement. The column is the one that names such things.
func (i *Inventory) mailsAbout(ctx context.Context, column string, group *batch.Group, thing uuid.UUID) ([]*Mail, error) {
	if v, _ := viewer.From(ctx); !v.May(lifecycle.ManageEnrollments) {
		return []*Mail{}, nil
	}
	byParent, err := batch.Load(ctx, group, askMails{}, func(ctx context.Context, things []uuid.UUID) (map[uuid.UUID][]*Mail, error) {
		columns := strings.Join(expressions(mailColumns), ", ")
		statement := fmt.Sprintf(`SELECT b.parent, %s FROM unnest($1::uuid[]) AS b(parent)
CROSS JOIN LATERAL (SELECT %s FROM mails m WHERE m.%s = b.parent ORDER BY m.created_at DESC, m.id DESC LIMIT $2) m
ORDER BY m.created_at DESC, m.id DESC`, columns, columns, column)
		found, err := readAll(ctx, i.read, statement, []any{pq.Array(things), mostMails}, ofChild(mailColumns), func(c *child[Mail]) []any { return []any{&c.parent} })
		if err != nil {
			return nil, fmt.Errorf("read mails: %w", err)
		}
		byParent := map[uuid.UUID][]*Mail{}
		for _, m := range found {
			m.of.inUTC()
			byParent[m.parent] = append(byParent[m.parent], &m.of)
		}
		return byParent, nil
	})
	if mails := byParent[thing]; err != nil || mails != nil {
		return mails, err
	}
	return []*Mail{}, nil
}

// MailsByID are the mails with these ids about enrollments and certificates, for those
// who manage them. That somebody was to confirm a request is nobody's to read.
func (i *Inventory) MailsByID(ctx context.Context, ids []id.ID) (map[id.ID]*Mail, error) {
	v, _ := viewer.From(ctx)
	sc, err := i.scopes.Of(ctx)
	if err != nil || len(ids) == 0 || !v.May(lifecycle.ViewEnrollments) || !v.May(lifecycle.ManageEnrollments) {
		return nil, err
	}
	statement := fmt.Sprintf("SELECT %s FROM mails m WHERE m.id = ANY($1) AND m.open_request_id IS NULL AND %s",
		strings.Join(expressions(mailColumns), ", "), scope.Condition("m.business_unit_id", 2))
	found, err := readAll(ctx, i.read, statement, []any{pq.Array(id.UUIDs(id.Mail, ids)), sc.Arg()}, mailColumns, nil)
	if err != nil {
		return nil, fmt.Errorf("read mails: %w", err)
	}
	byID := make(map[id.ID]*Mail, len(found))
	for _, m := range found {
		m.inUTC()
		byID[m.ID] = m
	}
	return byID, nil
}
