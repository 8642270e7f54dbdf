-- Create index "saved_views_of_all" to table: "saved_views"
CREATE INDEX "saved_views_of_all" ON "saved_views" ("name_key", "id") WHERE (shared AND (deleted_at IS NULL));
