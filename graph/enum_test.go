package graph_test

import (
	"slices"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/certlint"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
	"gatehouse/internal/viewer"
)

// enums are the lists behind the schema's enums, and of each what its enum leaves
// out on purpose: a value may begin something that is not there yet (CREATE a
// seat, REQUEST or ENROLL), or belong to somebody without a login (REDEEM), and
// then no object can offer it as an action.
var enums = map[string]struct{ values, leftOut []string }{
	"OrderDirection":               {values: words([]page.Direction{page.Ascending, page.Descending})},
	"RefusalCode":                  {values: words(refusal.Codes())},
	"Role":                         {values: words(lifecycle.Roles)},
	"Permission":                   {values: words(lifecycle.Permissions)},
	"BusinessUnitOrderField":       {values: words([]businessunit.BusinessUnitOrderField{businessunit.ByName, businessunit.ByCreatedAt})},
	"SeatType":                     {values: words(lifecycle.SeatTypes)},
	"CAType":                       {values: words(lifecycle.CATypes)},
	"AuthenticationMethod":         {values: words(lifecycle.AuthenticationMethods)},
	"EnrollmentMethod":             {values: words(lifecycle.EnrollmentMethods)},
	"CodeAlphabet":                 {values: words(lifecycle.CodeAlphabets)},
	"KeyKind":                      {values: words(lifecycle.KeyKinds)},
	"SANKind":                      {values: words(lifecycle.SANKinds)},
	"CertificateProfileOrderField": {values: words([]profile.CertificateProfileOrderField{profile.ByName, profile.ByCreatedAt})},
	"SeatStatus":                   {values: words(lifecycle.SeatStatuses)},
	"SeatAction":                   {values: words(lifecycle.SeatActions), leftOut: []string{"CREATE"}},
	"SeatView":                     {values: words(inventory.SeatViews)},
	"SeatImportOperation":          {values: words(seatfile.Operations)},
	"SeatImportOutcome":            {values: words(seatfile.Outcomes)},
	"SeatOrderField":               {values: words([]inventory.SeatOrderField{inventory.SeatOrderCreatedAt, inventory.SeatOrderUpdatedAt, inventory.SeatOrderSeatID})},
	"EnrollmentStatus":             {values: words(lifecycle.Statuses)},
	"EnrollmentAction":             {values: words(lifecycle.EnrollmentActions), leftOut: []string{"ENROLL", "REQUEST", "REDEEM"}},
	"EnrollmentView":               {values: words(inventory.EnrollmentViews)},
	"IssuanceState":                {values: words(lifecycle.IssuanceStates)},
	"ApprovalDecision":             {values: words(lifecycle.Decisions)},
	"EnrollmentOrderField":         {values: words([]inventory.EnrollmentOrderField{inventory.OrderCreatedAt, inventory.OrderExpiresAt, inventory.OrderUpdatedAt, inventory.OrderSeatID})},
	"ActorKind":                    {values: words(viewer.Kinds)},
	"AuditOutcome":                 {values: words(audit.Outcomes)},
	"AuditResource":                {values: words(audit.Resources)},
	"AuditAction":                  {values: words(audit.Actions)},
	"Issuer":                       {values: words(lifecycle.Issuers)},
	"KeyUsage":                     {values: words(lifecycle.KeyUsages)},
	"ExtendedKeyUsage":             {values: words(lifecycle.ExtendedKeyUsages)},
	"MailKind":                     {values: words(lifecycle.MailKinds)},
	"MailStatus":                   {values: words(lifecycle.MailStatuses)},
	"CertificateStatus":            {values: words(lifecycle.CertificateStatuses)},
	"CertificateSource":            {values: words(lifecycle.CertificateSources)},
	"RevocationReason":             {values: words(lifecycle.RevocationReasons)},
	"CertificateAction":            {values: words(lifecycle.CertificateActions)},
	"CertificateView":              {values: words(inventory.CertificateViews)},
	"CertificateOrderField":        {values: words([]inventory.CertificateOrderField{inventory.CertificatesByCreatedAt, inventory.CertificatesByUpdatedAt, inventory.CertificatesByNotAfter, inventory.CertificatesBySubject})},
	"SightingOutcome":              {values: words(inventory.SightingOutcomes)},
	"LintSource":                   {values: words(certlint.Sources)},
	"LintSeverity":                 {values: words(certlint.Severities)},
	"List":                         {values: words(lifecycle.Lists)},
	"BulkAction":                   {values: words(lifecycle.BulkActions)},
	"JobStatus":                    {values: words(lifecycle.JobStatuses)},
	"JobItemOutcome":               {values: words(lifecycle.JobItemOutcomes)},
	"JobAction":                    {values: words(lifecycle.JobActions)},
	"ExportFormat":                 {values: words(lifecycle.ExportFormats)},
	"WebhookStatus":                {values: words(lifecycle.WebhookStatuses)},
	"WebhookDeliveryStatus":        {values: words(lifecycle.DeliveryStatuses)},
	"ChangeKind":                   {values: words(lifecycle.ChangeKinds)},
	"ManualEnrollmentStatus":       {values: words([]lifecycle.Status{lifecycle.Pending, lifecycle.InProgress})},
}

// TestTheSchemasEnumsAreTheHousesLists: a value that only one side knows is a
// value that a caller can send and nobody reads, or the other way round.
func TestTheSchemasEnumsAreTheHousesLists(t *testing.T) {
	t.Parallel()
	for _, typ := range own(contract(t)) {
		if len(typ.EnumValues) == 0 {
			continue
		}
		list, known := enums[typ.Name]
		if !known {
			t.Errorf("The enum %s has no list to be compared with; add it to enums in graph/enum_test.go.", typ.Name)
			continue
		}
		var shown []string
		for _, v := range typ.EnumValues {
			shown = append(shown, v.Name)
		}
		want := slices.DeleteFunc(slices.Clone(list.values), func(v string) bool { return slices.Contains(list.leftOut, v) })
		slices.Sort(shown)
		slices.Sort(want)
		if !slices.Equal(shown, want) {
			t.Errorf("%s in the schema: %v; in the house: %v", typ.Name, shown, want)
		}
		for _, out := range list.leftOut {
			if !slices.Contains(list.values, out) {
				t.Errorf("%s leaves out %s, which the house does not know", typ.Name, out)
			}
		}
	}
}

func words[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
