-- Create index "audit_entries_refused" to table: "audit_entries"
CREATE INDEX "audit_entries_refused" ON "audit_entries" ("code", "at", "id") WHERE ((code)::text <> ''::text);
-- Create index "audit_entries_request" to table: "audit_entries"
CREATE INDEX "audit_entries_request" ON "audit_entries" ("request_id", "at", "id") WHERE ((request_id)::text <> ''::text);
-- Create index "auditentry_resource_type_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_resource_type_at_id" ON "audit_entries" ("resource_type", "at", "id");
-- Create index "certificate_authority_key_id_status_created_at_id" to table: "certificates"
CREATE INDEX "certificate_authority_key_id_status_created_at_id" ON "certificates" ("authority_key_id", "status", "created_at", "id");
-- Create index "certificate_authority_key_id_status_not_after_id" to table: "certificates"
CREATE INDEX "certificate_authority_key_id_status_not_after_id" ON "certificates" ("authority_key_id", "status", "not_after", "id");
-- Create index "certificate_authority_key_id_status_subject_key_id" to table: "certificates"
CREATE INDEX "certificate_authority_key_id_status_subject_key_id" ON "certificates" ("authority_key_id", "status", "subject_key", "id");
-- Create index "certificate_authority_key_id_status_updated_at_id" to table: "certificates"
CREATE INDEX "certificate_authority_key_id_status_updated_at_id" ON "certificates" ("authority_key_id", "status", "updated_at", "id");
-- Create index "certificate_key_algorithm_status_created_at_id" to table: "certificates"
CREATE INDEX "certificate_key_algorithm_status_created_at_id" ON "certificates" ("key_algorithm", "status", "created_at", "id");
-- Create index "certificate_key_algorithm_status_not_after_id" to table: "certificates"
CREATE INDEX "certificate_key_algorithm_status_not_after_id" ON "certificates" ("key_algorithm", "status", "not_after", "id");
-- Create index "certificate_key_algorithm_status_subject_key_id" to table: "certificates"
CREATE INDEX "certificate_key_algorithm_status_subject_key_id" ON "certificates" ("key_algorithm", "status", "subject_key", "id");
-- Create index "certificate_key_algorithm_status_updated_at_id" to table: "certificates"
CREATE INDEX "certificate_key_algorithm_status_updated_at_id" ON "certificates" ("key_algorithm", "status", "updated_at", "id");
-- Create index "certificate_signature_algorithm_status_created_at_id" to table: "certificates"
CREATE INDEX "certificate_signature_algorithm_status_created_at_id" ON "certificates" ("signature_algorithm", "status", "created_at", "id");
-- Create index "certificate_signature_algorithm_status_not_after_id" to table: "certificates"
CREATE INDEX "certificate_signature_algorithm_status_not_after_id" ON "certificates" ("signature_algorithm", "status", "not_after", "id");
-- Create index "certificate_signature_algorithm_status_subject_key_id" to table: "certificates"
CREATE INDEX "certificate_signature_algorithm_status_subject_key_id" ON "certificates" ("signature_algorithm", "status", "subject_key", "id");
-- Create index "certificate_signature_algorithm_status_updated_at_id" to table: "certificates"
CREATE INDEX "certificate_signature_algorithm_status_updated_at_id" ON "certificates" ("signature_algorithm", "status", "updated_at", "id");
-- Create index "certificates_all_authorities_created_at" to table: "certificates"
CREATE INDEX "certificates_all_authorities_created_at" ON "certificates" ("status", "created_at", "id") WHERE is_ca;
-- Create index "certificates_all_authorities_not_after" to table: "certificates"
CREATE INDEX "certificates_all_authorities_not_after" ON "certificates" ("status", "not_after", "id") WHERE is_ca;
-- Create index "certificates_all_authorities_subject_key" to table: "certificates"
CREATE INDEX "certificates_all_authorities_subject_key" ON "certificates" ("status", "subject_key", "id") WHERE is_ca;
-- Create index "certificates_all_authorities_updated_at" to table: "certificates"
CREATE INDEX "certificates_all_authorities_updated_at" ON "certificates" ("status", "updated_at", "id") WHERE is_ca;
-- Create index "certificates_all_imported_created_at" to table: "certificates"
CREATE INDEX "certificates_all_imported_created_at" ON "certificates" ("status", "created_at", "id") WHERE imported;
-- Create index "certificates_all_imported_not_after" to table: "certificates"
CREATE INDEX "certificates_all_imported_not_after" ON "certificates" ("status", "not_after", "id") WHERE imported;
-- Create index "certificates_all_imported_subject_key" to table: "certificates"
CREATE INDEX "certificates_all_imported_subject_key" ON "certificates" ("status", "subject_key", "id") WHERE imported;
-- Create index "certificates_all_imported_updated_at" to table: "certificates"
CREATE INDEX "certificates_all_imported_updated_at" ON "certificates" ("status", "updated_at", "id") WHERE imported;
-- Create index "certificates_all_issued_created_at" to table: "certificates"
CREATE INDEX "certificates_all_issued_created_at" ON "certificates" ("status", "created_at", "id") WHERE issued;
-- Create index "certificates_all_issued_not_after" to table: "certificates"
CREATE INDEX "certificates_all_issued_not_after" ON "certificates" ("status", "not_after", "id") WHERE issued;
-- Create index "certificates_all_issued_subject_key" to table: "certificates"
CREATE INDEX "certificates_all_issued_subject_key" ON "certificates" ("status", "subject_key", "id") WHERE issued;
-- Create index "certificates_all_issued_updated_at" to table: "certificates"
CREATE INDEX "certificates_all_issued_updated_at" ON "certificates" ("status", "updated_at", "id") WHERE issued;
-- Create index "certificates_authorities_created_at" to table: "certificates"
CREATE INDEX "certificates_authorities_created_at" ON "certificates" ("business_unit_id", "status", "created_at", "id") WHERE is_ca;
-- Create index "certificates_authorities_not_after" to table: "certificates"
CREATE INDEX "certificates_authorities_not_after" ON "certificates" ("business_unit_id", "status", "not_after", "id") WHERE is_ca;
-- Create index "certificates_authorities_subject_key" to table: "certificates"
CREATE INDEX "certificates_authorities_subject_key" ON "certificates" ("business_unit_id", "status", "subject_key", "id") WHERE is_ca;
-- Create index "certificates_authorities_updated_at" to table: "certificates"
CREATE INDEX "certificates_authorities_updated_at" ON "certificates" ("business_unit_id", "status", "updated_at", "id") WHERE is_ca;
-- Create index "seat_business_unit_id_seat_type_status_created_at_id" to table: "seats"
CREATE INDEX "seat_business_unit_id_seat_type_status_created_at_id" ON "seats" ("business_unit_id", "seat_type", "status", "created_at", "id");
-- Create index "seat_seat_type_status_created_at_id" to table: "seats"
CREATE INDEX "seat_seat_type_status_created_at_id" ON "seats" ("seat_type", "status", "created_at", "id");
-- Create index "seat_seat_type_status_seat_key_id" to table: "seats"
CREATE INDEX "seat_seat_type_status_seat_key_id" ON "seats" ("seat_type", "status", "seat_key", "id");
-- Create index "seat_seat_type_status_updated_at_id" to table: "seats"
CREATE INDEX "seat_seat_type_status_updated_at_id" ON "seats" ("seat_type", "status", "updated_at", "id");
-- Create index "seats_unused" to table: "seats"
CREATE INDEX "seats_unused" ON "seats" ("unused_since") WHERE ((status)::text = ANY (ARRAY['CREATED'::text]));
-- Create index "seats_unused_of_unit" to table: "seats"
CREATE INDEX "seats_unused_of_unit" ON "seats" ("business_unit_id", "unused_since") WHERE ((status)::text = ANY (ARRAY['CREATED'::text]));
