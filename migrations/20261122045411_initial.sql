-- Create "audit_entries" table
CREATE TABLE "audit_entries" ("id" uuid NOT NULL, "at" timestamptz NOT NULL, "xid" bigint NULL DEFAULT ((pg_current_xact_id())::text)::bigint, "actor_kind" character varying NOT NULL, "actor_issuer" character varying NOT NULL, "actor_subject" character varying NOT NULL, "actor_name" character varying NOT NULL DEFAULT '', "actor_roles" jsonb NOT NULL, "action" character varying NOT NULL, "resource_type" character varying NOT NULL, "resource_id" uuid NULL, "business_unit_id" uuid NULL, "outcome" character varying NOT NULL, "code" character varying NOT NULL DEFAULT '', "request_id" character varying NOT NULL DEFAULT '', "client_address" character varying NOT NULL DEFAULT '', "comment" character varying NOT NULL DEFAULT '', "changes" jsonb NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "audit_entries_action" CHECK ((action)::text = ANY (ARRAY['CREATE_BUSINESS_UNIT'::text, 'UPDATE_BUSINESS_UNIT'::text, 'DELETE_BUSINESS_UNIT'::text, 'SET_PURCHASED_SEATS'::text, 'ALLOCATE_SEATS'::text, 'CREATE_CERTIFICATE_PROFILE'::text, 'UPDATE_CERTIFICATE_PROFILE'::text, 'ARCHIVE_CERTIFICATE_PROFILE'::text, 'CREATE_SEAT'::text, 'UPDATE_SEAT'::text, 'DELETE_SEAT'::text, 'ENROLL'::text, 'REQUEST'::text, 'APPROVE'::text, 'REJECT'::text, 'WITHDRAW'::text, 'CANCEL'::text, 'CHANGE_STATUS'::text, 'ADD_NOTE'::text, 'VIEW_CODE'::text, 'RESET'::text, 'UNLOCK'::text, 'RESEND_ENROLLMENT'::text, 'RESEND_APPROVAL_EMAIL'::text, 'REDEEM'::text, 'EXPIRE'::text, 'ATTACH_CERTIFICATE'::text, 'IMPORT_CERTIFICATES'::text, 'RECORD_DISCOVERED_CERTIFICATES'::text, 'REVOKE_CERTIFICATE'::text, 'SUSPEND_CERTIFICATE'::text, 'RESUME_CERTIFICATE'::text, 'RENEW_CERTIFICATE'::text, 'SAVE_VIEW'::text, 'UPDATE_VIEW'::text, 'DELETE_VIEW'::text, 'START_BULK_ACTION'::text, 'CANCEL_JOB'::text, 'CREATE_EXPORT'::text, 'CREATE_WEBHOOK'::text, 'UPDATE_WEBHOOK'::text, 'DELETE_WEBHOOK'::text, 'TEST_WEBHOOK'::text, 'REPLAY_WEBHOOK'::text])), CONSTRAINT "audit_entries_code" CHECK (((outcome)::text = 'REFUSED'::text) = ((code)::text <> ''::text)), CONSTRAINT "audit_entries_outcome" CHECK ((outcome)::text = ANY (ARRAY['SUCCESS'::text, 'REFUSED'::text, 'FAILURE'::text])), CONSTRAINT "audit_entries_resource" CHECK ((resource_type)::text = ANY (ARRAY['BUSINESS_UNIT'::text, 'SEAT_LICENSE'::text, 'SEAT_ALLOCATION'::text, 'CERTIFICATE_PROFILE'::text, 'SEAT'::text, 'ENROLLMENT'::text, 'CERTIFICATE'::text, 'VIEW'::text, 'WEBHOOK'::text, 'JOB'::text])), CONSTRAINT "audit_entries_xid" CHECK (xid IS NOT NULL));
-- Create index "auditentry_action_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_action_at_id" ON "audit_entries" ("action", "at", "id");
-- Create index "auditentry_actor_subject_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_actor_subject_at_id" ON "audit_entries" ("actor_subject", "at", "id");
-- Create index "auditentry_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_at_id" ON "audit_entries" ("at", "id");
-- Create index "auditentry_business_unit_id_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_business_unit_id_at_id" ON "audit_entries" ("business_unit_id", "at", "id");
-- Create index "auditentry_outcome_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_outcome_at_id" ON "audit_entries" ("outcome", "at", "id") WHERE ((outcome)::text <> 'SUCCESS'::text);
-- Create index "auditentry_resource_id_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_resource_id_at_id" ON "audit_entries" ("resource_id", "at", "id");
-- Create index "auditentry_xid" to table: "audit_entries"
CREATE INDEX "auditentry_xid" ON "audit_entries" ("xid");
-- Create "business_units" table
CREATE TABLE "business_units" ("id" uuid NOT NULL, "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "key" character varying NOT NULL, "name" character varying NOT NULL, "is_default" boolean NOT NULL DEFAULT false, "approver_emails" jsonb NOT NULL, "manager_emails" jsonb NOT NULL, "deleted_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "business_units_default_stays" CHECK (NOT (is_default AND (deleted_at IS NOT NULL))), CONSTRAINT "business_units_key_form" CHECK ((key)::text ~ '^[a-z0-9-]{1,64}$'::text));
-- Create index "business_units_one_default" to table: "business_units"
CREATE UNIQUE INDEX "business_units_one_default" ON "business_units" ("is_default") WHERE is_default;
-- Create index "businessunit_created_at_id" to table: "business_units"
CREATE INDEX "businessunit_created_at_id" ON "business_units" ("created_at", "id");
-- Create index "businessunit_key" to table: "business_units"
CREATE UNIQUE INDEX "businessunit_key" ON "business_units" ("key");
-- Create index "businessunit_name_id" to table: "business_units"
CREATE INDEX "businessunit_name_id" ON "business_units" ("name", "id");
-- Create "seat_licenses" table
CREATE TABLE "seat_licenses" ("id" uuid NOT NULL, "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "seat_type" character varying NOT NULL, "purchased" bigint NULL, "allocated" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"), CONSTRAINT "seat_licenses_allocated_positive" CHECK (allocated >= 0), CONSTRAINT "seat_licenses_allocated_purchased" CHECK ((purchased IS NULL) OR (allocated <= purchased)), CONSTRAINT "seat_licenses_type" CHECK ((seat_type)::text = ANY (ARRAY['USER'::text, 'DEVICE'::text, 'SERVER'::text, 'ORGANIZATION'::text, 'IMPORTED'::text, 'DISCOVERY'::text, 'CERTIFICATE_MANAGEMENT'::text, 'UNIFIED'::text])));
-- Create index "seatlicense_seat_type" to table: "seat_licenses"
CREATE UNIQUE INDEX "seatlicense_seat_type" ON "seat_licenses" ("seat_type");
-- Create "events" table
CREATE TABLE "events" ("id" uuid NOT NULL, "at" timestamptz NOT NULL, "xid" bigint NULL DEFAULT ((pg_current_xact_id())::text)::bigint, "action" character varying NOT NULL, "resource_type" character varying NOT NULL, "resource_id" uuid NOT NULL, "business_unit_id" uuid NULL, "changes" jsonb NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "events_xid" CHECK (xid IS NOT NULL));
-- Create index "event_at" to table: "events"
CREATE INDEX "event_at" ON "events" ("at");
-- Create index "event_xid_id" to table: "events"
CREATE INDEX "event_xid_id" ON "events" ("xid", "id");
-- Create "idempotency_keys" table
CREATE TABLE "idempotency_keys" ("id" uuid NOT NULL, "issuer" character varying NOT NULL, "subject" character varying NOT NULL, "mutation" character varying NOT NULL, "key" character varying NOT NULL, "input_hash" bytea NOT NULL, "outcome" jsonb NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- Create index "idempotencykey_created_at" to table: "idempotency_keys"
CREATE INDEX "idempotencykey_created_at" ON "idempotency_keys" ("created_at");
-- Create index "idempotencykey_issuer_subject_mutation_key" to table: "idempotency_keys"
CREATE UNIQUE INDEX "idempotencykey_issuer_subject_mutation_key" ON "idempotency_keys" ("issuer", "subject", "mutation", "key");
-- Create "jobs" table
CREATE TABLE "jobs" ("id" uuid NOT NULL, "kind" character varying NOT NULL, "business_unit_id" uuid NULL, "payload" jsonb NOT NULL, "status" character varying NOT NULL DEFAULT 'QUEUED', "run_at" timestamptz NOT NULL, "attempt" bigint NOT NULL DEFAULT 0, "max_attempts" bigint NOT NULL DEFAULT 10, "lease_until" timestamptz NULL, "last_error" character varying NOT NULL DEFAULT '', "actor" jsonb NULL, "created_at" timestamptz NOT NULL, "finished_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "jobs_lease" CHECK (((status)::text = 'RUNNING'::text) = (lease_until IS NOT NULL)), CONSTRAINT "jobs_status" CHECK ((status)::text = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text, 'DONE'::text, 'FAILED'::text])));
-- Create index "jobs_finished" to table: "jobs"
CREATE INDEX "jobs_finished" ON "jobs" ("finished_at") WHERE (finished_at IS NOT NULL);
-- Create index "jobs_queued" to table: "jobs"
CREATE INDEX "jobs_queued" ON "jobs" ("run_at", "id") WHERE ((status)::text = 'QUEUED'::text);
-- Create index "jobs_running" to table: "jobs"
CREATE INDEX "jobs_running" ON "jobs" ("lease_until", "id") WHERE ((status)::text = 'RUNNING'::text);
-- Create "mails" table
CREATE TABLE "mails" ("id" uuid NOT NULL, "enrollment_id" uuid NOT NULL, "business_unit_id" uuid NOT NULL, "kind" character varying NOT NULL, "recipient" character varying NOT NULL, "status" character varying NOT NULL DEFAULT 'QUEUED', "last_error" character varying NOT NULL DEFAULT '', "created_at" timestamptz NOT NULL, "sent_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "mails_kind" CHECK ((kind)::text = ANY (ARRAY['INVITATION'::text, 'REQUEST_RECEIVED'::text, 'REQUEST_TO_REVIEW'::text, 'APPROVED'::text, 'REJECTED'::text, 'LOCKED'::text])), CONSTRAINT "mails_status" CHECK ((status)::text = ANY (ARRAY['QUEUED'::text, 'SENT'::text, 'FAILED'::text])));
-- Create index "mail_business_unit_id_created_at_id" to table: "mails"
CREATE INDEX "mail_business_unit_id_created_at_id" ON "mails" ("business_unit_id", "created_at", "id");
-- Create index "mail_enrollment_id_created_at_id" to table: "mails"
CREATE INDEX "mail_enrollment_id_created_at_id" ON "mails" ("enrollment_id", "created_at", "id");
-- Create "certificate_profiles" table
CREATE TABLE "certificate_profiles" ("id" uuid NOT NULL, "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "seat_type" character varying NOT NULL, "ca_type" character varying NOT NULL, "authentication_method" character varying NOT NULL, "enrollment_method" character varying NOT NULL, "name" character varying NOT NULL, "description" character varying NOT NULL DEFAULT '', "approvals_required" bigint NOT NULL DEFAULT 1, "code_length" bigint NOT NULL DEFAULT 12, "code_alphabet" character varying NOT NULL DEFAULT 'LETTERS_AND_DIGITS', "allowed_attempts" bigint NOT NULL DEFAULT 5, "expiry_seconds" bigint NOT NULL DEFAULT 864000, "pickup_seconds" bigint NOT NULL DEFAULT 2592000, "validity_seconds" bigint NOT NULL DEFAULT 31536000, "renewal_window_seconds" bigint NOT NULL DEFAULT 2592000, "allowed_keys" jsonb NOT NULL, "subject_template" character varying NOT NULL DEFAULT '', "allowed_sans" jsonb NOT NULL, "mail_code" boolean NOT NULL DEFAULT false, "mail_requester" boolean NOT NULL DEFAULT true, "approver_emails" jsonb NOT NULL, "manager_emails" jsonb NOT NULL, "open_requests" boolean NOT NULL DEFAULT false, "archived_at" timestamptz NULL, "business_unit_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "certificate_profiles_business_units_business_unit" FOREIGN KEY ("business_unit_id") REFERENCES "business_units" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "certificate_profiles_approvals" CHECK ((approvals_required >= 1) AND (approvals_required <= 5)), CONSTRAINT "certificate_profiles_attempts" CHECK ((allowed_attempts >= 1) AND (allowed_attempts <= 10)), CONSTRAINT "certificate_profiles_auth" CHECK ((authentication_method)::text = ANY (ARRAY['ENROLLMENT_CODE'::text, 'MANUAL_APPROVAL'::text, 'THIRD_PARTY_APP'::text, 'ACTIVE_DIRECTORY'::text, 'CERTIFICATE'::text, 'SAML_IDP'::text, 'GLOBAL_PASSPHRASE'::text])), CONSTRAINT "certificate_profiles_ca" CHECK ((ca_type)::text = ANY (ARRAY['PRIVATE'::text, 'PUBLIC'::text])), CONSTRAINT "certificate_profiles_code" CHECK ((code_length >= 6) AND (code_length <= 32)), CONSTRAINT "certificate_profiles_durations" CHECK ((expiry_seconds > 0) AND (pickup_seconds > 0) AND (validity_seconds > 0) AND (renewal_window_seconds >= 0)), CONSTRAINT "certificate_profiles_method" CHECK ((enrollment_method)::text = ANY (ARRAY['CSR'::text, 'BROWSER_PKCS12'::text, 'REST_API'::text, 'SCEP'::text, 'EST'::text, 'ACME'::text, 'CMPV2'::text, 'DIGICERT_AGENT'::text, 'DESKTOP_CLIENT'::text])), CONSTRAINT "certificate_profiles_type" CHECK ((seat_type)::text = ANY (ARRAY['USER'::text, 'DEVICE'::text, 'SERVER'::text, 'ORGANIZATION'::text, 'IMPORTED'::text, 'DISCOVERY'::text, 'CERTIFICATE_MANAGEMENT'::text, 'UNIFIED'::text])));
-- Create index "certificateprofile_business_unit_id_created_at_id" to table: "certificate_profiles"
CREATE INDEX "certificateprofile_business_unit_id_created_at_id" ON "certificate_profiles" ("business_unit_id", "created_at", "id");
-- Create index "certificateprofile_business_unit_id_name" to table: "certificate_profiles"
CREATE UNIQUE INDEX "certificateprofile_business_unit_id_name" ON "certificate_profiles" ("business_unit_id", "name");
-- Create index "certificateprofile_business_unit_id_name_id" to table: "certificate_profiles"
CREATE INDEX "certificateprofile_business_unit_id_name_id" ON "certificate_profiles" ("business_unit_id", "name", "id");
-- Create index "certificateprofile_created_at_id" to table: "certificate_profiles"
CREATE INDEX "certificateprofile_created_at_id" ON "certificate_profiles" ("created_at", "id");
-- Create index "certificateprofile_name_id" to table: "certificate_profiles"
CREATE INDEX "certificateprofile_name_id" ON "certificate_profiles" ("name", "id");
-- Create "seats" table
CREATE TABLE "seats" ("id" uuid NOT NULL, "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "seat_type" character varying NOT NULL, "seat_id" character varying NOT NULL, "seat_key" character varying NOT NULL, "name" character varying NOT NULL DEFAULT '', "email" character varying NOT NULL DEFAULT '', "phone" character varying NOT NULL DEFAULT '', "status" character varying NOT NULL DEFAULT 'CREATED', "consumed" boolean NOT NULL DEFAULT false, "active_enrollments" bigint NOT NULL DEFAULT 0, "valid_certificates" bigint NOT NULL DEFAULT 0, "created_by_enrollment_id" uuid NULL, "deleted_at" timestamptz NULL, "business_unit_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "seats_business_units_business_unit" FOREIGN KEY ("business_unit_id") REFERENCES "business_units" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "seats_counts_positive" CHECK ((active_enrollments >= 0) AND (valid_certificates >= 0)), CONSTRAINT "seats_key_follows" CHECK (((seat_key)::text <> ''::text) AND (char_length((seat_id)::text) <= 255)), CONSTRAINT "seats_phone_of_people" CHECK (((phone)::text = ''::text) OR ((seat_type)::text = ANY ((ARRAY['USER'::character varying, 'UNIFIED'::character varying])::text[]))), CONSTRAINT "seats_status_follows" CHECK ((status)::text =
CASE
    WHEN (deleted_at IS NOT NULL) THEN 'DELETED'::text
    WHEN consumed THEN 'CONSUMED'::text
    WHEN (active_enrollments > 0) THEN 'ENROLLED'::text
    ELSE 'CREATED'::text
END), CONSTRAINT "seats_type" CHECK ((seat_type)::text = ANY (ARRAY['USER'::text, 'DEVICE'::text, 'SERVER'::text, 'ORGANIZATION'::text, 'IMPORTED'::text, 'DISCOVERY'::text, 'CERTIFICATE_MANAGEMENT'::text, 'UNIFIED'::text])));
-- Create index "seat_business_unit_id_status_created_at_id" to table: "seats"
CREATE INDEX "seat_business_unit_id_status_created_at_id" ON "seats" ("business_unit_id", "status", "created_at", "id");
-- Create index "seat_business_unit_id_status_seat_key_id" to table: "seats"
CREATE INDEX "seat_business_unit_id_status_seat_key_id" ON "seats" ("business_unit_id", "status", "seat_key", "id");
-- Create index "seat_business_unit_id_status_updated_at_id" to table: "seats"
CREATE INDEX "seat_business_unit_id_status_updated_at_id" ON "seats" ("business_unit_id", "status", "updated_at", "id");
-- Create index "seat_status_created_at_id" to table: "seats"
CREATE INDEX "seat_status_created_at_id" ON "seats" ("status", "created_at", "id");
-- Create index "seat_status_seat_key_id" to table: "seats"
CREATE INDEX "seat_status_seat_key_id" ON "seats" ("status", "seat_key", "id");
-- Create index "seat_status_updated_at_id" to table: "seats"
CREATE INDEX "seat_status_updated_at_id" ON "seats" ("status", "updated_at", "id");
-- Create index "seats_one_live" to table: "seats"
CREATE UNIQUE INDEX "seats_one_live" ON "seats" ("business_unit_id", "seat_type", "seat_key") WHERE (deleted_at IS NULL);
-- Create "enrollments" table
CREATE TABLE "enrollments" ("id" uuid NOT NULL, "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "seat_type" character varying NOT NULL, "seat_id" character varying NOT NULL, "seat_key" character varying NOT NULL, "name" character varying NOT NULL DEFAULT '', "email" character varying NOT NULL DEFAULT '', "ca_type" character varying NOT NULL, "authentication_method" character varying NOT NULL, "enrollment_method" character varying NOT NULL, "status" character varying NOT NULL, "expires_at" timestamptz NOT NULL, "promise" jsonb NOT NULL, "approvals_required" bigint NOT NULL DEFAULT 0, "approvals" bigint NOT NULL DEFAULT 0, "round" bigint NOT NULL DEFAULT 1, "requester_issuer" character varying NOT NULL DEFAULT '', "requester_subject" character varying NOT NULL DEFAULT '', "requester_name" character varying NOT NULL DEFAULT '', "requester_comment" character varying NOT NULL DEFAULT '', "reason" character varying NOT NULL DEFAULT '', "csr" character varying NOT NULL DEFAULT '', "request_names" jsonb NULL, "made_seat" boolean NOT NULL DEFAULT false, "attempts" bigint NOT NULL DEFAULT 0, "allowed_attempts" bigint NOT NULL DEFAULT 5, "code_cipher" bytea NULL, "token_cipher" bytea NULL, "token_hash" bytea NULL, "pickup_cipher" bytea NULL, "pickup_hash" bytea NULL, "issuance" character varying NULL, "issuance_since" timestamptz NULL, "issuance_reason" character varying NOT NULL DEFAULT '', "business_unit_id" uuid NOT NULL, "profile_id" uuid NOT NULL, "seat_row_id" uuid NULL, PRIMARY KEY ("id"), CONSTRAINT "enrollments_business_units_business_unit" FOREIGN KEY ("business_unit_id") REFERENCES "business_units" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "enrollments_certificate_profiles_profile" FOREIGN KEY ("profile_id") REFERENCES "certificate_profiles" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "enrollments_seats_seat_row" FOREIGN KEY ("seat_row_id") REFERENCES "seats" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "enrollments_approvals" CHECK ((0 <= approvals) AND (approvals <= approvals_required)), CONSTRAINT "enrollments_attempts" CHECK ((0 <= attempts) AND (attempts <= allowed_attempts)), CONSTRAINT "enrollments_auth" CHECK ((authentication_method)::text = ANY (ARRAY['ENROLLMENT_CODE'::text, 'MANUAL_APPROVAL'::text])), CONSTRAINT "enrollments_ca" CHECK ((ca_type)::text = ANY (ARRAY['PRIVATE'::text, 'PUBLIC'::text])), CONSTRAINT "enrollments_issuance" CHECK ((issuance IS NULL) OR ((issuance)::text = ANY ((ARRAY['REQUESTED'::character varying, 'FAILED'::character varying])::text[]))), CONSTRAINT "enrollments_method" CHECK ((enrollment_method)::text = ANY (ARRAY['CSR'::text, 'BROWSER_PKCS12'::text, 'REST_API'::text, 'SCEP'::text, 'EST'::text, 'ACME'::text, 'CMPV2'::text, 'DIGICERT_AGENT'::text, 'DESKTOP_CLIENT'::text])), CONSTRAINT "enrollments_seat" CHECK ((seat_row_id IS NOT NULL) OR ((status)::text <> ALL ((ARRAY['CREATED'::character varying, 'APPROVED'::character varying, 'REDEEMED'::character varying, 'LOCKED'::character varying])::text[]))), CONSTRAINT "enrollments_status" CHECK ((status)::text = ANY (ARRAY['CREATED'::text, 'PENDING'::text, 'PENDING_SECOND_APPROVAL'::text, 'IN_PROGRESS'::text, 'APPROVED'::text, 'REDEEMED'::text, 'REJECTED'::text, 'EXPIRED'::text, 'LOCKED'::text])), CONSTRAINT "enrollments_type" CHECK ((seat_type)::text = ANY (ARRAY['USER'::text, 'DEVICE'::text, 'SERVER'::text, 'ORGANIZATION'::text, 'IMPORTED'::text, 'DISCOVERY'::text, 'CERTIFICATE_MANAGEMENT'::text, 'UNIFIED'::text])));
-- Create index "enrollment_business_unit_id_seat_key_created_at_id" to table: "enrollments"
CREATE INDEX "enrollment_business_unit_id_seat_key_created_at_id" ON "enrollments" ("business_unit_id", "seat_key", "created_at", "id");
-- Create index "enrollment_business_unit_id_status_created_at_id" to table: "enrollments"
CREATE INDEX "enrollment_business_unit_id_status_created_at_id" ON "enrollments" ("business_unit_id", "status", "created_at", "id");
-- Create index "enrollment_business_unit_id_status_expires_at_id" to table: "enrollments"
CREATE INDEX "enrollment_business_unit_id_status_expires_at_id" ON "enrollments" ("business_unit_id", "status", "expires_at", "id");
-- Create index "enrollment_business_unit_id_status_seat_key_id" to table: "enrollments"
CREATE INDEX "enrollment_business_unit_id_status_seat_key_id" ON "enrollments" ("business_unit_id", "status", "seat_key", "id");
-- Create index "enrollment_business_unit_id_status_updated_at_id" to table: "enrollments"
CREATE INDEX "enrollment_business_unit_id_status_updated_at_id" ON "enrollments" ("business_unit_id", "status", "updated_at", "id");
-- Create index "enrollment_pickup_hash" to table: "enrollments"
CREATE UNIQUE INDEX "enrollment_pickup_hash" ON "enrollments" ("pickup_hash") WHERE (pickup_hash IS NOT NULL);
-- Create index "enrollment_profile_id_status_created_at_id" to table: "enrollments"
CREATE INDEX "enrollment_profile_id_status_created_at_id" ON "enrollments" ("profile_id", "status", "created_at", "id");
-- Create index "enrollment_requester_subject_requester_issuer_created_at_id" to table: "enrollments"
CREATE INDEX "enrollment_requester_subject_requester_issuer_created_at_id" ON "enrollments" ("requester_subject", "requester_issuer", "created_at", "id");
-- Create index "enrollment_seat_row_id_created_at_id" to table: "enrollments"
CREATE INDEX "enrollment_seat_row_id_created_at_id" ON "enrollments" ("seat_row_id", "created_at", "id");
-- Create index "enrollment_status_created_at_id" to table: "enrollments"
CREATE INDEX "enrollment_status_created_at_id" ON "enrollments" ("status", "created_at", "id");
-- Create index "enrollment_status_expires_at_id" to table: "enrollments"
CREATE INDEX "enrollment_status_expires_at_id" ON "enrollments" ("status", "expires_at", "id");
-- Create index "enrollment_status_seat_key_id" to table: "enrollments"
CREATE INDEX "enrollment_status_seat_key_id" ON "enrollments" ("status", "seat_key", "id");
-- Create index "enrollment_status_updated_at_id" to table: "enrollments"
CREATE INDEX "enrollment_status_updated_at_id" ON "enrollments" ("status", "updated_at", "id");
-- Create index "enrollment_token_hash" to table: "enrollments"
CREATE UNIQUE INDEX "enrollment_token_hash" ON "enrollments" ("token_hash") WHERE (token_hash IS NOT NULL);
-- Create index "enrollments_due" to table: "enrollments"
CREATE INDEX "enrollments_due" ON "enrollments" ("expires_at", "id") WHERE ((status)::text = ANY (ARRAY['CREATED'::text, 'PENDING'::text, 'PENDING_SECOND_APPROVAL'::text, 'IN_PROGRESS'::text, 'APPROVED'::text]));
-- Create index "enrollments_one_active" to table: "enrollments"
CREATE UNIQUE INDEX "enrollments_one_active" ON "enrollments" ("profile_id", "business_unit_id", "seat_type", "seat_key") WHERE ((status)::text = ANY (ARRAY['CREATED'::text, 'PENDING'::text, 'PENDING_SECOND_APPROVAL'::text, 'IN_PROGRESS'::text, 'APPROVED'::text, 'LOCKED'::text]));
-- Create "approvals" table
CREATE TABLE "approvals" ("id" uuid NOT NULL, "business_unit_id" uuid NOT NULL, "round" bigint NOT NULL, "decision" character varying NOT NULL, "issuer" character varying NOT NULL, "subject" character varying NOT NULL, "name" character varying NOT NULL DEFAULT '', "comment" character varying NOT NULL DEFAULT '', "decided_at" timestamptz NOT NULL, "enrollment_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "approvals_enrollments_enrollment" FOREIGN KEY ("enrollment_id") REFERENCES "enrollments" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "approvals_decision" CHECK ((decision)::text = ANY (ARRAY['APPROVED'::text, 'REJECTED'::text])));
-- Create index "approval_enrollment_id_round_issuer_subject_decision" to table: "approvals"
CREATE UNIQUE INDEX "approval_enrollment_id_round_issuer_subject_decision" ON "approvals" ("enrollment_id", "round", "issuer", "subject", "decision");
-- Create "certificates" table
CREATE TABLE "certificates" ("id" uuid NOT NULL, "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "status" character varying NOT NULL, "source" character varying NOT NULL, "serial" character varying NOT NULL, "subject" character varying NOT NULL, "issuer" character varying NOT NULL, "not_before" timestamptz NOT NULL, "not_after" timestamptz NOT NULL, "sha256" character varying NOT NULL, "der" bytea NOT NULL, "business_unit_id" uuid NOT NULL, "seat_row_id" uuid NULL, "enrollment_id" uuid NULL, PRIMARY KEY ("id"), CONSTRAINT "certificates_business_units_business_unit" FOREIGN KEY ("business_unit_id") REFERENCES "business_units" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "certificates_enrollments_enrollment" FOREIGN KEY ("enrollment_id") REFERENCES "enrollments" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "certificates_seats_seat_row" FOREIGN KEY ("seat_row_id") REFERENCES "seats" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "certificates_dates" CHECK (not_before <= not_after), CONSTRAINT "certificates_source" CHECK ((source)::text = ANY (ARRAY['ISSUED'::text, 'IMPORTED'::text, 'DISCOVERED'::text])), CONSTRAINT "certificates_status" CHECK ((status)::text = ANY (ARRAY['ISSUED'::text, 'EXPIRED'::text, 'REVOKED'::text, 'SUSPENDED'::text])));
-- Create index "certificate_business_unit_id_sha256" to table: "certificates"
CREATE UNIQUE INDEX "certificate_business_unit_id_sha256" ON "certificates" ("business_unit_id", "sha256");
-- Create index "certificate_enrollment_id" to table: "certificates"
CREATE INDEX "certificate_enrollment_id" ON "certificates" ("enrollment_id");
-- Create index "certificate_seat_row_id_created_at_id" to table: "certificates"
CREATE INDEX "certificate_seat_row_id_created_at_id" ON "certificates" ("seat_row_id", "created_at", "id");
-- Create "enrollment_notes" table
CREATE TABLE "enrollment_notes" ("id" uuid NOT NULL, "business_unit_id" uuid NOT NULL, "text" character varying NOT NULL, "issuer" character varying NOT NULL, "subject" character varying NOT NULL, "name" character varying NOT NULL DEFAULT '', "created_at" timestamptz NOT NULL, "enrollment_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "enrollment_notes_enrollments_enrollment" FOREIGN KEY ("enrollment_id") REFERENCES "enrollments" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- Create index "enrollmentnote_enrollment_id_created_at_id" to table: "enrollment_notes"
CREATE INDEX "enrollmentnote_enrollment_id_created_at_id" ON "enrollment_notes" ("enrollment_id", "created_at", "id");
-- Create "seat_allocations" table
CREATE TABLE "seat_allocations" ("id" uuid NOT NULL, "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "seat_type" character varying NOT NULL, "allocated" bigint NOT NULL DEFAULT 0, "created" bigint NOT NULL DEFAULT 0, "consumed" bigint NOT NULL DEFAULT 0, "grows" boolean NOT NULL DEFAULT false, "business_unit_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "seat_allocations_business_units_business_unit" FOREIGN KEY ("business_unit_id") REFERENCES "business_units" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "seat_allocations_consumed_created" CHECK (consumed <= created), CONSTRAINT "seat_allocations_consumed_positive" CHECK (0 <= consumed), CONSTRAINT "seat_allocations_created_allocated" CHECK (created <= allocated), CONSTRAINT "seat_allocations_type" CHECK ((seat_type)::text = ANY (ARRAY['USER'::text, 'DEVICE'::text, 'SERVER'::text, 'ORGANIZATION'::text, 'IMPORTED'::text, 'DISCOVERY'::text, 'CERTIFICATE_MANAGEMENT'::text, 'UNIFIED'::text])));
-- Create index "seatallocation_business_unit_id_seat_type" to table: "seat_allocations"
CREATE UNIQUE INDEX "seatallocation_business_unit_id_seat_type" ON "seat_allocations" ("business_unit_id", "seat_type");
