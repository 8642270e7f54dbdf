package graph_test

import "gatehouse/internal/refusal"

// hookAttempts are about webhooks.
var hookAttempts = []attempt{
	{refusal.NotFound, "A webhook that does not exist, or is for what lies outside the token's business units", "webhooks", []ask{
		{call: `updateWebhook(input: {id: $noWebhook, enabled: true})`, field: "id"},
		{by: carl, call: `updateWebhook(input: {id: $hook, enabled: true})`, field: "id"},
		{call: `deleteWebhook(input: {id: $noWebhook})`, field: "id"},
		{by: carl, call: `deleteWebhook(input: {id: $hook})`, field: "id"},
		{call: `testWebhook(input: {id: $noWebhook})`, field: "id"},
		{by: carl, call: `testWebhook(input: {id: $hook})`, field: "id"},
		{call: `replayWebhook(input: {id: $noWebhook, since: "2026-11-22T09:00:00Z"})`, field: "id"},
		{by: carl, call: `replayWebhook(input: {id: $hook, since: "2026-11-22T09:00:00Z"})`, field: "id"},
	}},
	{refusal.NotFound, "A webhook for a business unit that does not exist, or is not one of the token's", "business unit", []ask{
		{call: `createWebhook(input: {url: "https://hooks.example.com/", filter: {businessUnitIds: [$noUnit]}})`, field: "filter.businessUnitIds.0"},
		{by: carl, call: `createWebhook(input: {url: "https://hooks.example.com/", filter: {businessUnitIds: [$sales]}})`, field: "filter.businessUnitIds.0"},
		{call: `updateWebhook(input: {id: $hook, filter: {businessUnitIds: [$noUnit]}})`, field: "filter.businessUnitIds.0"},
	}},
	{refusal.NotFound, "A webhook for a profile that does not exist", "certificate profile", []ask{
		{call: `createWebhook(input: {url: "https://hooks.example.com/", filter: {profileIds: [$noProfile]}})`, field: "filter.profileIds.0"},
		{call: `updateWebhook(input: {id: $hook, filter: {profileIds: [$noProfile]}})`, field: "filter.profileIds.0"},
	}},
	{refusal.Invalid, "An address that is none", "https://hooks.example.com", []ask{
		{call: `createWebhook(input: {url: "our receiver"})`, field: "url"},
		{call: `updateWebhook(input: {id: $hook, url: "our receiver"})`, field: "url"},
	}},
	{refusal.Invalid, "A description that is too long", "0 to 1000", []ask{
		{call: `createWebhook(input: {url: "https://hooks.example.com/", description: $longText})`, field: "description"},
		{call: `updateWebhook(input: {id: $hook, description: $longText})`, field: "description"},
	}},
	{refusal.Invalid, "To be told of no act at all", "leave it out", []ask{
		{call: `createWebhook(input: {url: "https://hooks.example.com/", actions: []})`, field: "actions"},
	}},
	{refusal.Invalid, "To send again what happened more than a day ago", "24 hours", []ask{
		{call: `replayWebhook(input: {id: $hook, since: "2026-01-01T00:00:00Z"})`, field: "since"},
	}},
	{refusal.Invalid, "To send again what is still to come", "24 hours", []ask{
		{call: `replayWebhook(input: {id: $hook, since: "2036-01-01T00:00:00Z"})`, field: "since"},
	}},
	{refusal.AddressNotAllowed, "An address that is called without TLS", "https", []ask{
		{call: `createWebhook(input: {url: "http://hooks.example.com/"})`, field: "url"},
		{call: `updateWebhook(input: {id: $hook, url: "http://hooks.example.com/"})`, field: "url"},
	}},
	{refusal.AddressNotAllowed, "An address of the server's own network", "operator", []ask{
		{call: `createWebhook(input: {url: "https://10.1.2.3/"})`, field: "url"},
		{call: `updateWebhook(input: {id: $hook, url: "https://10.1.2.3/"})`, field: "url"},
	}},
	{refusal.AddressNotAllowed, "An address with a password in it", "signature", []ask{
		{call: `createWebhook(input: {url: "https://me:secret@hooks.example.com/"})`, field: "url"},
	}},
	{refusal.Conflict, "A version of a webhook that somebody has changed since", "ead it again", []ask{
		{call: `updateWebhook(input: {id: $hook, enabled: true, expectedVersion: 70})`, field: "expectedVersion"},
		{call: `deleteWebhook(input: {id: $hook, expectedVersion: 70})`, field: "expectedVersion"},
	}},
	{refusal.TooMany, "The 101st webhook of one person", "no longer needed", []ask{
		{by: tom, call: `createWebhook(input: {url: "https://hooks.example.com/"})`},
	}},
	{refusal.TooMany, "The 11th test of a webhook that waits", "deliveries", []ask{
		{call: `testWebhook(input: {id: $tested})`, field: "id"},
	}},
	{refusal.InvalidState, "To send again to a webhook that is switched off", "switch it on", []ask{
		{call: `replayWebhook(input: {id: $paused, since: "2026-11-22T09:00:00Z"})`, field: "id"},
	}},
}
