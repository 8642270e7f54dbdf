-- Modify "audit_entries" table: new words
ALTER TABLE "audit_entries" DROP CONSTRAINT "audit_entries_action", ADD CONSTRAINT "audit_entries_action" CHECK ((action)::text = ANY (ARRAY['CREATE_BUSINESS_UNIT'::text, 'UPDATE_BUSINESS_UNIT'::text, 'DELETE_BUSINESS_UNIT'::text, 'SET_PURCHASED_SEATS'::text, 'ALLOCATE_SEATS'::text, 'CREATE_CERTIFICATE_PROFILE'::text, 'UPDATE_CERTIFICATE_PROFILE'::text, 'ARCHIVE_CERTIFICATE_PROFILE'::text, 'CREATE_SEAT'::text, 'UPDATE_SEAT'::text, 'DELETE_SEAT'::text, 'IMPORT_SEATS'::text, 'ENROLL'::text, 'REQUEST'::text, 'APPROVE'::text, 'REJECT'::text, 'WITHDRAW'::text, 'CANCEL'::text, 'CHANGE_STATUS'::text, 'ADD_NOTE'::text, 'VIEW_CODE'::text, 'RESET'::text, 'UNLOCK'::text, 'RESEND_ENROLLMENT'::text, 'RESEND_APPROVAL_EMAIL'::text, 'REDEEM'::text, 'ISSUE_CERTIFICATE'::text, 'LOCK'::text, 'EXPIRE'::text, 'ATTACH_CERTIFICATE'::text, 'LINK_CERTIFICATE'::text, 'UNLINK_CERTIFICATE'::text, 'IMPORT_CERTIFICATES'::text, 'RECORD_DISCOVERED_CERTIFICATES'::text, 'REVOKE_CERTIFICATE'::text, 'SUSPEND_CERTIFICATE'::text, 'RESUME_CERTIFICATE'::text, 'RENEW_CERTIFICATE'::text, 'SAVE_VIEW'::text, 'UPDATE_VIEW'::text, 'DELETE_VIEW'::text, 'START_BULK_ACTION'::text, 'CANCEL_JOB'::text, 'CREATE_EXPORT'::text, 'CREATE_WEBHOOK'::text, 'UPDATE_WEBHOOK'::text, 'DELETE_WEBHOOK'::text, 'TEST_WEBHOOK'::text, 'REPLAY_WEBHOOK'::text]));
-- Modify "certificates" table
ALTER TABLE "certificates" ADD COLUMN "chain" character varying NOT NULL DEFAULT '';
-- Modify "enrollments" table
ALTER TABLE "enrollments" ADD COLUMN "attempted_at" timestamptz NULL;
-- Modify "mails" table
ALTER TABLE "mails" DROP CONSTRAINT "mails_kind", ADD CONSTRAINT "mails_kind" CHECK ((kind)::text = ANY (ARRAY['INVITATION'::text, 'CONFIRM_REQUEST'::text, 'REQUEST_RECEIVED'::text, 'REQUEST_TO_REVIEW'::text, 'APPROVED'::text, 'REJECTED'::text, 'LOCKED'::text])), ADD CONSTRAINT "mails_about" CHECK ((enrollment_id IS NULL) <> (open_request_id IS NULL)), ALTER COLUMN "enrollment_id" DROP NOT NULL, ADD COLUMN "open_request_id" uuid NULL;
-- Create index "mail_open_request_id" to table: "mails"
CREATE INDEX "mail_open_request_id" ON "mails" ("open_request_id");
-- Create "acme_accounts" table
CREATE TABLE "acme_accounts" ("id" uuid NOT NULL, "directory" character varying NOT NULL, "location" character varying NOT NULL DEFAULT '', "key_cipher" bytea NOT NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- Create index "acmeaccount_directory" to table: "acme_accounts"
CREATE UNIQUE INDEX "acmeaccount_directory" ON "acme_accounts" ("directory");
-- Create "acme_challenges" table
CREATE TABLE "acme_challenges" ("id" uuid NOT NULL, "token" character varying NOT NULL, "key_authorization" character varying NOT NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- Create index "acmechallenge_created_at" to table: "acme_challenges"
CREATE INDEX "acmechallenge_created_at" ON "acme_challenges" ("created_at");
-- Create index "acmechallenge_token" to table: "acme_challenges"
CREATE UNIQUE INDEX "acmechallenge_token" ON "acme_challenges" ("token");
-- Create "issuances" table
CREATE TABLE "issuances" ("id" uuid NOT NULL, "business_unit_id" uuid NOT NULL, "issuer" character varying NOT NULL, "csr" bytea NOT NULL, "wanted" jsonb NOT NULL, "progress" jsonb NULL, "status" character varying NOT NULL DEFAULT 'REQUESTED', "reason" character varying NOT NULL DEFAULT '', "created_at" timestamptz NOT NULL, "finished_at" timestamptz NULL, "enrollment_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "issuances_enrollments_enrollment" FOREIGN KEY ("enrollment_id") REFERENCES "enrollments" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "issuances_end" CHECK (((status)::text = 'REQUESTED'::text) = (finished_at IS NULL)), CONSTRAINT "issuances_issuer" CHECK ((issuer)::text = ANY (ARRAY['BUILT_IN'::text, 'ACME'::text, 'EXTERNAL'::text])), CONSTRAINT "issuances_status" CHECK ((status)::text = ANY (ARRAY['REQUESTED'::text, 'DONE'::text, 'FAILED'::text])));
-- Create index "issuance_enrollment_id_created_at_id" to table: "issuances"
CREATE INDEX "issuance_enrollment_id_created_at_id" ON "issuances" ("enrollment_id", "created_at", "id");
-- Create index "issuances_one_claim" to table: "issuances"
CREATE UNIQUE INDEX "issuances_one_claim" ON "issuances" ("enrollment_id") WHERE ((status)::text = 'REQUESTED'::text);
-- Modify "certificate_profiles" table
ALTER TABLE "certificate_profiles" ADD CONSTRAINT "certificate_profiles_issuer" CHECK ((issuer)::text = ANY (ARRAY['BUILT_IN'::text, 'ACME'::text, 'EXTERNAL'::text])), ADD COLUMN "issuer" character varying NOT NULL DEFAULT 'BUILT_IN', ADD COLUMN "key_usages" jsonb NOT NULL DEFAULT '[]', ADD COLUMN "extended_key_usages" jsonb NOT NULL DEFAULT '[]';
-- Profiles of before name the issuer that a new one would have
UPDATE "certificate_profiles" SET "issuer" = CASE WHEN "authentication_method" = 'MANUAL_APPROVAL' AND "seat_type" NOT IN ('SERVER', 'DEVICE', 'UNIFIED') THEN 'EXTERNAL' ELSE 'ACME' END WHERE "ca_type" = 'PUBLIC';
-- The defaults of lists are the code's
ALTER TABLE "certificate_profiles" ALTER COLUMN "key_usages" DROP DEFAULT, ALTER COLUMN "extended_key_usages" DROP DEFAULT;
-- Mails of before have no job that would send them
UPDATE "mails" SET "status" = 'FAILED', "last_error" = 'It was made by a version that sent no mail. Send it again.' WHERE "status" = 'QUEUED';
-- Create "open_requests" table
CREATE TABLE "open_requests" ("id" uuid NOT NULL, "business_unit_id" uuid NOT NULL, "seat_id" character varying NOT NULL, "seat_key" character varying NOT NULL, "name" character varying NOT NULL DEFAULT '', "email" character varying NOT NULL, "comment" character varying NOT NULL DEFAULT '', "csr" character varying NOT NULL DEFAULT '', "request_names" jsonb NULL, "address" character varying NOT NULL DEFAULT '', "token_cipher" bytea NULL, "token_hash" bytea NOT NULL, "created_at" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, "confirmed_at" timestamptz NULL, "enrollment_id" uuid NULL, "profile_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "open_requests_certificate_profiles_profile" FOREIGN KEY ("profile_id") REFERENCES "certificate_profiles" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "open_requests_confirmed" CHECK ((confirmed_at IS NULL) = (enrollment_id IS NULL)));
-- Create index "open_requests_due" to table: "open_requests"
CREATE INDEX "open_requests_due" ON "open_requests" ("expires_at", "id") WHERE (confirmed_at IS NULL);
-- Create index "open_requests_one_waiting" to table: "open_requests"
CREATE UNIQUE INDEX "open_requests_one_waiting" ON "open_requests" ("profile_id", "seat_key", "email") WHERE (confirmed_at IS NULL);
-- Create index "openrequest_email_created_at" to table: "open_requests"
CREATE INDEX "openrequest_email_created_at" ON "open_requests" ("email", "created_at");
-- Create index "openrequest_token_hash" to table: "open_requests"
CREATE UNIQUE INDEX "openrequest_token_hash" ON "open_requests" ("token_hash");
