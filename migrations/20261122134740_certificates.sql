-- Modify "audit_entries" table: a new word
ALTER TABLE "audit_entries" DROP CONSTRAINT "audit_entries_action", ADD CONSTRAINT "audit_entries_action" CHECK ((action)::text = ANY (ARRAY['CREATE_BUSINESS_UNIT'::text, 'UPDATE_BUSINESS_UNIT'::text, 'DELETE_BUSINESS_UNIT'::text, 'SET_PURCHASED_SEATS'::text, 'ALLOCATE_SEATS'::text, 'CREATE_CERTIFICATE_PROFILE'::text, 'UPDATE_CERTIFICATE_PROFILE'::text, 'ARCHIVE_CERTIFICATE_PROFILE'::text, 'CREATE_SEAT'::text, 'UPDATE_SEAT'::text, 'DELETE_SEAT'::text, 'IMPORT_SEATS'::text, 'ENROLL'::text, 'REQUEST'::text, 'APPROVE'::text, 'REJECT'::text, 'WITHDRAW'::text, 'CANCEL'::text, 'CHANGE_STATUS'::text, 'ADD_NOTE'::text, 'VIEW_CODE'::text, 'RESET'::text, 'UNLOCK'::text, 'RESEND_ENROLLMENT'::text, 'RESEND_APPROVAL_EMAIL'::text, 'REDEEM'::text, 'ISSUE_CERTIFICATE'::text, 'LOCK'::text, 'EXPIRE'::text, 'ATTACH_CERTIFICATE'::text, 'LINK_CERTIFICATE'::text, 'UNLINK_CERTIFICATE'::text, 'IMPORT_CERTIFICATES'::text, 'RECORD_DISCOVERED_CERTIFICATES'::text, 'REVOKE_CERTIFICATE'::text, 'REPORT_REVOCATION'::text, 'SUSPEND_CERTIFICATE'::text, 'RESUME_CERTIFICATE'::text, 'RENEW_CERTIFICATE'::text, 'SAVE_VIEW'::text, 'UPDATE_VIEW'::text, 'DELETE_VIEW'::text, 'START_BULK_ACTION'::text, 'CANCEL_JOB'::text, 'CREATE_EXPORT'::text, 'CREATE_WEBHOOK'::text, 'UPDATE_WEBHOOK'::text, 'DELETE_WEBHOOK'::text, 'TEST_WEBHOOK'::text, 'REPLAY_WEBHOOK'::text]));
-- Certificates are kept as they are in the wild: some end before they begin
ALTER TABLE "certificates" DROP CONSTRAINT "certificates_dates", ADD COLUMN "issued" boolean NOT NULL DEFAULT false, ADD COLUMN "imported" boolean NOT NULL DEFAULT false, ADD COLUMN "discovered" boolean NOT NULL DEFAULT false, ADD COLUMN "places" bigint NOT NULL DEFAULT 0, ADD COLUMN "authority" character varying NULL, ADD COLUMN "subject_key" character varying NOT NULL DEFAULT '', ADD COLUMN "common_name" character varying NOT NULL DEFAULT '', ADD COLUMN "names" jsonb NOT NULL DEFAULT '{}', ADD COLUMN "search_text" character varying NOT NULL DEFAULT '', ADD COLUMN "key_algorithm" character varying NOT NULL DEFAULT '', ADD COLUMN "key_sha256" character varying NOT NULL DEFAULT '', ADD COLUMN "signature_algorithm" character varying NOT NULL DEFAULT '', ADD COLUMN "authority_key_id" character varying NOT NULL DEFAULT '', ADD COLUMN "subject_key_id" character varying NOT NULL DEFAULT '', ADD COLUMN "is_ca" boolean NOT NULL DEFAULT false, ADD COLUMN "self_issued" boolean NOT NULL DEFAULT false, ADD COLUMN "read_as" bigint NOT NULL DEFAULT 0, ADD COLUMN "assigned" boolean NOT NULL DEFAULT false, ADD COLUMN "suspended_at" timestamptz NULL, ADD COLUMN "revocation_reported_at" timestamptz NULL, ADD COLUMN "revocation_error" character varying NOT NULL DEFAULT '', ADD COLUMN "remind_at" timestamptz NULL;
-- What those of before are, as far as rows tell; what stands in their bytes is read by the server, in batches (certificates_unread)
UPDATE "certificates" c SET
  "issued" = c.source = 'ISSUED', "imported" = c.source = 'IMPORTED', "discovered" = c.source = 'DISCOVERED',
  "authority" = (SELECT i.issuer FROM issuances i WHERE i.enrollment_id = c.enrollment_id AND i.status = 'DONE' AND i.issuer IN ('BUILT_IN', 'ACME') AND c.source = 'ISSUED' LIMIT 1),
  "assigned" = EXISTS (SELECT FROM seats s WHERE s.id = c.seat_row_id AND s.deleted_at IS NULL),
  "suspended_at" = CASE WHEN c.status = 'SUSPENDED' THEN c.updated_at END,
  "remind_at" = CASE WHEN c.source <> 'ISSUED' OR c.status NOT IN ('ISSUED', 'SUSPENDED') THEN NULL
    WHEN c.not_after > now() + interval '30 days' THEN c.not_after - interval '30 days'
    WHEN c.not_after > now() + interval '14 days' THEN c.not_after - interval '14 days'
    WHEN c.not_after > now() + interval '7 days' THEN c.not_after - interval '7 days'
    WHEN c.not_after > now() + interval '1 day' THEN c.not_after - interval '1 day' END;
