-- Drop index "jobs_queued" from table: "jobs"
DROP INDEX "jobs_queued";
-- Create index "jobs_queued" to table: "jobs"
CREATE INDEX "jobs_queued" ON "jobs" ("kind", "run_at", "id") WHERE ((status)::text = 'QUEUED'::text);
