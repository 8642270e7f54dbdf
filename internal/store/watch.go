package store

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent"
	"github.com/google/uuid"

	generated "gatehouse/ent/generated"
	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/period"
)

// audited says which entities are audited things. An entity that is neither
// here nor in unaudited fails a test.
var audited = map[string]audit.Resource{
	generated.TypeBusinessUnit:       audit.BusinessUnit,
	generated.TypeSeatLicense:        audit.License,
	generated.TypeSeatAllocation:     audit.Allocation,
	generated.TypeCertificateProfile: audit.Profile,
	generated.TypeSeat:               audit.Seat,
	generated.TypeEnrollment:         audit.Enrollment,
	generated.TypeCertificate:        audit.Certificate,
	generated.TypeSavedView:          audit.View,
	generated.TypeBulkJob:            audit.Job,
	generated.TypeWebhook:            audit.Webhook,
	generated.TypeExport:             audit.Export,
}

// unaudited says which entities are no audited things, and why.
var unaudited = map[string]string{
	generated.TypeApproval:            "a decision is an entry on its enrollment",
	generated.TypeEnrollmentNote:      "a note is an entry on its enrollment",
	generated.TypeMail:                "a mail follows from an audited change",
	generated.TypeIssuance:            "what a CA was asked for follows from an audited claim of its enrollment",
	generated.TypeOpenRequest:         "nobody's request yet; once confirmed it is an enrollment, with an entry",
	generated.TypeACMEAccount:         "the server's own account with a CA",
	generated.TypeACMEChallenge:       "a CA's question to the server, for a minute",
	generated.TypeCertificateLocation: "a new place is an entry on its certificate; when it was last seen there is no change",
	generated.TypeRevocationList:      "repeats what the entries of certificates tell",
	generated.TypeJob:                 "the server's own work; a job that a person starts is recorded by its mutation",
	generated.TypeEnrollmentText:      "copies words of its enrollment, and never changes",
	generated.TypeBulkBatch:           "what a job does is entries on the things that it is done to",
	generated.TypeWebhookDelivery:     "tells others of what entries tell already",
	generated.TypeAuditEntry:          "is the audit",
	generated.TypeEvent:               "follows from an entry",
	generated.TypeIdempotencyKey:      "bookkeeping of the call, not of the organisation",
	generated.TypeSeatUsageDay:        "figures of a day, which follow from the seats",
}

// untold are columns that an entry's changes do not tell: bookkeeping, copies
// of other columns, what is too long to read, and every secret.
var untold = []string{
	"id", "version", "created_at", "updated_at", "seat_key", "search_text", "unused_since", "business_unit_id", "promise", "csr", "der", "chain", "attempted_at",
	"subject_key", "common_name", "names", "key_sha256", "key_algorithm", "signature_algorithm", "authority_key_id", "subject_key_id", "is_ca", "self_issued", "read_as", "assigned", "remind_at", "revocation_error",
	"name_key", "owner_issuer", "owner_subject", "owner_name", "actor", "next_batch", "batches", "processed", "succeeded", "refusals", "taken", "work_id", "content", "secret_hash", "secret_cipher", "position", "replayed_to", "round_until", "resting_until", "failing_since", "delivered_at", "last_error",
	"code_cipher", "token_cipher", "token_hash", "pickup_cipher", "pickup_hash", "active_enrollments", "valid_certificates",
}

// watch is the hook on every write by ent: it refuses what would change many
// rows at once, reads the values before the change, and remembers that the row
// needs an entry.
func (tx *Tx) watch(next ent.Mutator) ent.Mutator {
	return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
		resource, isAudited := audited[m.Type()]
		switch {
		case m.Op() == ent.OpCreate, m.Op() == ent.OpUpdateOne:
		default:
			return nil, fmt.Errorf("store: %s of %s changes many rows at once; use Apply", m.Op(), m.Type())
		}
		if !isAudited {
			return next.Mutate(ctx, m)
		}
		var fields []audit.Change
		for _, name := range append(m.Fields(), m.ClearedFields()...) {
			if slices.Contains(untold, name) {
				continue
			}
			c := audit.Change{Field: fieldName(name)}
			if m.Op() == ent.OpUpdateOne {
				old, err := m.OldField(ctx, name)
				if err != nil {
					return nil, fmt.Errorf("read %s of %s before the change: %w", name, m.Type(), err)
				}
				c.Before = toldOf(name, old)
			}
			if v, ok := m.Field(name); ok {
				c.After = toldOf(name, v)
			}
			fields = append(fields, c)
		}
		value, err := next.Mutate(ctx, m)
		if err != nil {
			return nil, err
		}
		row, err := mutated(m)
		if err != nil {
			return nil, err
		}
		tx.note(thing{resource, row}, unitOf(row, value), fields)
		return value, nil
	})
}

