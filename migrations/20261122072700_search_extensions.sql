-- What the search for seats stands on: trigrams, and plain types beside them in one GIN index. Both extensions come with
-- PostgreSQL and are trusted: the owner of the database may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
