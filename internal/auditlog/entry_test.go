package auditlog

import (
	"testing"

	"gatehouse/internal/audit"
)

func TestEveryThingOfTheLogHasAPublicID(t *testing.T) {
	t.Parallel()
	for _, resource := range audit.Resources {
		kind, ok := kinds[resource]
		if !ok {
			t.Errorf("entries about a %s would have an id without a prefix", resource)
			continue
		}
		if back, _ := resourceOf(kind); back != resource {
			t.Errorf("%s_… names a %s, and also a %s", kind, resource, back)
		}
	}
	if len(kinds) != len(audit.Resources) {
		t.Errorf("%d kinds for %d things", len(kinds), len(audit.Resources))
	}
}
