package profile

import (
	"slices"

	"gatehouse/internal/form"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/subject"
)

// Rules is what can be changed of a profile beside its name, and what an
// enrollment is promised when it is made.
type Rules struct {
	Description       string
	ApprovalsRequired int
	CodeLength        int
	CodeAlphabet      lifecycle.CodeAlphabet
	AllowedAttempts   int
	Expiry            period.Period
	PickupTime        period.Period
	Validity          period.Period
	RenewalWindow     period.Period
	AllowedKeys       []lifecycle.KeyKind
	SubjectTemplate   string
	AllowedSans       []lifecycle.SANKind
	Issuer            lifecycle.Issuer
	KeyUsages         []lifecycle.KeyUsage
	ExtendedKeyUsages []lifecycle.ExtendedKeyUsage
	MailCode          bool
	MailRequester     bool
	ApproverEmails    []string
	ManagerEmails     []string
	OpenRequests      bool
}

// usual is the rules of a profile that says nothing else (domain.md section 4).
func usual() Rules {
	return Rules{
		ApprovalsRequired: 1, CodeLength: 12, CodeAlphabet: lifecycle.LettersAndDigits, AllowedAttempts: 5,
		Expiry: 10 * period.Day, PickupTime: 30 * period.Day, Validity: 365 * period.Day, RenewalWindow: 30 * period.Day,
		AllowedKeys: []lifecycle.KeyKind{}, AllowedSans: []lifecycle.SANKind{},
		KeyUsages: []lifecycle.KeyUsage{}, ExtendedKeyUsages: []lifecycle.ExtendedKeyUsage{}, MailRequester: true,
		ApproverEmails: []string{}, ManagerEmails: []string{},
	}
}

// RuleChanges is the rules that an input sets; nil leaves a rule as it is.
type RuleChanges struct {
	Description       *string
	ApprovalsRequired *int
	CodeLength        *int
	CodeAlphabet      *lifecycle.CodeAlphabet
	AllowedAttempts   *int
	Expiry            *period.Period
	PickupTime        *period.Period
	Validity          *period.Period
	RenewalWindow     *period.Period
	AllowedKeys       []lifecycle.KeyKind
	SubjectTemplate   *string
	AllowedSans       []lifecycle.SANKind
	Issuer            *lifecycle.Issuer
	KeyUsages         []lifecycle.KeyUsage
	ExtendedKeyUsages []lifecycle.ExtendedKeyUsage
	MailCode          *bool
	MailRequester     *bool
	ApproverEmails    []string
	ManagerEmails     []string
	OpenRequests      *bool
}

// with is the rules after changes.
func (r Rules) with(c RuleChanges) Rules {
	set(&r.Description, c.Description)
	set(&r.ApprovalsRequired, c.ApprovalsRequired)
	set(&r.CodeLength, c.CodeLength)
	set(&r.CodeAlphabet, c.CodeAlphabet)
	set(&r.AllowedAttempts, c.AllowedAttempts)
	set(&r.Expiry, c.Expiry)
	set(&r.PickupTime, c.PickupTime)
	set(&r.Validity, c.Validity)
	set(&r.RenewalWindow, c.RenewalWindow)
	set(&r.SubjectTemplate, c.SubjectTemplate)
	set(&r.Issuer, c.Issuer)
	set(&r.MailCode, c.MailCode)
	set(&r.MailRequester, c.MailRequester)
	set(&r.OpenRequests, c.OpenRequests)
	if c.AllowedKeys != nil {
		r.AllowedKeys = inOrder(c.AllowedKeys, lifecycle.KeyKinds)
	}
	if c.AllowedSans != nil {
		r.AllowedSans = inOrder(c.AllowedSans, lifecycle.SANKinds)
	}
	if c.KeyUsages != nil {
		r.KeyUsages = inOrder(c.KeyUsages, lifecycle.KeyUsages)
	}
	if c.ExtendedKeyUsages != nil {
		r.ExtendedKeyUsages = inOrder(c.ExtendedKeyUsages, lifecycle.ExtendedKeyUsages)
	}
	if c.ApproverEmails != nil {
		r.ApproverEmails = c.ApproverEmails
	}
	if c.ManagerEmails != nil {
		r.ManagerEmails = c.ManagerEmails
	}
	return r
}

func set[T any](rule *T, change *T) {
	if change != nil {
		*rule = *change
	}
}

