package store

import (
	"context"
	"fmt"
	"strings"
)

// UsageDays runs one statement that adds to or corrects the table of daily
// figures and changes nothing else, outside any business transaction, and returns
// how many rows it wrote. It is for package licence: the figures follow counters,
// whose every change has an entry of its own, so that writing them down has none.
func (s *Store) UsageDays(ctx context.Context, statement string, args ...any) (int, error) {
	if !strings.HasPrefix(statement, "INSERT INTO seat_usage_days ") {
		return 0, fmt.Errorf("store: UsageDays was given a statement that does not record daily figures: %.40q", statement)
	}
	s.onStatement(ctx, statement)
	result, err := s.db.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, named(err)
	}
	n, err := result.RowsAffected()
	return int(n), err
}
