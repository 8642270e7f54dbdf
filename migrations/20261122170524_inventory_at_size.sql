-- Modify "audit_entries" table: new words
ALTER TABLE "audit_entries" DROP CONSTRAINT "audit_entries_action", ADD CONSTRAINT "audit_entries_action" CHECK ((action)::text = ANY (ARRAY['CREATE_BUSINESS_UNIT'::text, 'UPDATE_BUSINESS_UNIT'::text, 'DELETE_BUSINESS_UNIT'::text, 'SET_PURCHASED_SEATS'::text, 'ALLOCATE_SEATS'::text, 'CREATE_CERTIFICATE_PROFILE'::text, 'UPDATE_CERTIFICATE_PROFILE'::text, 'ARCHIVE_CERTIFICATE_PROFILE'::text, 'CREATE_SEAT'::text, 'UPDATE_SEAT'::text, 'DELETE_SEAT'::text, 'IMPORT_SEATS'::text, 'ENROLL'::text, 'REQUEST'::text, 'APPROVE'::text, 'REJECT'::text, 'WITHDRAW'::text, 'CANCEL'::text, 'CHANGE_STATUS'::text, 'ADD_NOTE'::text, 'VIEW_CODE'::text, 'RESET'::text, 'UNLOCK'::text, 'RESEND_ENROLLMENT'::text, 'RESEND_APPROVAL_EMAIL'::text, 'REDEEM'::text, 'ISSUE_CERTIFICATE'::text, 'LOCK'::text, 'EXPIRE'::text, 'ATTACH_CERTIFICATE'::text, 'LINK_CERTIFICATE'::text, 'UNLINK_CERTIFICATE'::text, 'IMPORT_CERTIFICATES'::text, 'RECORD_DISCOVERED_CERTIFICATES'::text, 'REVOKE_CERTIFICATE'::text, 'REPORT_REVOCATION'::text, 'SUSPEND_CERTIFICATE'::text, 'RESUME_CERTIFICATE'::text, 'RENEW_CERTIFICATE'::text, 'SAVE_VIEW'::text, 'UPDATE_VIEW'::text, 'DELETE_VIEW'::text, 'START_BULK_ACTION'::text, 'CANCEL_JOB'::text, 'END_JOB'::text, 'CREATE_EXPORT'::text, 'DOWNLOAD_EXPORT'::text, 'CREATE_WEBHOOK'::text, 'UPDATE_WEBHOOK'::text, 'DELETE_WEBHOOK'::text, 'TEST_WEBHOOK'::text, 'REPLAY_WEBHOOK'::text, 'STOP_WEBHOOK'::text])), DROP CONSTRAINT "audit_entries_resource", ADD CONSTRAINT "audit_entries_resource" CHECK ((resource_type)::text = ANY (ARRAY['BUSINESS_UNIT'::text, 'SEAT_LICENSE'::text, 'SEAT_ALLOCATION'::text, 'CERTIFICATE_PROFILE'::text, 'SEAT'::text, 'ENROLLMENT'::text, 'CERTIFICATE'::text, 'VIEW'::text, 'WEBHOOK'::text, 'JOB'::text, 'EXPORT'::text]));
-- Create "enrollment_texts" table
CREATE TABLE "enrollment_texts" ("id" uuid NOT NULL, "business_unit_id" uuid NOT NULL, "search_text" character varying NOT NULL, PRIMARY KEY ("id"));
-- What stands there already can be searched, too
INSERT INTO "enrollment_texts" ("id", "business_unit_id", "search_text")
SELECT e.id, e.business_unit_id, E'\n' || e.seat_key || E'\n' || lower(e.email) || E'\n' || regexp_replace(lower(e.name), '\s+', E'\n', 'g') FROM "enrollments" e;
-- Create index "enrollment_texts_search" to table: "enrollment_texts"
CREATE INDEX "enrollment_texts_search" ON "enrollment_texts" USING gin ("business_unit_id", "search_text" gin_trgm_ops);
-- Modify "events" table
ALTER TABLE "events" DROP CONSTRAINT "events_xid", ADD CONSTRAINT "events_lsn" CHECK (lsn IS NOT NULL), DROP COLUMN "xid", ADD COLUMN "lsn" bigint NULL DEFAULT (pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'::pg_lsn))::bigint, ADD COLUMN "position" bigint NULL, ADD COLUMN "status_before" character varying NOT NULL DEFAULT '', ADD COLUMN "status" character varying NOT NULL DEFAULT '', ADD COLUMN "profile_id" uuid NULL, ADD COLUMN "requester_issuer" character varying NOT NULL DEFAULT '', ADD COLUMN "requester_subject" character varying NOT NULL DEFAULT '';
-- Create index "events_new" to table: "events"
CREATE INDEX "events_new" ON "events" ("lsn", "id") WHERE ("position" IS NULL);
-- Create index "events_numbered" to table: "events"
CREATE UNIQUE INDEX "events_numbered" ON "events" ("position") WHERE ("position" IS NOT NULL);
-- Create "bulk_batches" table
CREATE TABLE "bulk_batches" ("id" uuid NOT NULL, "bulk_job_id" uuid NOT NULL, "number" bigint NOT NULL, "items" jsonb NOT NULL, "results" jsonb NULL, PRIMARY KEY ("id"));
-- Create index "bulkbatch_bulk_job_id_number" to table: "bulk_batches"
CREATE UNIQUE INDEX "bulkbatch_bulk_job_id_number" ON "bulk_batches" ("bulk_job_id", "number");
-- Create "bulk_jobs" table
CREATE TABLE "bulk_jobs" ("id" uuid NOT NULL, "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "owner_issuer" character varying NOT NULL, "owner_subject" character varying NOT NULL, "owner_name" character varying NOT NULL, "action" character varying NOT NULL, "dry_run" boolean NOT NULL, "input" jsonb NOT NULL, "selected" character varying NOT NULL, "size" bigint NOT NULL, "batches" bigint NOT NULL, "status" character varying NOT NULL, "next_batch" bigint NOT NULL DEFAULT 0, "processed" bigint NOT NULL DEFAULT 0, "succeeded" bigint NOT NULL DEFAULT 0, "refusals" jsonb NOT NULL, "taken" jsonb NULL, "error" character varying NOT NULL DEFAULT '', "started_at" timestamptz NULL, "finished_at" timestamptz NULL, "expires_at" timestamptz NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "bulk_jobs_action" CHECK ((action)::text = ANY (ARRAY['APPROVE'::text, 'REJECT'::text, 'RESET'::text, 'UNLOCK'::text, 'RESEND_ENROLLMENT'::text, 'CANCEL'::text, 'RESEND_APPROVAL_EMAIL'::text, 'ENROLL'::text, 'DELETE'::text, 'REVOKE'::text])), CONSTRAINT "bulk_jobs_batches" CHECK ((0 <= next_batch) AND (next_batch <= batches)), CONSTRAINT "bulk_jobs_finished" CHECK ((finished_at IS NOT NULL) = ((status)::text = ANY (ARRAY['DONE'::text, 'CANCELLED'::text, 'FAILED'::text]))), CONSTRAINT "bulk_jobs_progress" CHECK ((0 <= succeeded) AND (succeeded <= processed) AND (processed <= size)), CONSTRAINT "bulk_jobs_status" CHECK ((status)::text = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text, 'DONE'::text, 'CANCELLED'::text, 'FAILED'::text])));
-- Create index "bulk_jobs_unfinished" to table: "bulk_jobs"
CREATE INDEX "bulk_jobs_unfinished" ON "bulk_jobs" ("expires_at") WHERE (finished_at IS NULL);
-- Create index "bulkjob_created_at_id" to table: "bulk_jobs"
CREATE INDEX "bulkjob_created_at_id" ON "bulk_jobs" ("created_at", "id");
-- Create index "bulkjob_owner_subject_owner_issuer_created_at_id" to table: "bulk_jobs"
CREATE INDEX "bulkjob_owner_subject_owner_issuer_created_at_id" ON "bulk_jobs" ("owner_subject", "owner_issuer", "created_at", "id");
-- Create "exports" table
CREATE TABLE "exports" ("id" uuid NOT NULL, "owner_issuer" character varying NOT NULL, "owner_subject" character varying NOT NULL, "actor" jsonb NOT NULL, "content" jsonb NOT NULL, "columns" jsonb NOT NULL, "format" character varying NOT NULL, "secret_hash" bytea NOT NULL, "created_at" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "exports_format" CHECK ((format)::text = ANY (ARRAY['CSV'::text, 'NDJSON'::text])));
-- Create index "export_expires_at" to table: "exports"
CREATE INDEX "export_expires_at" ON "exports" ("expires_at");
-- Create index "exports_secret_hash_key" to table: "exports"
CREATE UNIQUE INDEX "exports_secret_hash_key" ON "exports" ("secret_hash");
-- Create "saved_views" table
CREATE TABLE "saved_views" ("id" uuid NOT NULL, "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "owner_issuer" character varying NOT NULL, "owner_subject" character varying NOT NULL, "owner_name" character varying NOT NULL, "list" character varying NOT NULL, "name" character varying NOT NULL, "name_key" character varying NOT NULL, "system_view" character varying NOT NULL DEFAULT '', "search" character varying NOT NULL DEFAULT '', "filter" jsonb NOT NULL, "order_by" jsonb NOT NULL, "columns" jsonb NOT NULL, "shared" boolean NOT NULL DEFAULT false, "business_unit_id" uuid NULL, "deleted_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "saved_views_list" CHECK ((list)::text = ANY (ARRAY['ENROLLMENTS'::text, 'SEATS'::text, 'CERTIFICATES'::text, 'AUDIT_ENTRIES'::text])), CONSTRAINT "saved_views_unit" CHECK (shared OR (business_unit_id IS NULL)));
-- Create index "saved_views_name" to table: "saved_views"
CREATE UNIQUE INDEX "saved_views_name" ON "saved_views" ("owner_subject", "owner_issuer", "list", "name_key") WHERE (deleted_at IS NULL);
-- Create index "saved_views_own" to table: "saved_views"
CREATE INDEX "saved_views_own" ON "saved_views" ("owner_subject", "owner_issuer", "name_key", "id") WHERE (deleted_at IS NULL);
-- Create index "saved_views_shared" to table: "saved_views"
CREATE INDEX "saved_views_shared" ON "saved_views" ("business_unit_id", "name_key", "id") WHERE (shared AND (deleted_at IS NULL));
-- Create "webhooks" table
CREATE TABLE "webhooks" ("id" uuid NOT NULL, "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "owner_issuer" character varying NOT NULL, "owner_subject" character varying NOT NULL, "owner_name" character varying NOT NULL, "actor" jsonb NOT NULL, "url" character varying NOT NULL, "description" character varying NOT NULL DEFAULT '', "actions" jsonb NULL, "resource_types" jsonb NULL, "business_unit_ids" jsonb NULL, "profile_ids" jsonb NULL, "status" character varying NOT NULL, "secret_cipher" bytea NOT NULL, "position" bigint NOT NULL DEFAULT 0, "failing_since" timestamptz NULL, "delivered_at" timestamptz NULL, "last_error" character varying NOT NULL DEFAULT '', "deleted_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "webhooks_status" CHECK ((status)::text = ANY (ARRAY['ACTIVE'::text, 'PAUSED'::text, 'STOPPED'::text])));
-- Create index "webhooks_active" to table: "webhooks"
CREATE INDEX "webhooks_active" ON "webhooks" ("position") WHERE ((deleted_at IS NULL) AND ((status)::text = 'ACTIVE'::text));
-- Create index "webhooks_live" to table: "webhooks"
CREATE INDEX "webhooks_live" ON "webhooks" ("created_at", "id") WHERE (deleted_at IS NULL);
-- Create "webhook_deliveries" table
CREATE TABLE "webhook_deliveries" ("id" uuid NOT NULL, "webhook_id" uuid NOT NULL, "event_id" uuid NULL, "message_id" character varying NOT NULL, "kind" character varying NOT NULL, "body" character varying NOT NULL, "status" character varying NOT NULL, "attempts" bigint NOT NULL DEFAULT 0, "response_status" bigint NULL, "last_error" character varying NOT NULL DEFAULT '', "created_at" timestamptz NOT NULL, "attempted_at" timestamptz NULL, "delivered_at" timestamptz NULL, PRIMARY KEY ("id"), CONSTRAINT "webhook_deliveries_status" CHECK ((status)::text = ANY (ARRAY['QUEUED'::text, 'DELIVERED'::text, 'FAILED'::text])));
-- Create index "webhook_deliveries_once" to table: "webhook_deliveries"
CREATE UNIQUE INDEX "webhook_deliveries_once" ON "webhook_deliveries" ("webhook_id", "event_id") WHERE (event_id IS NOT NULL);
-- Create index "webhookdelivery_created_at" to table: "webhook_deliveries"
CREATE INDEX "webhookdelivery_created_at" ON "webhook_deliveries" ("created_at");
-- Create index "webhookdelivery_webhook_id_created_at_id" to table: "webhook_deliveries"
CREATE INDEX "webhookdelivery_webhook_id_created_at_id" ON "webhook_deliveries" ("webhook_id", "created_at", "id");
