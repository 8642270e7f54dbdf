package lifecycle

import "io"

// List is a list that can be looked at through a view, exported and acted on.
type List string

// The values of List.
const (
	Enrollments  List = "ENROLLMENTS"
	Seats        List = "SEATS"
	Certificates List = "CERTIFICATES"
	AuditEntries List = "AUDIT_ENTRIES"
)

// Lists lists the values of List.
var Lists = []List{Enrollments, Seats, Certificates, AuditEntries}

// MarshalGQL writes the value as a GraphQL enum value.
func (v List) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *List) UnmarshalGQL(x any) error { return readEnum(x, v, Lists) }

// ExportFormat is what an export is written as.
type ExportFormat string

// The values of ExportFormat.
const (
	// CSV is RFC 4180, in UTF-8, with a line of column names.
	CSV ExportFormat = "CSV"
	// NDJSON is one JSON object per line (https://github.com/ndjson/ndjson-spec).
	NDJSON ExportFormat = "NDJSON"
)

// ExportFormats lists the values of ExportFormat.
var ExportFormats = []ExportFormat{CSV, NDJSON}

// MarshalGQL writes the value as a GraphQL enum value.
func (v ExportFormat) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *ExportFormat) UnmarshalGQL(x any) error { return readEnum(x, v, ExportFormats) }
