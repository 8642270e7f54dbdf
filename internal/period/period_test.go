package period_test

import (
	"strings"
	"testing"

	"gatehouse/internal/period"
	"gatehouse/internal/refusal"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"P10D": "P10D", "PT12H": "PT12H", "PT90S": "PT1M30S", "P1W": "P7D", "P1DT1S": "P1DT1S", "PT0S": "PT0S", "P0D": "PT0S",
		"PT24H": "P1D", "PT25H": "P1DT1H", "P2DT3H4M5S": "P2DT3H4M5S", "PT0.5M": "PT30S", "P36600D": "P36600D",
	} {
		p, err := period.Parse(given)
		if err != nil || p.String() != want {
			t.Errorf("%s is read as %s, %v; want %s", given, p, err, want)
			continue
		}
		if again, err := period.Parse(p.String()); err != nil || again != p {
			t.Errorf("%s does not come back: %d, %v", p, again, err)
		}
	}
	for _, given := range []string{"", "P", "PT", "10 days", "10D", "P1Y", "P1M", "-P1D", "P-1D", "PT-5S", "PT0.5S", "P36601D", "PT1e30S", "PTNaNS", "P1D\x00", strings.Repeat("P1D", 1000)} {
		p, err := period.Parse(given)
		if no := refusal.Find(err); no == nil || no.Code != refusal.Invalid || len(no.Message) > 200 {
			t.Errorf("%.20q is read as %s, %v", given, p, err)
		}
	}
}

func TestTheScalar(t *testing.T) {
	t.Parallel()
	var p period.Period
	if err := p.UnmarshalGQL("P2D"); err != nil || p != 2*period.Day || p.Duration().Hours() != 48 {
		t.Errorf("P2D is %d seconds: %v", p, err)
	}
	for _, v := range []any{nil, 3, true, []string{"P2D"}} {
		if err := p.UnmarshalGQL(v); refusal.Find(err) == nil {
			t.Errorf("%v was taken for a duration: %v", v, err)
		}
	}
	var b strings.Builder
	if p.MarshalGQL(&b); b.String() != `"P2D"` {
		t.Errorf("written as %s", b.String())
	}
}
