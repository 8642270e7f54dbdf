package store

import (
	"context"
	"fmt"
	"strings"
)

// JobsChannel is where servers call each other to the job table.
const JobsChannel = "gatehouse_jobs"

// Jobs runs one statement that changes rows of the job table and nothing else,
// outside any business transaction, and hands each row that it returns to each.
// It is for package job: claiming work, prolonging a lease, writing down how it
// ended. What the work itself changes goes through Do.
func (s *Store) Jobs(ctx context.Context, statement string, args []any, each func(scan func(...any) error) error) error {
	if !strings.HasPrefix(statement, "UPDATE jobs ") && !strings.HasPrefix(statement, "INSERT INTO jobs ") {
		return fmt.Errorf("store: Jobs was given a statement that does not change the job table: %.40q", statement)
	}
	s.onStatement(ctx, statement)
	rows, err := s.db.QueryContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// CallForHelp wakes the other servers that listen on JobsChannel. It is a hint,
// and expensive for the database when given with every transaction: callers keep
// it rare.
func (s *Store) CallForHelp(ctx context.Context) error {
	const notify = `SELECT pg_notify('` + JobsChannel + `', '')`
	s.onStatement(ctx, notify)
	if _, err := s.db.ExecContext(ctx, notify); err != nil {
		return fmt.Errorf("call other servers to the job table: %w", err)
	}
	return nil
}
