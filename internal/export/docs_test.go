package export_test

import (
	"os"
	"strings"
	"testing"

	"gatehouse/internal/export"
	"gatehouse/internal/lifecycle"
)

// TestTheDocumentNamesTheColumns, all of them in their order.
func TestTheDocumentNamesTheColumns(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/lists.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, columns := range map[string][]string{
		"enrollments": export.Columns(lifecycle.Enrollments), "seats": export.Columns(lifecycle.Seats), "certificates": export.Columns(lifecycle.Certificates),
		"audit entries": export.Columns(lifecycle.AuditEntries), "results of a job": export.ResultColumns(),
	} {
		if line := "| " + name + " | `" + strings.Join(columns, "`, `") + "` |\n"; !strings.Contains(string(document), line) {
			t.Errorf("docs/lists.md lacks the line\n%s", line)
		}
	}
}
