package testdb

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/lib/pq"
)

// audited is a table of which every change needs an audit entry, and the columns
// that follow other rows (counters, and what is derived from them), the keyset, or
// every change (version, updated_at), so that a change of these alone needs none.
type audited struct {
	table   string
	follows []string
}

// auditedTables are the things of domain.md section 6.
var auditedTables = []audited{
	{"business_units", nil},
	{"seat_licenses", []string{"allocated"}},
	{"seat_allocations", []string{"created", "consumed"}},
	{"seats", []string{"status", "unused_since", "consumed", "active_enrollments", "valid_certificates"}},
	{"certificate_profiles", nil},
	{"enrollments", []string{"code_cipher", "token_cipher", "pickup_cipher", "attempts", "attempted_at"}}, // sealed by another key, they hold what they held; an attempt is told by its own entry
	// what stands in the bytes may be read anew; who is reminded, and what an authority said, is told by mails and entries of their own
	{"certificates", []string{
		"subject_key", "common_name", "names", "search_text", "key_algorithm", "key_sha256", "signature_algorithm", "authority_key_id", "subject_key_id", "is_ca", "self_issued", "read_as",
		"assigned", "remind_at", "revocation_error",
	}},
	{"saved_views", nil},
	// how far it is follows its batches, each of which is told by the entries of its items
	{"bulk_jobs", []string{"status", "next_batch", "processed", "succeeded", "refusals", "taken", "work_id", "started_at"}},
	{"exports", nil},
	// what arrived is told by its deliveries; another key seals the same secret
	{"webhooks", []string{"position", "replayed_to", "round_until", "resting_until", "failing_since", "delivered_at", "last_error", "secret_cipher"}},
}

// requireAuditFunction looks, when the transaction commits, for an entry about the
// row from the same transaction. An entry about a refusal is about something that
// did not happen, so it stands for no change.
const requireAuditFunction = `
CREATE FUNCTION require_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	follows text[] := TG_ARGV[0];
	stands boolean;
BEGIN
	EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE id = $1)', TG_TABLE_NAME) INTO stands USING NEW.id;
	IF NOT stands THEN -- made and taken back by the same transaction: nothing happened
		RETURN NULL;
	END IF;
	IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - follows = to_jsonb(OLD) - follows THEN
		RETURN NULL;
	END IF;
	IF NOT EXISTS (SELECT FROM audit_entries
		WHERE xid = pg_current_xact_id()::text::bigint AND resource_id = NEW.id AND outcome <> 'REFUSED') THEN
		RAISE EXCEPTION '% of % % has no audit entry in its transaction', TG_OP, TG_TABLE_NAME, NEW.id
			USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
	END IF;
	RETURN NULL;
END $$`

// requireAudit puts a deferred trigger on each audited table: the safety net under
// the audit, in tests only. What slips past the code that writes the entries fails
// there, whoever forgot it.
func requireAudit(ctx context.Context, owner *sql.DB) error {
	if _, err := owner.ExecContext(ctx, requireAuditFunction); err != nil {
		return fmt.Errorf("making the trigger that requires audit entries: %w", err)
	}
	for _, a := range auditedTables {
		follows := "{" + strings.Join(append([]string{"version", "updated_at"}, a.follows...), ",") + "}"
		_, err := owner.ExecContext(ctx, fmt.Sprintf(`CREATE CONSTRAINT TRIGGER require_audit AFTER INSERT OR UPDATE ON %s
			DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit(%s)`,
			pq.QuoteIdentifier(a.table), pq.QuoteLiteral(follows)))
		if err != nil {
			return fmt.Errorf("requiring audit entries for the table %s: %w", a.table, err)
		}
	}
	return nil
}
