//go:build unix

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	// bareCommand makes this program the bare handler.
	bareCommand = "bare-handler"
	// bareDatabase tells it where the database is, bareUnit which business unit.
	bareDatabase = "BENCH_DATABASE_URL"
	bareUnit     = "BENCH_UNIT"
)

// pool is how many connections to the database a server may open: the default of
// bin/gatehouse serve.
const pool = 16

// bareStatement lets PostgreSQL write the whole answer. What it leaves out is
// what only an API knows: the text form of ids, cursors, and what the viewer may
// do, which here is the same for everybody.
const bareStatement = `SELECT json_build_object('data', json_build_object('enrollments', json_build_object(
  'nodes', json_agg(json_build_object(
    'id', n.id, 'status', n.status, 'createdAt', n.created_at, 'expiresAt', n.expires_at,
    'seat', json_build_object('id', s.id, 'seatId', s.seat_id, 'name', s.name, 'email', s.email),
    'profile', json_build_object('id', p.id, 'name', p.name),
    'businessUnit', json_build_object('id', b.id, 'name', b.name),
    'availableActions', '["REVIEW","APPROVE","REJECT","CHANGE_STATUS","ADD_NOTE"]'::json
  ) ORDER BY n.created_at DESC, n.id DESC) FILTER (WHERE n.place <= 50),
  'pageInfo', json_build_object('hasNextPage', count(*) > 50, 'hasPreviousPage', false, 'startCursor', max(n.created_at), 'endCursor', min(n.created_at))
)))
FROM (SELECT e.id, e.status, e.created_at, e.expires_at, e.seat_row_id, e.profile_id, e.business_unit_id, row_number() OVER (ORDER BY e.created_at DESC, e.id DESC) AS place
  FROM (SELECT * FROM enrollments WHERE business_unit_id = $1::uuid AND status = 'PENDING' ORDER BY created_at DESC, id DESC LIMIT 51) e) n
JOIN certificate_profiles p ON p.id = n.profile_id
JOIN business_units b ON b.id = n.business_unit_id
LEFT JOIN seats s ON s.id = n.seat_row_id`

// serveBare is the bare handler: it answers every request with the bytes that
// one prepared statement gives, and says its address on the first line.
func serveBare(ctx context.Context, url, unit string, stdout io.Writer) (err error) {
	db, err := connect(url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(pool)
	db.SetMaxIdleConns(pool)
	stmt, err := db.PrepareContext(ctx, bareStatement)
	if err != nil {
		return fmt.Errorf("preparing the bare handler's statement: %w", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listening for the bare handler: %w", err)
	}
	server := &http.Server{Handler: bare(stmt, unit), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	fmt.Fprintf(stdout, "%s%s\n", servingAt, listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the bare handler: %w", err)
	}
	return nil
}

func bare(stmt *sql.Stmt, unit string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body []byte
		if err := stmt.QueryRowContext(r.Context(), unit).Scan(&body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body) // who has gone away reads nothing
	})
}
