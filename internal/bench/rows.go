//go:build unix

package main

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/lifecycle"
)

// The data are a function of their numbers: the same size gives the same rows on
// every machine, in every year.
var (
	// firstDay is when the oldest row was made.
	firstDay = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	// farAway is when everything expires that time could end, so that the sweep
	// finds nothing to do and a data folder does not age.
	farAway = time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
)

// span is the time over which the rows were made.
const span = 300 * 24 * time.Hour

// pendingPercent is about how many of all enrollments are PENDING, by the shares
// below.
const pendingPercent = 12

// share is a status and how many of a hundred enrollments of a method have it.
type share struct {
	status lifecycle.Status
	of100  uint64
}

// The shares. Most enrollments of a year-old organisation are over.
var (
	requested = []share{
		{lifecycle.Pending, 24}, {lifecycle.PendingSecondApproval, 6}, {lifecycle.InProgress, 8}, {lifecycle.Approved, 8},
		{lifecycle.Redeemed, 30}, {lifecycle.Rejected, 14}, {lifecycle.Expired, 10},
	}
	invited = []share{
		{lifecycle.Created, 22}, {lifecycle.Locked, 4}, {lifecycle.Redeemed, 46}, {lifecycle.Rejected, 12}, {lifecycle.Expired, 16},
	}
	earlier = []share{{lifecycle.Redeemed, 70}, {lifecycle.Rejected, 10}, {lifecycle.Expired, 20}}
)

// kind is one of the profiles that every business unit has.
type kind struct {
	name       string
	seatType   lifecycle.SeatType
	ca         lifecycle.CAType
	method     lifecycle.AuthenticationMethod
	enrollment lifecycle.EnrollmentMethod
	approvals  int
}

// kinds are two profiles for each of two seat types: one asked for, one by code.
var kinds = []kind{
	{"People, by request", lifecycle.User, lifecycle.Private, lifecycle.ManualApproval, lifecycle.CSR, 2},
	{"People, by code", lifecycle.User, lifecycle.Private, lifecycle.EnrollmentCode, lifecycle.BrowserPKCS12, 0},
	{"Servers, by request", lifecycle.Server, lifecycle.Public, lifecycle.ManualApproval, lifecycle.CSR, 1},
	{"Servers, by code", lifecycle.Server, lifecycle.Private, lifecycle.EnrollmentCode, lifecycle.CSR, 0},
}

// aSeat is the seat with a number: its unit and type are spread evenly, so that
// a unit's seats lie all over the table.
type aSeat struct {
	number, unit int
	seatType     lifecycle.SeatType
	id           uuid.UUID
	seatID       string
	name, email  string
	made         time.Time
	active       int
}

func (s size) seat(n int) aSeat {
	at := aSeat{number: n, unit: n % s.units, made: s.moment(n, s.seats)}
	at.id = rowID('s', n, at.made)
	domain := fmt.Sprintf("%s.example", unitKey(at.unit))
	if n/s.units%2 == 0 {
		at.seatType = lifecycle.User
		at.seatID = fmt.Sprintf("person-%06d@%s", n, domain)
		at.name, at.email = fmt.Sprintf("Person %06d", n), at.seatID
	} else {
		at.seatType = lifecycle.Server
		at.seatID = fmt.Sprintf("host-%06d.%s", n, domain)
		at.name, at.email = fmt.Sprintf("Host %06d", n), fmt.Sprintf("operators@%s", domain)
	}
	for e := n; e < s.enrollments; e += s.seats {
		if s.status(e, at).Active() {
			at.active++
		}
	}
	return at
}

// kindOf is under which profile a seat's enrollment stands: the first two under
// different ones, since a place holds one active enrollment. Later ones are over.
func (s size) kindOf(e int, at aSeat) int {
	first := 0
	if at.seatType == lifecycle.Server {
		first = 2
	}
	return first + int((mixed('k', at.number)+uint64(e/s.seats))%2)
}

func (s size) status(e int, at aSeat) lifecycle.Status {
	k := kinds[s.kindOf(e, at)]
	shares := invited
	switch {
	case e/s.seats >= 2:
		shares = earlier
	case k.method == lifecycle.ManualApproval:
		shares = requested
	}
	dice := mixed('d', e) % 100
	for _, one := range shares {
		if dice < one.of100 {
			if one.status == lifecycle.PendingSecondApproval && k.approvals < 2 {
				return lifecycle.Pending
			}
			return one.status
		}
		dice -= one.of100
	}
	return lifecycle.Redeemed
}

// approvals is how many people have approved.
func (k kind) approvalsAt(s lifecycle.Status) int {
	switch s {
	case lifecycle.PendingSecondApproval:
		return 1
	case lifecycle.Approved, lifecycle.Redeemed:
		return k.approvals
	}
	return 0
}

// moment is when the n-th of a table's rows was made: evenly spread, with a
// fraction of its own.
func (s size) moment(n, of int) time.Time {
	step := span / time.Duration(of)
	own := time.Duration(mixed('t', n) % uint64(max(step, 1)))
	return firstDay.Add(time.Duration(n)*step + own).Truncate(time.Microsecond)
}

func unitKey(unit int) string { return fmt.Sprintf("unit-%03d", unit) }

func unitID(unit int) uuid.UUID { return rowID('u', unit, firstDay) }

func profileID(unit, kind int) uuid.UUID { return rowID('p', unit*len(kinds)+kind, firstDay) }

// rowID is a UUIDv7 of a moment, its random part told by table and number.
func rowID(table byte, n int, made time.Time) uuid.UUID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[0:8], uint64(made.UnixMilli())<<16|mixed(table, n)&0x0fff|0x7000)
	binary.BigEndian.PutUint64(u[8:16], mixed(table+1, n)&0x3fff_ffff_ffff_ffff|0x8000_0000_0000_0000)
	return u
}

// mixed is a number that looks like chance and is none (SplitMix64).
func mixed(what byte, n int) uint64 {
	z := (uint64(what)<<48 + uint64(n) + 1) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// searchText is the text that a search for the seat looks through, as package
// inventory writes it.
func searchText(s aSeat) string {
	return "\n" + strings.ToLower(strings.Join(append([]string{s.seatID, s.email}, strings.Fields(s.name)...), "\n"))
}