-- Nobody was told of what was revoked before; the built-in authority's next list will name it
UPDATE "certificates" SET "revocation_reported_at" = now() WHERE "status" = 'REVOKED' AND "authority" = 'BUILT_IN';
UPDATE "certificates" SET "revocation_error" = CASE WHEN "authority" = 'ACME' THEN 'It was revoked by a version that did not tell its authority. Revoke it there, too.' ELSE 'It was not issued from here. Revoke it at its authority, too.' END WHERE "status" = 'REVOKED' AND "authority" IS DISTINCT FROM 'BUILT_IN';
ALTER TABLE "certificates" ALTER COLUMN "names" DROP DEFAULT, ADD CONSTRAINT "certificates_assigned" CHECK ((NOT assigned) OR (seat_row_id IS NOT NULL)), ADD CONSTRAINT "certificates_authority" CHECK ((authority IS NULL) OR ((authority)::text = ANY (ARRAY['BUILT_IN'::text, 'ACME'::text]))), ADD CONSTRAINT "certificates_places" CHECK (places >= 0), ADD CONSTRAINT "certificates_reported" CHECK ((revocation_reported_at IS NULL) OR (revoked_at IS NOT NULL)), ADD CONSTRAINT "certificates_sources" CHECK (issued OR imported OR discovered), ADD CONSTRAINT "certificates_suspended" CHECK (
CASE status
    WHEN 'SUSPENDED'::text THEN (suspended_at IS NOT NULL)
    WHEN 'ISSUED'::text THEN (suspended_at IS NULL)
    ELSE true
END);
-- Create index "certificate_business_unit_id_status_created_at_id" to table: "certificates"
CREATE INDEX "certificate_business_unit_id_status_created_at_id" ON "certificates" ("business_unit_id", "status", "created_at", "id");
-- Create index "certificate_business_unit_id_status_not_after_id" to table: "certificates"
CREATE INDEX "certificate_business_unit_id_status_not_after_id" ON "certificates" ("business_unit_id", "status", "not_after", "id");
-- Create index "certificate_business_unit_id_status_subject_key_id" to table: "certificates"
CREATE INDEX "certificate_business_unit_id_status_subject_key_id" ON "certificates" ("business_unit_id", "status", "subject_key", "id");
-- Create index "certificate_business_unit_id_status_updated_at_id" to table: "certificates"
CREATE INDEX "certificate_business_unit_id_status_updated_at_id" ON "certificates" ("business_unit_id", "status", "updated_at", "id");
-- Create index "certificate_key_sha256" to table: "certificates"
CREATE INDEX "certificate_key_sha256" ON "certificates" ("key_sha256");
-- Create index "certificate_serial" to table: "certificates"
CREATE INDEX "certificate_serial" ON "certificates" ("serial");
-- Create index "certificate_sha256" to table: "certificates"
CREATE INDEX "certificate_sha256" ON "certificates" ("sha256");
-- Create index "certificate_status_created_at_id" to table: "certificates"
CREATE INDEX "certificate_status_created_at_id" ON "certificates" ("status", "created_at", "id");
-- Create index "certificate_status_not_after_id" to table: "certificates"
CREATE INDEX "certificate_status_not_after_id" ON "certificates" ("status", "not_after", "id");
-- Create index "certificate_status_subject_key_id" to table: "certificates"
CREATE INDEX "certificate_status_subject_key_id" ON "certificates" ("status", "subject_key", "id");
-- Create index "certificate_status_updated_at_id" to table: "certificates"
CREATE INDEX "certificate_status_updated_at_id" ON "certificates" ("status", "updated_at", "id");
-- Create index "certificates_all_discovered_created_at" to table: "certificates"
CREATE INDEX "certificates_all_discovered_created_at" ON "certificates" ("status", "created_at", "id") WHERE discovered;
-- Create index "certificates_all_discovered_not_after" to table: "certificates"
CREATE INDEX "certificates_all_discovered_not_after" ON "certificates" ("status", "not_after", "id") WHERE discovered;
-- Create index "certificates_all_discovered_subject_key" to table: "certificates"
CREATE INDEX "certificates_all_discovered_subject_key" ON "certificates" ("status", "subject_key", "id") WHERE discovered;
-- Create index "certificates_all_discovered_updated_at" to table: "certificates"
CREATE INDEX "certificates_all_discovered_updated_at" ON "certificates" ("status", "updated_at", "id") WHERE discovered;
-- Create index "certificates_all_unassigned_created_at" to table: "certificates"
CREATE INDEX "certificates_all_unassigned_created_at" ON "certificates" ("status", "created_at", "id") WHERE (NOT assigned);
-- Create index "certificates_all_unassigned_not_after" to table: "certificates"
CREATE INDEX "certificates_all_unassigned_not_after" ON "certificates" ("status", "not_after", "id") WHERE (NOT assigned);
-- Create index "certificates_all_unassigned_subject_key" to table: "certificates"
CREATE INDEX "certificates_all_unassigned_subject_key" ON "certificates" ("status", "subject_key", "id") WHERE (NOT assigned);
-- Create index "certificates_all_unassigned_updated_at" to table: "certificates"
CREATE INDEX "certificates_all_unassigned_updated_at" ON "certificates" ("status", "updated_at", "id") WHERE (NOT assigned);
-- Create index "certificates_discovered_created_at" to table: "certificates"
CREATE INDEX "certificates_discovered_created_at" ON "certificates" ("business_unit_id", "status", "created_at", "id") WHERE discovered;
-- Create index "certificates_discovered_not_after" to table: "certificates"
CREATE INDEX "certificates_discovered_not_after" ON "certificates" ("business_unit_id", "status", "not_after", "id") WHERE discovered;
-- Create index "certificates_discovered_subject_key" to table: "certificates"
CREATE INDEX "certificates_discovered_subject_key" ON "certificates" ("business_unit_id", "status", "subject_key", "id") WHERE discovered;
-- Create index "certificates_discovered_updated_at" to table: "certificates"
CREATE INDEX "certificates_discovered_updated_at" ON "certificates" ("business_unit_id", "status", "updated_at", "id") WHERE discovered;
-- Create index "certificates_remind" to table: "certificates"
CREATE INDEX "certificates_remind" ON "certificates" ("remind_at", "id") WHERE (remind_at IS NOT NULL);
-- Create index "certificates_search" to table: "certificates"
CREATE INDEX "certificates_search" ON "certificates" USING gin ("business_unit_id", "search_text" gin_trgm_ops);
-- Create index "certificates_unassigned_created_at" to table: "certificates"
CREATE INDEX "certificates_unassigned_created_at" ON "certificates" ("business_unit_id", "status", "created_at", "id") WHERE (NOT assigned);
-- Create index "certificates_unassigned_not_after" to table: "certificates"
CREATE INDEX "certificates_unassigned_not_after" ON "certificates" ("business_unit_id", "status", "not_after", "id") WHERE (NOT assigned);
-- Create index "certificates_unassigned_subject_key" to table: "certificates"
CREATE INDEX "certificates_unassigned_subject_key" ON "certificates" ("business_unit_id", "status", "subject_key", "id") WHERE (NOT assigned);
-- Create index "certificates_unassigned_updated_at" to table: "certificates"
CREATE INDEX "certificates_unassigned_updated_at" ON "certificates" ("business_unit_id", "status", "updated_at", "id") WHERE (NOT assigned);
-- Create index "certificates_unread" to table: "certificates"
CREATE INDEX "certificates_unread" ON "certificates" ("id") WHERE (read_as < 1);
-- Create index "certificates_withdrawn" to table: "certificates"
CREATE INDEX "certificates_withdrawn" ON "certificates" ("authority_key_id", "not_after") WHERE (((authority)::text = 'BUILT_IN'::text) AND ((revoked_at IS NOT NULL) OR (suspended_at IS NOT NULL)));
-- Modify "mails" table
ALTER TABLE "mails" DROP CONSTRAINT "mails_kind", ADD CONSTRAINT "mails_kind" CHECK ((kind)::text = ANY (ARRAY['INVITATION'::text, 'CONFIRM_REQUEST'::text, 'REQUEST_RECEIVED'::text, 'REQUEST_TO_REVIEW'::text, 'APPROVED'::text, 'REJECTED'::text, 'LOCKED'::text, 'CERTIFICATE_EXPIRES'::text])), ADD COLUMN "certificate_id" uuid NULL, DROP CONSTRAINT "mails_about", ADD CONSTRAINT "mails_about" CHECK (num_nonnulls(enrollment_id, open_request_id, certificate_id) = 1);
-- Create index "mail_certificate_id_created_at_id" to table: "mails"
CREATE INDEX "mail_certificate_id_created_at_id" ON "mails" ("certificate_id", "created_at", "id");
-- Create "revocation_lists" table
CREATE TABLE "revocation_lists" ("id" uuid NOT NULL, "authority_key_id" character varying NOT NULL, "authority" bytea NOT NULL, "number" bigint NOT NULL DEFAULT 0, "changes" bigint NOT NULL DEFAULT 0, "signed_changes" bigint NOT NULL DEFAULT 0, "this_update" timestamptz NULL, "next_update" timestamptz NULL, "der" bytea NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "revocation_lists_changes" CHECK ((0 <= signed_changes) AND (signed_changes <= changes)), CONSTRAINT "revocation_lists_signed" CHECK (((number = 0) = (der IS NULL)) AND ((der IS NULL) = (this_update IS NULL)) AND ((der IS NULL) = (next_update IS NULL))));
-- Create index "revocationlist_authority_key_id" to table: "revocation_lists"
CREATE UNIQUE INDEX "revocationlist_authority_key_id" ON "revocation_lists" ("authority_key_id");
-- Create "certificate_locations" table
CREATE TABLE "certificate_locations" ("id" uuid NOT NULL, "business_unit_id" uuid NOT NULL, "source" character varying NOT NULL, "place" character varying NOT NULL, "host" character varying NOT NULL DEFAULT '', "port" bigint NOT NULL DEFAULT 0, "first_seen_at" timestamptz NOT NULL, "last_seen_at" timestamptz NOT NULL, "certificate_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "certificate_locations_certificates_certificate" FOREIGN KEY ("certificate_id") REFERENCES "certificates" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "certificate_locations_place" CHECK (
CASE source
    WHEN 'DISCOVERED'::text THEN (((host)::text <> ''::text) AND ((port >= 1) AND (port <= 65535)))
    ELSE (((host)::text = ''::text) AND (port = 0))
END), CONSTRAINT "certificate_locations_source" CHECK ((source)::text = ANY (ARRAY['IMPORTED'::text, 'DISCOVERED'::text])), CONSTRAINT "certificate_locations_times" CHECK (first_seen_at <= last_seen_at));
-- Create index "certificatelocation_certificate_id_first_seen_at_id" to table: "certificate_locations"
CREATE INDEX "certificatelocation_certificate_id_first_seen_at_id" ON "certificate_locations" ("certificate_id", "first_seen_at", "id");
-- Create index "certificatelocation_certificate_id_source_place" to table: "certificate_locations"
CREATE UNIQUE INDEX "certificatelocation_certificate_id_source_place" ON "certificate_locations" ("certificate_id", "source", "place");
-- Modify "enrollments" table
ALTER TABLE "enrollments" ADD COLUMN "replaces_certificate_id" uuid NULL, ADD CONSTRAINT "enrollments_certificates_replaces_certificate" FOREIGN KEY ("replaces_certificate_id") REFERENCES "certificates" ("id") ON UPDATE NO ACTION ON DELETE SET NULL;
-- Create index "enrollment_replaces_certificate_id" to table: "enrollments"
CREATE INDEX "enrollment_replaces_certificate_id" ON "enrollments" ("replaces_certificate_id") WHERE (replaces_certificate_id IS NOT NULL);
