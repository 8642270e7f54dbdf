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

// Mail is a mail about an enrollment.
type Mail struct {
	ID        id.ID
	Kind      lifecycle.MailKind
	Recipient string
	Status    lifecycle.MailStatus
	LastError string
	CreatedAt time.Time
	SentAt    *time.Time
}

// mostMails is how many of an enrollment's mails are shown.
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
	if v, _ := viewer.From(ctx); !v.May(lifecycle.ManageEnrollments) {
		return []*Mail{}, nil
	}
	byParent, err := batch.Load(ctx, e.group, askMails{}, i.mailsOf)
	if mails := byParent[e.ID.UUID]; err != nil || mails != nil {
		return mails, err
	}
	return []*Mail{}, nil
}

// mailsOf are the latest mails about each of the enrollments, by one statement.
func (i *Inventory) mailsOf(ctx context.Context, enrollments []uuid.UUID) (map[uuid.UUID][]*Mail, error) {
	columns := strings.Join(expressions(mailColumns), ", ")
	statement := fmt.Sprintf(`SELECT b.parent, %s FROM unnest($1::uuid[]) AS b(parent)
CROSS JOIN LATERAL (SELECT %s FROM mails m WHERE m.enrollment_id = b.parent ORDER BY m.created_at DESC, m.id DESC LIMIT $2) m
ORDER BY m.created_at DESC, m.id DESC`, columns, columns)
	found, err := readAll(ctx, i.read, statement, []any{pq.Array(enrollments), mostMails}, ofChild(mailColumns), func(c *child[Mail]) []any { return []any{&c.parent} })
	if err != nil {
		return nil, fmt.Errorf("read mails: %w", err)
	}
	byParent := map[uuid.UUID][]*Mail{}
	for _, m := range found {
		m.of.inUTC()
		byParent[m.parent] = append(byParent[m.parent], &m.of)
	}
	return byParent, nil
}

// MailsByID are the mails with these ids on enrollments that the viewer manages.
func (i *Inventory) MailsByID(ctx context.Context, ids []id.ID) (map[id.ID]*Mail, error) {
	v, _ := viewer.From(ctx)
	sc, err := i.scopes.Of(ctx)
	if err != nil || len(ids) == 0 || !v.May(lifecycle.ViewEnrollments) || !v.May(lifecycle.ManageEnrollments) {
		return nil, err
	}
	statement := fmt.Sprintf("SELECT %s FROM mails m WHERE m.id = ANY($1) AND m.enrollment_id IS NOT NULL AND %s",
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
