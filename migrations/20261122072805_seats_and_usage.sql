-- New words of the audit (Atlas does not see a changed condition of a check; written by hand).
ALTER TABLE "audit_entries" DROP CONSTRAINT "audit_entries_action", ADD CONSTRAINT "audit_entries_action" CHECK ((action)::text = ANY (ARRAY['CREATE_BUSINESS_UNIT'::text, 'UPDATE_BUSINESS_UNIT'::text, 'DELETE_BUSINESS_UNIT'::text, 'SET_PURCHASED_SEATS'::text, 'ALLOCATE_SEATS'::text, 'CREATE_CERTIFICATE_PROFILE'::text, 'UPDATE_CERTIFICATE_PROFILE'::text, 'ARCHIVE_CERTIFICATE_PROFILE'::text, 'CREATE_SEAT'::text, 'UPDATE_SEAT'::text, 'DELETE_SEAT'::text, 'IMPORT_SEATS'::text, 'ENROLL'::text, 'REQUEST'::text, 'APPROVE'::text, 'REJECT'::text, 'WITHDRAW'::text, 'CANCEL'::text, 'CHANGE_STATUS'::text, 'ADD_NOTE'::text, 'VIEW_CODE'::text, 'RESET'::text, 'UNLOCK'::text, 'RESEND_ENROLLMENT'::text, 'RESEND_APPROVAL_EMAIL'::text, 'REDEEM'::text, 'EXPIRE'::text, 'ATTACH_CERTIFICATE'::text, 'LINK_CERTIFICATE'::text, 'UNLINK_CERTIFICATE'::text, 'IMPORT_CERTIFICATES'::text, 'RECORD_DISCOVERED_CERTIFICATES'::text, 'REVOKE_CERTIFICATE'::text, 'SUSPEND_CERTIFICATE'::text, 'RESUME_CERTIFICATE'::text, 'RENEW_CERTIFICATE'::text, 'SAVE_VIEW'::text, 'UPDATE_VIEW'::text, 'DELETE_VIEW'::text, 'START_BULK_ACTION'::text, 'CANCEL_JOB'::text, 'CREATE_EXPORT'::text, 'CREATE_WEBHOOK'::text, 'UPDATE_WEBHOOK'::text, 'DELETE_WEBHOOK'::text, 'TEST_WEBHOOK'::text, 'REPLAY_WEBHOOK'::text]));
-- Modify "certificates" table
ALTER TABLE "certificates" ADD CONSTRAINT "certificates_reason" CHECK ((revocation_reason IS NULL) OR ((revocation_reason)::text = ANY (ARRAY['UNSPECIFIED'::text, 'KEY_COMPROMISE'::text, 'CA_COMPROMISE'::text, 'AFFILIATION_CHANGED'::text, 'SUPERSEDED'::text, 'CESSATION_OF_OPERATION'::text, 'PRIVILEGE_WITHDRAWN'::text, 'AA_COMPROMISE'::text]))), ADD CONSTRAINT "certificates_revoked" CHECK ((((status)::text = 'REVOKED'::text) = (revoked_at IS NOT NULL)) AND ((revoked_at IS NULL) = (revocation_reason IS NULL))), ADD COLUMN "revoked_at" timestamptz NULL, ADD COLUMN "revocation_reason" character varying NULL;
-- Modify "seats" table
ALTER TABLE "seats" ADD COLUMN "search_text" character varying NOT NULL DEFAULT '', ADD COLUMN "unused_since" timestamptz NULL;
-- What stands there already: a seat has been unused since the last of its enrollments or certificates changed, or since it was made.
UPDATE "seats" s SET
  "search_text" = E'\n' || s.seat_key || E'\n' || lower(s.email) || E'\n' || regexp_replace(lower(s.name), '\s+', E'\n', 'g'),
  "unused_since" = GREATEST(s.created_at, (SELECT max(e.updated_at) FROM enrollments e WHERE e.seat_row_id = s.id), (SELECT max(c.updated_at) FROM certificates c WHERE c.seat_row_id = s.id));
ALTER TABLE "seats" ALTER COLUMN "unused_since" SET NOT NULL;
-- Create index "seats_search" to table: "seats"
CREATE INDEX "seats_search" ON "seats" USING gin ("business_unit_id", "search_text" gin_trgm_ops);
-- Create "seat_usage_days" table
CREATE TABLE "seat_usage_days" ("id" uuid NOT NULL, "business_unit_id" uuid NOT NULL, "seat_type" character varying NOT NULL, "day" date NOT NULL, "allocated" bigint NOT NULL, "created" bigint NOT NULL, "consumed" bigint NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "seat_usage_days_figures" CHECK ((0 <= consumed) AND (consumed <= created) AND (created <= allocated)));
-- Create index "seatusageday_business_unit_id_seat_type_day" to table: "seat_usage_days"
CREATE UNIQUE INDEX "seatusageday_business_unit_id_seat_type_day" ON "seat_usage_days" ("business_unit_id", "seat_type", "day");
-- Create index "seatusageday_day_seat_type" to table: "seat_usage_days"
CREATE INDEX "seatusageday_day_seat_type" ON "seat_usage_days" ("day", "seat_type");
