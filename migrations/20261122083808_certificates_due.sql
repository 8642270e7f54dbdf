-- Create index "certificates_due" to table: "certificates"
CREATE INDEX "certificates_due" ON "certificates" ("not_after", "id") WHERE ((status)::text = ANY (ARRAY['ISSUED'::text, 'SUSPENDED'::text]));
