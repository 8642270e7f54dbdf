package webhook

import (
	"testing"
	"time"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/receiver"
)

func TestHowAWebhookFares(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) *time.Time { at := now.Add(-d); return &at }
	event := delivery{event: [16]byte{1}}
	fine, wrong, gone := attempt{delivery: event}, attempt{delivery: event, answer: receiver.Answer{Status: 500, Wrong: "Wrong."}}, attempt{delivery: event, answer: receiver.Answer{Status: 410, Wrong: "Gone."}}
	test := attempt{answer: receiver.Answer{Wrong: "Wrong test."}}
	withheld := attempt{delivery: event, withheld: true, answer: receiver.Answer{Wrong: "Withheld."}}
	for name, c := range map[string]struct {
		since    *time.Time
		status   lifecycle.WebhookStatus
		attempts []attempt
		failing  *time.Time
		rest     time.Duration
		said     string
		stopped  string
	}{
		"what arrives":                           {ago(time.Hour), lifecycle.WebhookActive, []attempt{fine}, nil, 0, "", ""},
		"the first failure":                      {nil, lifecycle.WebhookActive, []attempt{wrong}, &now, 5 * time.Second, "Wrong.", ""},
		"a failure after two minutes":            {ago(2 * time.Minute), lifecycle.WebhookActive, []attempt{wrong}, ago(2 * time.Minute), 30 * time.Second, "Wrong.", ""},
		"a failure after a day":                  {ago(24 * time.Hour), lifecycle.WebhookActive, []attempt{wrong}, ago(24 * time.Hour), 10 * time.Minute, "Wrong.", ""},
		"just before five days":                  {ago(patience - 1), lifecycle.WebhookActive, []attempt{wrong}, ago(patience - 1), 10 * time.Minute, "Wrong.", ""},
		"after five days":                        {ago(patience), lifecycle.WebhookActive, []attempt{wrong}, ago(patience), 10 * time.Minute, "Wrong.", "Nothing has arrived for five days. Wrong."},
		"after five days, and something arrives": {ago(patience), lifecycle.WebhookActive, []attempt{fine, wrong}, &now, 5 * time.Second, "Wrong.", ""},
		"gone":                                   {nil, lifecycle.WebhookActive, []attempt{gone}, nil, 0, "Gone.", "Gone."},
		"gone while it is paused":                {nil, lifecycle.WebhookPaused, []attempt{gone}, nil, 0, "Gone.", ""},
		"a test that fails":                      {nil, lifecycle.WebhookActive, []attempt{test}, nil, 0, "Wrong test.", ""},
		"a test that fails, after five days":     {ago(patience), lifecycle.WebhookActive, []attempt{test}, ago(patience), 0, "Wrong test.", ""},
		"a test that arrives":                    {ago(time.Hour), lifecycle.WebhookActive, []attempt{{}}, nil, 0, "", ""},
		"what is withheld":                       {ago(time.Hour), lifecycle.WebhookActive, []attempt{withheld}, ago(time.Hour), 0, "", ""},
	} {
		h, stopped := health{status: c.status, failingSince: c.since}.after(c.attempts, now)
		rest := time.Duration(0)
		if h.restingUntil != nil {
			rest = h.restingUntil.Sub(now)
		}
		if (h.failingSince == nil) != (c.failing == nil) || c.failing != nil && !h.failingSince.Equal(*c.failing) || rest != c.rest || h.lastError != c.said || stopped != c.stopped {
			t.Errorf("%s: failing since %v, rests %s, says %q, stopped %q", name, h.failingSince, rest, h.lastError, stopped)
		}
	}
}
