-- Modify "enrollment_texts" table
ALTER TABLE "enrollment_texts" ADD COLUMN "email" character varying NOT NULL DEFAULT '';
-- What stands there already has its address, too
UPDATE "enrollment_texts" t SET "email" = lower(e.email) FROM "enrollments" e WHERE e.id = t.id AND e.email <> '';
-- Create index "enrollment_texts_email" to table: "enrollment_texts"
CREATE INDEX "enrollment_texts_email" ON "enrollment_texts" ("email", "id") WHERE ((email)::text <> ''::text);
-- Create index "enrollment_profile_id_status_expires_at_id" to table: "enrollments"
CREATE INDEX "enrollment_profile_id_status_expires_at_id" ON "enrollments" ("profile_id", "status", "expires_at", "id");
-- Create index "enrollment_profile_id_status_seat_key_id" to table: "enrollments"
CREATE INDEX "enrollment_profile_id_status_seat_key_id" ON "enrollments" ("profile_id", "status", "seat_key", "id");
-- Create index "enrollment_profile_id_status_updated_at_id" to table: "enrollments"
CREATE INDEX "enrollment_profile_id_status_updated_at_id" ON "enrollments" ("profile_id", "status", "updated_at", "id");
-- Create index "enrollments_issuing" to table: "enrollments"
CREATE INDEX "enrollments_issuing" ON "enrollments" ("issuance", "id") WHERE (issuance IS NOT NULL);
