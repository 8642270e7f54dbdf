-- An audit entry is never changed or removed, by nobody: not even by the role that owns the table. (Privileges keep the
-- server's own role from trying; this keeps everybody else from succeeding.)
CREATE FUNCTION audit_entries_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries can be added, never changed or removed' USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_entries_final BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION audit_entries_are_final();

CREATE TRIGGER audit_entries_kept BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_are_final();
