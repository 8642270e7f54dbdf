-- Drop index "webhookdelivery_webhook_id_created_at_id" from table: "webhook_deliveries"
DROP INDEX "webhookdelivery_webhook_id_created_at_id";
-- Modify "webhook_deliveries" table
ALTER TABLE "webhook_deliveries" ADD COLUMN "business_unit_id" uuid NULL, ADD COLUMN "due_at" timestamptz NOT NULL;
-- Create index "webhook_deliveries_due" to table: "webhook_deliveries"
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" ("webhook_id", "due_at", "id") WHERE ((status)::text = 'QUEUED'::text);
-- Create index "webhook_deliveries_tests" to table: "webhook_deliveries"
CREATE INDEX "webhook_deliveries_tests" ON "webhook_deliveries" ("webhook_id") WHERE ((event_id IS NULL) AND ((status)::text = 'QUEUED'::text));
-- Create index "webhookdelivery_webhook_id_status_created_at_id" to table: "webhook_deliveries"
CREATE INDEX "webhookdelivery_webhook_id_status_created_at_id" ON "webhook_deliveries" ("webhook_id", "status", "created_at", "id");
-- Modify "webhooks" table
ALTER TABLE "webhooks" ADD COLUMN "replayed_to" bigint NOT NULL DEFAULT 0, ADD COLUMN "round_until" timestamptz NULL, ADD COLUMN "resting_until" timestamptz NULL;
