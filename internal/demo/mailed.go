package demo

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
)

// What a mail would have brought is read where the mail would have got it, since
// nobody is mailed. It is read anew whenever it is needed: what an answer shows once
// is not shown to an interrupted seeding again.

// linkAndCode is what an invited person has: the secret of their link, and the code;
// without a code, the secret of the link with which an approved request is picked up.
func (s *seeding) linkAndCode(ctx context.Context, enrollment id.ID) (in inventory.RedeemEnrollmentInput, err error) {
	var row uuid.UUID
	var token, pickup, code []byte
	err = s.one(ctx, `SELECT id, token_cipher, pickup_cipher, code_cipher FROM enrollments WHERE id = $1`, enrollment.UUID, &row, &token, &pickup, &code)
	if err != nil {
		return in, err
	}
	if len(code) == 0 {
		in.Token, err = s.unsealed(pickup, row, "pickup_cipher")
		return in, err
	}
	text, err := s.unsealed(code, row, "code_cipher")
	if err != nil {
		return in, err
	}
	in.Code = &text
	in.Token, err = s.unsealed(token, row, "token_cipher")
	return in, err
}

// confirming is the secret of the latest link that confirms an address.
func (s *seeding) confirming(ctx context.Context, address string) (string, error) {
	var row uuid.UUID
	var token []byte
	err := s.one(ctx, `SELECT id, token_cipher FROM open_requests WHERE email = $1 AND confirmed_at IS NULL ORDER BY created_at DESC LIMIT 1`, address, &row, &token)
	if err != nil {
		return "", err
	}
	return s.unsealed(token, row, "token_cipher")
}

// unsealed opens what the database keeps sealed.
func (s *seeding) unsealed(cipher []byte, row uuid.UUID, column string) (string, error) {
	text, err := s.keys.Open(cipher, row, column)
	if err != nil {
		return "", fmt.Errorf("demo data: open what a mail would have brought: %w; %w", err, errStory)
	}
	return text, nil
}

// one reads one row.
func (s *seeding) one(ctx context.Context, statement string, of any, into ...any) error {
	rows, err := s.house.Store.Read().Query(ctx, statement, of)
	if err != nil {
		return fmt.Errorf("demo data: read what a mail would have brought: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("demo data: read what a mail would have brought: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("demo data: read what a mail would have brought: %w", err)
	}
	return nil
}
