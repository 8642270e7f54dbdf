package inventory

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// CertificateView is a system view of certificates.
type CertificateView string

// The system views of certificates.
const (
	CertificatesAll        CertificateView = "ALL"
	CertificatesExpiring   CertificateView = "EXPIRING_30_DAYS"
	CertificatesExpired    CertificateView = "EXPIRED"
	CertificatesRevoked    CertificateView = "REVOKED"
	CertificatesDiscovered CertificateView = "DISCOVERED"
	CertificatesUnassigned CertificateView = "UNASSIGNED"
)

// CertificateViews lists the system views of certificates in the order in which
// they are offered.
var CertificateViews = []CertificateView{CertificatesAll, CertificatesExpiring, CertificatesExpired, CertificatesRevoked, CertificatesDiscovered, CertificatesUnassigned}

// ExpiringWithin is how near the end is of what the view EXPIRING_30_DAYS shows.
const ExpiringWithin = 30 * 24 * time.Hour

// statuses are those that the view shows.
func (v CertificateView) statuses() []lifecycle.CertificateStatus {
	switch v {
	case CertificatesExpiring:
		return []lifecycle.CertificateStatus{lifecycle.CertificateIssued, lifecycle.CertificateSuspended}
	case CertificatesExpired:
		return []lifecycle.CertificateStatus{lifecycle.CertificateExpired}
	case CertificatesRevoked:
		return []lifecycle.CertificateStatus{lifecycle.CertificateRevoked}
	case CertificatesAll, CertificatesDiscovered, CertificatesUnassigned:
		return lifecycle.CertificateStatuses
	}
	return nil
}

// order is the view's own order.
func (v CertificateView) order() CertificateOrder {
	if v == CertificatesExpiring {
		return CertificateOrder{Field: CertificatesByNotAfter, Direction: page.Ascending}
	}
	return CertificateOrder{Field: CertificatesByCreatedAt, Direction: page.Descending}
}

// MarshalGQL writes the view as a GraphQL enum value.
func (v CertificateView) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(v))) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *CertificateView) UnmarshalGQL(x any) error {
	s, _ := x.(string)
	if !slices.Contains(CertificateViews, CertificateView(s)) {
		return fmt.Errorf("%q is no view of certificates", x)
	}
	*v = CertificateView(s)
	return nil
}

// CertificateOrderField is what certificates can be ordered by.
type CertificateOrderField string

// The order fields; each is a column that every row has, indexed with the id last.
const (
	CertificatesByCreatedAt CertificateOrderField = "CREATED_AT"
	CertificatesByUpdatedAt CertificateOrderField = "UPDATED_AT"
	CertificatesByNotAfter  CertificateOrderField = "NOT_AFTER"
	CertificatesBySubject   CertificateOrderField = "SUBJECT"
)

// certificateOrders are the column and type behind each order.
var certificateOrders = map[CertificateOrderField][2]string{
	CertificatesByCreatedAt: {"created_at", "timestamptz"},
	CertificatesByUpdatedAt: {"updated_at", "timestamptz"},
	CertificatesByNotAfter:  {"not_after", "timestamptz"},
	CertificatesBySubject:   {"subject_key", "text"},
}

// CertificateOrder is how certificates are ordered.
type CertificateOrder struct {
	Field     CertificateOrderField
	Direction page.Direction
}

// MarshalGQL writes the field as a GraphQL enum value.
func (f CertificateOrderField) MarshalGQL(w io.Writer) {
	_, _ = io.WriteString(w, strconv.Quote(string(f)))
}

// UnmarshalGQL reads a GraphQL enum value.
func (f *CertificateOrderField) UnmarshalGQL(x any) error {
	s, _ := x.(string)
	if _, ok := certificateOrders[CertificateOrderField(s)]; !ok {
		return fmt.Errorf("%q is nothing that certificates can be ordered by", x)
	}
	*f = CertificateOrderField(s)
	return nil
}
