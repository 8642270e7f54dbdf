package store_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

func TestNobodyChangesTheAudit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat("a")
	before := w.count(`SELECT count(*) FROM audit_entries`)
	for name, db := range map[string]*sql.DB{"the server's role": w.db.Open(t), "the owner of the tables": w.db.Owner(t), "a superuser": w.admin} {
		for _, statement := range []string{
			`UPDATE audit_entries SET comment = 'nothing happened'`,
			`DELETE FROM audit_entries`,
			`TRUNCATE audit_entries`,
			`INSERT INTO audit_entries SELECT * FROM audit_entries ON CONFLICT (id) DO UPDATE SET comment = 'nothing happened'`,
		} {
			if _, err := db.Exec(statement); err == nil {
				t.Errorf("%s ran %s", name, statement)
			}
		}
	}
	for _, statement := range []string{
		`ALTER TABLE audit_entries DISABLE TRIGGER ALL`, `DROP TABLE audit_entries`, `DROP TRIGGER audit_entries_final ON audit_entries`,
		`CREATE OR REPLACE FUNCTION audit_entries_are_final() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
		`SET session_replication_role = replica`,
	} {
		if _, err := w.db.Open(t).Exec(statement); err == nil {
			t.Errorf("the server's role ran %s", statement)
		}
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE comment = ''`); n != before {
		t.Errorf("%d of %d entries are as they were", n, before)
	}
}

func TestAnEntTransactionTellsFieldsAndNoSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	profile, enrollment := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	seat := w.seat("a")
	_, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		ent := tx.Ent()
		err := ent.CertificateProfile.Create().SetID(profile).SetBusinessUnitID(defaultUnit).SetName("Codes").SetSeatType(lifecycle.User).SetCaType(lifecycle.Private).
			SetAuthenticationMethod(lifecycle.EnrollmentCode).SetEnrollmentMethod(lifecycle.CSR).SetCreatedAt(tx.Now()).SetUpdatedAt(tx.Now()).Exec(ctx)
		if err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{Action: audit.CreateProfile, Resource: audit.Profile, ID: profile})
		err = ent.Enrollment.Create().SetID(enrollment).SetBusinessUnitID(defaultUnit).SetProfileID(profile).SetSeatRowID(seat).SetSeatType(lifecycle.User).
			SetSeatID("a").SetSeatKey("a").SetCaType(lifecycle.Private).SetAuthenticationMethod(lifecycle.EnrollmentCode).SetEnrollmentMethod(lifecycle.CSR).
			SetStatus(lifecycle.Created).SetExpiresAt(tx.Now()).SetPromise(lifecycle.Promise{}).SetCreatedAt(tx.Now()).SetUpdatedAt(tx.Now()).
			SetCodeCipher([]byte("the secret code")).SetTokenCipher([]byte("the secret token")).SetTokenHash([]byte("the secret hash")).Exec(ctx)
		if err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{Action: audit.Enroll, Resource: audit.Enrollment, ID: enrollment})
		err = ent.Enrollment.UpdateOneID(enrollment).SetCodeCipher([]byte("the secret new code")).SetPickupCipher([]byte("the secret link")).SetPickupHash([]byte("the secret")).
			SetAttempts(3).AddVersion(1).Exec(ctx)
		tx.Record(audit.Entry{Action: audit.Reset, Resource: audit.Enrollment, ID: enrollment})
		return store.Done(id.Of(id.Enrollment, enrollment)), err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE changes::text ~* 'secret|7365637265|c2VjcmV0|cipher|hash'`) +
		w.count(`SELECT count(*) FROM events WHERE changes::text ~* 'secret|7365637265|c2VjcmV0|cipher|hash'`); n != 0 {
		t.Errorf("%d entries and events tell a secret", n)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'RESET' AND changes = '[{"field": "attempts", "before": "0", "after": "3"}]' AND business_unit_id = $1`, defaultUnit); n != 1 {
		t.Error("the entry of the update does not tell the one field that changed")
	}
}
