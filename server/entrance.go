package main

import (
	"gatehouse/internal/door"
)

// entrance is the door, and those who find out who comes in by it.
type entrance struct {
	door    *door.Door
	callers callers
	// rates count those who show a token, downloads as well.
	rates *door.Rates
}

// door puts the API behind the door, under the limits of the settings.
func (a app) door(p product) (entrance, error) {
	anonymous, err := newAnonymousLimit(a.config.LimitAnonymous, a.clock)
	if err != nil {
		return entrance{}, err
	}
	rates, err := door.NewRates(a.config.LimitCalls, a.config.LimitCallCost, a.clock)
	if err != nil {
		return entrance{}, err
	}
	c := callers{verifier: a.verifier, anonymous: anonymous, log: a.log}
	d, err := door.New(door.Options{
		Schema: p.schema, Limits: a.config.door(), Present: p.present, Log: a.log, Extension: p.extension,
		Rates: rates, AnswerTime: answerTime,
		Streams: &door.Streams{
			Authenticate: c.connected, Origin: a.crossOrigin().allows, Now: a.clock,
			PerConnection: a.config.LimitSubscriptions, PerCaller: a.config.LimitCallerStreams,
			PerCallerSubscriptions: a.config.LimitCallerSubscriptions, PerServer: a.config.LimitStreams,
		},
	})
	return entrance{door: d, callers: c, rates: rates}, err
}

// crossOrigin says which other origins' pages may call: those of the settings, and
// under dev any of this machine.
func (a app) crossOrigin() crossOrigin {
	return crossOrigin{origins: a.config.CORSOrigins, loopback: a.mint != nil}
}
