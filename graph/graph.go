// Package graph is GraphQL in, use case out: one short body per field, in one
// file per topic of schema.graphqls. It decides nothing and reads no database;
// errors.go is the only place that turns a refusal or a fault into GraphQL.
package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"gatehouse/graph/exec"
	"gatehouse/internal/auditlog"
	"gatehouse/internal/bulk"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/export"
	"gatehouse/internal/inventory"
	"gatehouse/internal/licence"
	"gatehouse/internal/live"
	"gatehouse/internal/page"
	"gatehouse/internal/profile"
	"gatehouse/internal/view"
	"gatehouse/internal/webhook"
)

// API is the use cases that the schema's fields call.
type API struct {
	Units     *businessunit.Units
	Licences  *licence.Licences
	Profiles  *profile.Profiles
	Inventory *inventory.Inventory
	Log       *auditlog.Log
	Views     *view.Views
	Jobs      *bulk.Jobs
	Exports   *export.Exports
	Webhooks  *webhook.Webhooks
	Feed      *live.Feed
}

// Schema is the executable schema over the use cases.
func (a *API) Schema() graphql.ExecutableSchema {
	return exec.NewExecutableSchema(exec.Config{Resolvers: root{a}})
}

// The resolvers, one type per GraphQL type that has fields with a resolver.
type (
	root         struct{ *API }
	query        struct{ *API }
	mutation     struct{ *API }
	theViewer    struct{ *API }
	businessUnit struct{ *API }
	allocation   struct{ *API }
	usage        struct{ *API }
	aProfile     struct{ *API }
	seat         struct{ *API }
	importRow    struct{ *API }
	enrollment   struct{ *API }
	entry        struct{ *API }
	certificate  struct{ *API }

	subscription    struct{ *API }
	systemView      struct{ *API }
	savedView       struct{ *API }
	aJob            struct{ *API }
	aWebhook        struct{ *API }
	enrollmentEvent struct{ *API }
	seatUsageEvent  struct{ *API }
	jobEvent        struct{ *API }
)

func (r root) Query() exec.QueryResolver                           { return query(r) }
func (r root) Mutation() exec.MutationResolver                     { return mutation(r) }
func (r root) Viewer() exec.ViewerResolver                         { return theViewer(r) }
func (r root) BusinessUnit() exec.BusinessUnitResolver             { return businessUnit(r) }
func (r root) SeatAllocation() exec.SeatAllocationResolver         { return allocation(r) }
func (r root) SeatUsage() exec.SeatUsageResolver                   { return usage(r) }
func (r root) CertificateProfile() exec.CertificateProfileResolver { return aProfile(r) }
func (r root) Seat() exec.SeatResolver                             { return seat(r) }
func (r root) SeatImportRow() exec.SeatImportRowResolver           { return importRow(r) }
func (r root) Enrollment() exec.EnrollmentResolver                 { return enrollment(r) }
func (r root) Certificate() exec.CertificateResolver               { return certificate(r) }
func (r root) AuditEntry() exec.AuditEntryResolver                 { return entry(r) }
func (r root) Subscription() exec.SubscriptionResolver             { return subscription(r) }
func (r root) SystemView() exec.SystemViewResolver                 { return systemView(r) }
func (r root) View() exec.ViewResolver                             { return savedView(r) }
func (r root) Job() exec.JobResolver                               { return aJob(r) }
func (r root) Webhook() exec.WebhookResolver                       { return aWebhook(r) }
func (r root) EnrollmentEvent() exec.EnrollmentEventResolver       { return enrollmentEvent(r) }
func (r root) SeatUsageEvent() exec.SeatUsageEventResolver         { return seatUsageEvent(r) }
func (r root) JobEvent() exec.JobEventResolver                     { return jobEvent(r) }

// args are a connection's arguments.
func args(first *int, after *string, last *int, before *string) page.Args {
	return page.Args{First: first, After: after, Last: last, Before: before}
}
