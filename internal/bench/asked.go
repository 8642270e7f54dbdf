//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// pageSize is how many enrollments the page has.
const pageSize = 50

// document is the list that an approver opens.
const document = `query WhatWaits($unit: ID!, $first: Int!) {
  enrollments(first: $first, filter: {businessUnitIds: [$unit], statuses: [PENDING]}, orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes {
      id
      status
      createdAt
      expiresAt
      seat { id seatId name email }
      profile { id name }
      businessUnit { id name }
      availableActions
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`

// asked is who asks, and about which business unit: an approver about the one
// business unit that is theirs.
type asked struct{ unit int }

func (s size) asked() asked { return asked{s.units / 2} }

const (
	issuer   = "https://login.example"
	approver = "bench-approver"
)

// viewer is who the token is made out to.
func (a asked) viewer() viewer.Viewer {
	return viewer.New(issuer, approver, "Bench Approver", "", []lifecycle.Role{lifecycle.Approver}, viewer.Units{Names: []string{unitKey(a.unit)}})
}

// body is the request's body.
func (a asked) body() ([]byte, error) {
	return json.Marshal(map[string]any{
		"query":     document,
		"variables": map[string]any{"unit": id.Of(id.BusinessUnit, unitID(a.unit)), "first": pageSize},
	})
}

// shown is what an answer shows of each enrollment that every way of asking
// shows alike; ids are written differently.
type shown struct {
	Status    lifecycle.Status
	CreatedAt string
	Seat      struct{ SeatID, Name, Email string }
	Profile   struct{ Name string }
}

// readAnswer reads the page of an answer, and refuses one that is not a full
// page of pending enrollments with more behind it.
func readAnswer(body []byte) ([]shown, error) {
	var answer struct {
		Errors json.RawMessage
		Data   struct {
			Enrollments struct {
				Nodes    []shown
				PageInfo struct{ HasNextPage bool }
			}
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("the answer is no JSON: %w: %.200s", err, body)
	}
	page := answer.Data.Enrollments
	pending := !slices.ContainsFunc(page.Nodes, func(s shown) bool { return s.Status != lifecycle.Pending || s.Seat.SeatID == "" })
	if answer.Errors != nil || len(page.Nodes) != pageSize || !page.PageInfo.HasNextPage || !pending {
		return nil, fmt.Errorf("the answer is not a full page of pending enrollments: %.400s", body)
	}
	return page.Nodes, nil
}

// same reports whether two answers show the same enrollment: they write the same
// instant in different ways.
func (s shown) same(other shown) bool {
	mine, err := time.Parse(time.RFC3339Nano, s.CreatedAt)
	theirs, otherErr := time.Parse(time.RFC3339Nano, other.CreatedAt)
	return err == nil && otherErr == nil && mine.Equal(theirs) && s.Status == other.Status && s.Seat == other.Seat && s.Profile == other.Profile
}
