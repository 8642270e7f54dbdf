package inventory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/certificate"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// RereadCertificates fills, as the system, the columns that follow from the bytes of
// up to limit certificates which an older reader has written, or none, and returns
// how many those were: after an upgrade, a minute passes until they are found by
// their names and in order of their subjects. Several servers may do it at once; what
// somebody else has under a lock comes later.
//
// It changes nothing that an audit entry tells, neither version nor updated_at: what
// stands in the bytes is what stood there. A certificate that can be read no longer
// keeps the columns that it has, and is not tried again. One that the built-in
// authority issued, and that is revoked or on hold, is named by that authority's next
// list.
func (i *Inventory) RereadCertificates(ctx context.Context, limit int) (int, error) {
	ctx = i.store.Pin(viewer.With(ctx, viewer.TheSystem()))
	var some bool
	if err := one(ctx, i.read, "SELECT EXISTS (SELECT FROM certificates c WHERE "+unread+")", nil, &some); err != nil || !some {
		return 0, err // most of the time, so that it takes no transaction
	}
	n := 0
	_, err := i.store.Do(ctx, store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		found, err := readAll(ctx, tx, `SELECT c.id, c.der, COALESCE(c.authority, '') = 'BUILT_IN' AND (c.revoked_at IS NOT NULL OR c.suspended_at IS NOT NULL)
FROM certificates c WHERE `+unread+` ORDER BY c.id LIMIT $1 FOR UPDATE SKIP LOCKED`, []any{limit}, nil, func(r *reread) []any {
			return []any{&r.id, &r.der, &r.withdrawn}
		})
		if err != nil {
			return store.Outcome{}, fmt.Errorf("read certificates anew: %w", err)
		}
		n = len(found)
		return store.Outcome{}, writeReread(ctx, tx, found)
	})
	return n, err
}

// unread is the condition that a certificate was not read by the present reader, as
// the partial index certificates_unread has it.
var unread = fmt.Sprintf("c.read_as < %d", certificate.ReadAs)

// reread is a certificate whose bytes are read anew.
type reread struct {
	id  uuid.UUID
	der []byte
	// withdrawn: a list of revoked certificates names it.
	withdrawn bool
}

// writeReread writes what the certificates say by one statement, and has the lists
// changed that name them now.
func writeReread(ctx context.Context, tx *store.Tx, all []*reread) error {
	var texts texts
	var lost []string
	authorities := map[string]bool{}
	for _, r := range all {
		text, err := certificate.Read(r.der)
		if err != nil {
			lost = append(lost, r.id.String())
			continue
		}
		if err := texts.add(r.id, text); err != nil {
			return err
		}
		if r.withdrawn && text.AuthorityKeyID != "" {
			authorities[text.AuthorityKeyID] = true
		}
	}
	if err := written(ctx, tx, texts.statement(), texts.args()...); err != nil {
		return err
	}
	if len(lost) > 0 {
		if err := written(ctx, tx, fmt.Sprintf("UPDATE certificates c SET read_as = %d WHERE c.id = ANY($1::uuid[]) RETURNING c.id", certificate.ReadAs), pq.Array(lost)); err != nil {
			return err
		}
	}
	_, err := raiseRevocations(ctx, tx, slices.Sorted(maps.Keys(authorities)))
	return err
}

// written runs an UPDATE of columns that follow from others.
func written(ctx context.Context, tx *store.Tx, statement string, args ...any) (err error) {
	rows, err := tx.Guard(ctx, statement, args...)
	if err != nil {
		return fmt.Errorf("write what certificates say: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() { // the driver answers when all are read
		continue
	}
	return rows.Err()
}

// texts are what certificates say, column by column.
type texts struct {
	ids, subjectKeys, commonNames, names, searchTexts, keyAlgorithms, keys, signatures, authorityKeys, subjectKeyIDs pq.StringArray
	authorities, selfIssued                                                                                          pq.BoolArray
}

func (t *texts) add(row uuid.UUID, text certificate.Text) error {
	names, err := json.Marshal(text.Names)
	if err != nil {
		return fmt.Errorf("write the names of certificate %s: %w", row, err)
	}
	for _, c := range []struct {
		to    *pq.StringArray
		value string
	}{
		{&t.ids, row.String()}, {&t.subjectKeys, text.SubjectKey}, {&t.commonNames, text.CommonName}, {&t.names, string(names)}, {&t.searchTexts, text.SearchText},
		{&t.keyAlgorithms, text.KeyAlgorithm}, {&t.keys, text.KeySHA256}, {&t.signatures, text.SignatureAlgorithm}, {&t.authorityKeys, text.AuthorityKeyID}, {&t.subjectKeyIDs, text.SubjectKeyID},
	} {
		*c.to = append(*c.to, c.value)
	}
	t.authorities, t.selfIssued = append(t.authorities, text.IsCA), append(t.selfIssued, text.SelfIssued)
	return nil
}

func (t *texts) statement() string {
	return fmt.Sprintf(`UPDATE certificates c SET subject_key = v.subject_key, common_name = v.common_name, names = v.names::jsonb, search_text = v.search_text,
  key_algorithm = v.key_algorithm, key_sha256 = v.key_sha256, signature_algorithm = v.signature_algorithm, authority_key_id = v.authority_key_id,
  subject_key_id = v.subject_key_id, is_ca = v.is_ca, self_issued = v.self_issued, read_as = %d
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::boolean[], $12::boolean[])
  AS v(id, subject_key, common_name, names, search_text, key_algorithm, key_sha256, signature_algorithm, authority_key_id, subject_key_id, is_ca, self_issued)
WHERE c.id = v.id RETURNING c.id`, certificate.ReadAs)
}

func (t *texts) args() []any {
	return []any{t.ids, t.subjectKeys, t.commonNames, t.names, t.searchTexts, t.keyAlgorithms, t.keys, t.signatures, t.authorityKeys, t.subjectKeyIDs, t.authorities, t.selfIssued}
}
