-- Modify "enrollment_texts" table: what stands between the blanks and signs of a text
-- (those that internal/inventory/search_parts.go lists), computed here so that it
-- always agrees with the text. The table is written anew: half a minute per million rows.
ALTER TABLE "enrollment_texts" ADD COLUMN "parts" tsvector NULL GENERATED ALWAYS AS
  (array_to_tsvector(array_remove(string_to_array(translate(search_text, E'\n\t !"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~', repeat(' ', 35)), ' '), ''))) STORED;
-- Create index "enrollment_texts_parts" to table: "enrollment_texts"
CREATE INDEX "enrollment_texts_parts" ON "enrollment_texts" USING gin ("business_unit_id", "parts");
