-- Modify "bulk_batches" table
ALTER TABLE "bulk_batches" ADD COLUMN "refused" bigint NOT NULL DEFAULT 0;
-- Modify "bulk_jobs" table
ALTER TABLE "bulk_jobs" ADD COLUMN "work_id" uuid NULL;
