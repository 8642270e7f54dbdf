//go:build unix

package main

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/viewer"
)

// certificateFilter is one filter of certificates.
type certificateFilter struct {
	name string
	put  func(*inventory.CertificateFilter)
}

// certificateFilters are all equality filters, with values of which there are many and
// values of which there are few.
func certificateFilters() []certificateFilter {
	type filter = inventory.CertificateFilter
	yes, no := true, false
	all := []certificateFilter{
		{"", func(*filter) {}},
		{"businessUnitIds", func(f *filter) { f.BusinessUnitIDs = []id.ID{made(id.BusinessUnit, "unit42")} }},
		{"seats", func(f *filter) { f.Seats = []id.ID{made(id.Seat, "seat4711")} }},
		{"serialNumbers", func(f *filter) { f.SerialNumbers = []string{"12:67"} }},
		{"sha256", func(f *filter) {
			f.Sha256 = []string{"a42e6ba9b5a0b4a9b1b1e9f1e6d8f5b0a42e6ba9b5a0b4a9b1b1e9f1e6d8f5b0"}
		}},
		{"keySha256", func(f *filter) { f.KeySha256 = []string{strings.Repeat("0", 64)} }},
		{"names", func(f *filter) { f.Names = []string{"host-4711.example.com"} }},
		{"authorityKeyIds common", func(f *filter) { f.AuthorityKeyIDs = []string{"01"} }},
		{"authorityKeyIds rare", func(f *filter) { f.AuthorityKeyIDs = []string{"ca25"} }},
		{"isCa true", func(f *filter) { f.IsCa = &yes }},
		{"isCa false", func(f *filter) { f.IsCa = &no }},
		{"hasSeat true", func(f *filter) { f.HasSeat = &yes }},
		{"hasSeat false", func(f *filter) { f.HasSeat = &no }},
		{"hasEnrollment true", func(f *filter) { f.HasEnrollment = &yes }},
		{"hasEnrollment false", func(f *filter) { f.HasEnrollment = &no }},
	}
	for _, s := range lifecycle.CertificateStatuses {
		all = append(all, certificateFilter{"statuses " + string(s), func(f *filter) { f.Statuses = []lifecycle.CertificateStatus{s} }})
	}
	for _, s := range lifecycle.CertificateSources {
		all = append(all, certificateFilter{"sources " + string(s), func(f *filter) { f.Sources = []lifecycle.CertificateSource{s} }})
	}
	for _, s := range []string{"RSA_2048", "EC_P256", "RSA_4096", "ED25519", "RSA_1024"} {
		all = append(all, certificateFilter{"keyAlgorithms " + s, func(f *filter) { f.KeyAlgorithms = []string{s} }})
	}
	for _, s := range []string{"SHA256-RSA", "ECDSA-SHA256", "SHA1-RSA"} {
		all = append(all, certificateFilter{"signatureAlgorithms " + s, func(f *filter) { f.SignatureAlgorithms = []string{s} }})
	}
	return all
}

// certificateQuestions are every system view with any one filter in any order, by
// somebody who sees everything; and each view by somebody of one business unit.
func certificateQuestions(w *world) (all []question) {
	boss := viewer.New("https://login.example", "boss", "Somebody", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{All: true})
	local := viewer.New("https://login.example", "local", "Somebody", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{Names: []string{"unit-42"}})
	for _, v := range inventory.CertificateViews {
		for n, f := range certificateFilters() {
			all = append(all, ofCertificates(w, boss, "", v, f)...)
			if n == 0 {
				all = append(all, ofCertificates(w, local, " of one business unit", v, f)...)
			}
		}
	}
	return all
}

// ofCertificates are the questions of one view and filter, in each order.
func ofCertificates(w *world, by viewer.Viewer, who string, v inventory.CertificateView, f certificateFilter) (all []question) {
	for _, o := range orders("CREATED_AT", "UPDATED_AT", "NOT_AFTER", "SUBJECT") {
		q := question{view: string(v) + who, filter: f.name, order: o[0] + " " + o[1]}
		if v == inventory.CertificatesExpiring && (o[0] != "NOT_AFTER" || f.name != "") {
			q.bound, q.why = lookedThrough, "span of NOT_AFTER"
		}
		narrow := v == inventory.CertificatesDiscovered || v == inventory.CertificatesUnassigned
		if narrow && (strings.HasPrefix(f.name, "keyAlgorithms") || strings.HasPrefix(f.name, "signatureAlgorithms") || strings.HasPrefix(f.name, "hasEnrollment")) {
			q.bound, q.why = lookedThrough, "a view and a filter that share no index"
		}
		if v == inventory.CertificatesDiscovered && f.name == "sources IMPORTED" { // two marks, of which the index of one is read
			q.bound, q.why = lookedThrough, "a view and a filter that share no index"
		}
		switch f.name {
		case "names":
			q.bound, q.why = lookedThrough, "found by parts of the name, with a sample of what is rare"
		case "keyAlgorithms RSA_1024":
			if q.bound == 0 {
				q.bound, q.why = 2*tenPages, "few: all of them may be read and sorted"
			}
		}
		var filter inventory.CertificateFilter
		f.put(&filter)
		order := inventory.CertificateOrder{Field: inventory.CertificateOrderField(o[0]), Direction: page.Direction(o[1])}
		q.ask = func(ctx context.Context) error {
			first := pageSize
			if _, err := w.inventory.Certificates(viewer.With(ctx, by), page.Args{First: &first}, inventory.CertificateListInput{View: &v, Filter: &filter, OrderBy: &order}, inventory.Fields{}); err != nil {
				return fmt.Errorf("asking for a page: %w", err)
			}
			return nil
		}
		all = append(all, q)
	}
	return all
}
