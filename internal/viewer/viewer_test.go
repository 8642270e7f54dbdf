package viewer

import (
	"testing"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

func TestWhoAViewerIs(t *testing.T) {
	t.Parallel()
	v := New("https://id", "ada", "Ada", " Ada@Example.com ", nil, Units{})
	nobody := Viewer{Email: "  "}
	for name, c := range map[string]struct{ got, want bool }{
		"the same issuer and subject":      {v.Is("https://id", "ada"), true},
		"another issuer":                   {v.Is("https://other", "ada"), false},
		"another case":                     {v.Is("https://id", "Ada"), false},
		"no subject on either side":        {nobody.Is("", ""), false},
		"the same address in another case": {v.HasEmail("x@y", "ADA@example.COM"), true},
		"another address":                  {v.HasEmail("ada@example.org", ""), false},
		"no address at all":                {v.HasEmail(), false},
		"a blank claim and no address":     {nobody.HasEmail("", " "), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", name, c.got)
		}
	}
}

func TestNobodyMayDoNothing(t *testing.T) {
	t.Parallel()
	if _, ok := From(t.Context()); ok {
		t.Error("an empty context has a viewer")
	}
	unknown := New("i", "s", "", "", []lifecycle.Role{"EMPEROR"}, Units{All: true})
	for _, v := range []Viewer{{}, unknown} {
		for _, p := range lifecycle.Permissions {
			if v.May(p) || v.Lacks("it", p) == nil {
				t.Errorf("%q may %s", v.Subject, p)
			}
		}
	}
	system := TheSystem()
	for _, p := range lifecycle.Permissions {
		if !system.May(p) || system.Lacks("it", p) != nil {
			t.Errorf("the system may not %s", p)
		}
	}
}

func TestLacksSaysWhatWouldHelp(t *testing.T) {
	t.Parallel()
	approver := New("i", "s", "", "", []lifecycle.Role{lifecycle.Approver}, Units{})
	no := approver.Lacks("the audit log", lifecycle.ViewAuditLog)
	if no == nil || no.Code != refusal.Forbidden || no.Message != "You need the permission VIEW_AUDIT_LOG to see the audit log, and your roles do not give it; ADMIN, ENROLLMENT_MANAGER or AUDITOR would." {
		t.Errorf("%v", no)
	}
	if no := approver.Lacks("enrollments", lifecycle.ViewOwnEnrollments, lifecycle.ViewEnrollments); no != nil {
		t.Errorf("one of two is enough: %v", no)
	}
}