// note remembers that a row was changed.
func (tx *Tx) note(t thing, unit uuid.UUID, fields []audit.Change) {
	c := tx.changed[t]
	if c == nil {
		c = &change{}
		tx.changed[t] = c
	}
	if unit != uuid.Nil {
		c.unit = unit
	}
	for _, f := range fields {
		if !same(f.Before, f.After) {
			c.fields = append(c.fields, f)
		}
	}
}

// mutated is the id of the row that a mutation of one row changed.
func mutated(m ent.Mutation) (uuid.UUID, error) {
	identified, ok := m.(interface{ ID() (uuid.UUID, bool) })
	if !ok {
		return uuid.Nil, fmt.Errorf("store: %s has no id to audit by", m.Type())
	}
	row, ok := identified.ID()
	if !ok {
		return uuid.Nil, fmt.Errorf("store: a change of %s does not say which row", m.Type())
	}
	return row, nil
}

// unitOf is the business unit of a row that ent returned.
func unitOf(row uuid.UUID, value ent.Value) uuid.UUID {
	switch v := value.(type) {
	case *generated.BusinessUnit:
		return row
	case *generated.SeatAllocation:
		return v.BusinessUnitID
	case *generated.CertificateProfile:
		return v.BusinessUnitID
	case *generated.Seat:
		return v.BusinessUnitID
	case *generated.Enrollment:
		return v.BusinessUnitID
	case *generated.Certificate:
		return v.BusinessUnitID
	case *generated.SavedView:
		if v.BusinessUnitID != nil {
			return *v.BusinessUnitID
		}
	}
	return uuid.Nil
}

// links are the columns that hold another thing's id, with the schema's name
// for the field and the kind of the id.
var links = map[string]struct {
	field string
	kind  id.Kind
}{
	"seat_row_id":              {"seat", id.Seat},
	"profile_id":               {"profile", id.Profile},
	"enrollment_id":            {"enrollment", id.Enrollment},
	"created_by_enrollment_id": {"createdByEnrollment", id.Enrollment},
	"replaces_certificate_id":  {"replaces", id.Certificate},
}

// renamed are the columns whose field has another name in the schema; those in
// seconds are durations there.
var renamed = map[string]string{
	"approvals": "approvalsGiven", "request_names": "requestedNames",
	"expiry_seconds": "expiry", "pickup_seconds": "pickupTime", "validity_seconds": "validity", "renewal_window_seconds": "renewalWindow",
}

// fieldName is what the schema calls a column.
func fieldName(column string) string {
	if l, ok := links[column]; ok {
		return l.field
	}
	if field, ok := renamed[column]; ok {
		return field
	}
	words := strings.Split(column, "_")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}

// toldOf is a column's value as an entry tells it: another thing by its public id.
func toldOf(column string, v any) *string {
	if l, ok := links[column]; ok {
		switch u := v.(type) {
		case uuid.UUID:
			v = id.Of(l.kind, u)
		case *uuid.UUID:
			if u == nil {
				return nil
			}
			v = id.Of(l.kind, *u)
		}
	}
	if seconds, ok := v.(int64); ok && strings.HasSuffix(column, "_seconds") {
		return told(period.Period(seconds))
	}
	return told(v)
}

// told is a value as an entry tells it; nil where there is none.
func told(v any) *string {
	var s string
	switch x := v.(type) {
	case nil:
		return nil
	case string:
		s = x
	case *string:
		return x
	case time.Time:
		s = x.UTC().Format(time.RFC3339Nano)
	case *time.Time:
		if x == nil {
			return nil
		}
		s = x.UTC().Format(time.RFC3339Nano)
	case *int:
		if x == nil {
			return nil
		}
		s = strconv.Itoa(*x)
	case *uuid.UUID:
		if x == nil {
			return nil
		}
		s = x.String()
	case []string:
		s = strings.Join(x, ", ")
	case fmt.Stringer:
		s = x.String()
	case int, int64, bool:
		s = fmt.Sprint(x)
	default:
		if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer {
			if r.IsNil() {
				return nil
			}
			return told(r.Elem().Interface())
		}
		b, err := json.Marshal(x)
		if err != nil {
			return nil
		}
		s = strings.Trim(string(b), `"`)
	}
	return &s
}

func same(a, b *string) bool {
	return a == b || a != nil && b != nil && *a == *b
}