// inOrder is a set of kinds in the order in which the schema lists them.
func inOrder[T comparable](given, known []T) []T {
	out := make([]T, 0, len(given))
	for _, k := range known {
		if slices.Contains(given, k) {
			out = append(out, k)
		}
	}
	return out
}

// check says which rule is outside its limits, under an authentication method;
// nil when all are inside.
func (r Rules) check(method lifecycle.AuthenticationMethod) *refusal.Refusal {
	if no := form.Text(r.Description, 0, form.MaxText, "description"); no != nil {
		return no
	}
	for _, n := range []struct {
		field        string
		value        int
		fewest, most int
	}{
		{"approvalsRequired", r.ApprovalsRequired, 1, 5},
		{"codeLength", r.CodeLength, 6, 32},
		{"allowedAttempts", r.AllowedAttempts, 1, 10},
	} {
		if n.value < n.fewest || n.value > n.most {
			return refusal.New(refusal.Invalid, "The %s is %d; %d to %d are allowed.", n.field, n.value, n.fewest, n.most).At(n.field)
		}
	}
	for _, d := range []struct {
		field             string
		value             period.Period
		shortest, longest period.Period
	}{
		{"expiry", r.Expiry, 60, 366 * period.Day},
		{"pickupTime", r.PickupTime, 60, 366 * period.Day},
		{"validity", r.Validity, 3600, 3650 * period.Day},
		{"renewalWindow", r.RenewalWindow, 0, 366 * period.Day},
	} {
		if d.value < d.shortest || d.value > d.longest {
			return refusal.New(refusal.Invalid, "The %s is %s; %s to %s are allowed.", d.field, d.value, d.shortest, d.longest).At(d.field)
		}
	}
	if _, no := subject.Parse(r.SubjectTemplate); no != nil {
		return no.At("subjectTemplate")
	}
	if no := form.Addresses(r.ApproverEmails, "approverEmails"); no != nil {
		return no
	}
	if no := form.Addresses(r.ManagerEmails, "managerEmails"); no != nil {
		return no
	}
	if r.OpenRequests && method != lifecycle.ManualApproval {
		return refusal.New(refusal.Invalid, "Requests without a login need people who approve them; openRequests is for MANUAL_APPROVAL only, and this profile has %s.", method).At("openRequests")
	}
	return nil
}

// row is the rules by column, as they are written and told to the audit.
func (r Rules) row() store.Row {
	return store.Row{
		"description": r.Description, "approvals_required": r.ApprovalsRequired, "code_length": r.CodeLength, "code_alphabet": r.CodeAlphabet,
		"allowed_attempts": r.AllowedAttempts, "expiry_seconds": r.Expiry, "pickup_seconds": r.PickupTime, "validity_seconds": r.Validity,
		"renewal_window_seconds": r.RenewalWindow, "allowed_keys": names(r.AllowedKeys), "subject_template": r.SubjectTemplate,
		"allowed_sans": names(r.AllowedSans), "issuer": r.Issuer, "key_usages": names(r.KeyUsages), "extended_key_usages": names(r.ExtendedKeyUsages), "mail_code": r.MailCode, "mail_requester": r.MailRequester,
		"approver_emails": r.ApproverEmails, "manager_emails": r.ManagerEmails, "open_requests": r.OpenRequests,
	}
}

// Promise is what an enrollment is promised that is made under these rules; a
// later change does not touch it.
func (r Rules) Promise() lifecycle.Promise {
	return lifecycle.Promise{
		CodeLength: r.CodeLength, CodeAlphabet: r.CodeAlphabet,
		ExpirySeconds: int64(r.Expiry), PickupSeconds: int64(r.PickupTime), ValiditySeconds: int64(r.Validity), RenewalWindowSeconds: int64(r.RenewalWindow),
		AllowedKeys: names(r.AllowedKeys), SubjectTemplate: r.SubjectTemplate, AllowedSANs: names(r.AllowedSans),
		Issuer: r.Issuer, KeyUsages: names(r.KeyUsages), ExtendedKeyUsages: names(r.ExtendedKeyUsages),
		MailCode: r.MailCode, MailRequester: r.MailRequester, ApproverEmails: r.ApproverEmails, ManagerEmails: r.ManagerEmails,
	}
}

func names[T ~string](kinds []T) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}
