package inventory_test

import (
	"fmt"
	"strings"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// numbered are so many certificates, with common names of their own.
func numbered(t *testing.T, n int) []string {
	t.Helper()
	names := make([]string, n)
	for k := range names {
		names[k] = fmt.Sprintf("host-%03d", k)
	}
	return several(t, names...)
}

func TestTwoWhoBringInTheSameCertificatesAtOnceMakeOneSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	files := numbered(t, 200)
	outcomes := make([]map[string]int, 4)
	together(4, func(n int) {
		outcomes[n] = map[string]int{}
		content := strings.Join(files, "")
		if n%2 == 1 { // the other way round, so that they would wait for each other
			reversed := ""
			for _, f := range files {
				reversed = f + reversed
			}
			content = reversed
		}
		p, err := w.Inventory.ImportCertificates(w.as(boss), inventory.ImportCertificatesInput{BusinessUnitID: w.unit, Files: []*inventory.CertificateFile{{Name: ptr(fmt.Sprint("file", n/2)), Content: content}}})
		if err != nil || len(p.UserErrors) > 0 {
			t.Error(err, p)
			return
		}
		for _, r := range p.Results {
			outcomes[n][string(r.Outcome)]++
		}
	})
	all := map[string]int{}
	for _, o := range outcomes {
		for word, n := range o {
			all[word] += n
		}
	}
	if all["CREATED"] != 200 || all["RECOGNIZED"] != 200 || all["UNCHANGED"] != 400 {
		t.Errorf("%v", all)
	}
	if seats, certificates, places := w.count(`SELECT count(*) FROM seats`), w.count(`SELECT count(*) FROM certificates WHERE places = 2`), w.count(`SELECT count(*) FROM certificate_locations`); seats != 200 || certificates != 200 || places != 400 {
		t.Errorf("%d seats, %d certificates, %d places", seats, certificates, places)
	}
	w.grownTo(lifecycle.Imported, 200, 200, 200, true)
	if n := w.entries(id.ID{}, audit.ImportCertificates, audit.Success); n != 400 {
		t.Errorf("%d entries", n)
	}
	w.honest()
}

func TestWhoBringsInAndWhoFindsTheSameCertificatesAtOnceShareTheirSeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	files := numbered(t, 50)
	together(4, func(n int) {
		var err error
		if n%2 == 0 {
			_, err = w.Inventory.ImportCertificates(w.as(boss), inventory.ImportCertificatesInput{BusinessUnitID: w.unit, Files: []*inventory.CertificateFile{{Name: ptr("a"), Content: strings.Join(files, "")}}})
		} else {
			in := inventory.RecordDiscoveredCertificatesInput{BusinessUnitID: w.unit}
			for _, f := range files {
				in.Certificates = append(in.Certificates, &inventory.DiscoveredCertificate{Content: f, Host: "www", Port: 443})
			}
			_, err = w.Inventory.RecordDiscoveredCertificates(w.as(boss), in)
		}
		if err != nil {
			t.Error(err)
		}
	})
	if seats, certificates := w.count(`SELECT count(*) FROM seats`), w.count(`SELECT count(*) FROM certificates WHERE places = 2 AND imported AND discovered`); seats != 50 || certificates != 50 {
		t.Errorf("%d seats, %d certificates that came both ways", seats, certificates)
	}
	w.honest()
}

func TestAnImportBesideTheDeletionOfItsSeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	files := numbered(t, 40)
	content := strings.Join(files, "")
	w.importFile("a", content)
	var ids []id.ID
	rows, err := w.admin.Query(`SELECT id FROM seats`)
	granted(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		one := id.ID{Kind: id.Seat}
		granted(t, rows.Scan(&one.UUID))
		ids = append(ids, one)
	}
	granted(t, rows.Err())
	together(6, func(n int) {
		var err error
		switch n % 3 {
		case 0:
			_, err = w.Inventory.DeleteSeats(w.as(boss), inventory.DeleteSeatsInput{IDs: ids[20*(n/3) : 20*(n/3)+20], RevokeCertificates: new(n > 0)})
		case 1:
			_, err = w.Inventory.ImportCertificates(w.as(boss), inventory.ImportCertificatesInput{BusinessUnitID: w.unit, Files: []*inventory.CertificateFile{{Name: ptr(fmt.Sprint(n)), Content: content}}})
		case 2:
			in := inventory.RecordDiscoveredCertificatesInput{BusinessUnitID: w.unit}
			for _, f := range files {
				in.Certificates = append(in.Certificates, &inventory.DiscoveredCertificate{Content: f, Host: "www", Port: 443})
			}
			_, err = w.Inventory.RecordDiscoveredCertificates(w.as(boss), in)
		}
		if err != nil {
			t.Error(n, err)
		}
	})
	w.honest()
	w.importFile("last", content)
	if n := w.count(`SELECT count(*) FROM certificates WHERE assigned`); n != 40 {
		t.Errorf("%d of 40 certificates are on seats", n)
	}
	if live := w.count(`SELECT count(*) FROM seats WHERE deleted_at IS NULL`); live != 40 {
		t.Errorf("%d live seats", live)
	}
	w.honest()
}

func TestAnImportBesideAFigureThatIsSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	files := numbered(t, 60)
	results := make([][]*inventory.ImportCertificateResult, 6)
	together(7, func(n int) {
		if n == 6 {
			p, err := w.Licences.Allocate(w.as(boss), licence.AllocateSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.Imported, Allocated: 30})
			if err != nil || len(p.UserErrors) > 0 && p.UserErrors[0].Code != refusal.SeatsInTheWay {
				t.Error(err, p)
			}
			return
		}
		p, err := w.Inventory.ImportCertificates(w.as(boss), inventory.ImportCertificatesInput{BusinessUnitID: w.unit, Files: []*inventory.CertificateFile{{Content: strings.Join(files[10*n:10*n+10], "")}}})
		if err != nil {
			t.Error(err)
			return
		}
		results[n] = p.Results
	})
	taken := 0
	for _, call := range results {
		for n, r := range call {
			if r.Outcome == created {
				taken++
			} else if code(r.UserErrors) != refusal.NoSeatLeft {
				t.Errorf("%d: %+v", n, r)
			}
		}
	}
	// Either the figure came first or in between, and then 30 have seats; or after 30.
	w.honest()
	if n := w.count(`SELECT created FROM seat_allocations WHERE seat_type = 'IMPORTED' AND (grows AND created = 60 OR NOT grows AND created = 30)`); n != taken {
		t.Errorf("%d seats, %d were told so", n, taken)
	}
}
