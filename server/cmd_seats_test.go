package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/client"
)

const (
	berlinID = "bu_01h455vb4pex5vsknk084sn02q"
	laptopID = "prof_01h455vb4pex5vsknk084sn02q"
)

// seatsAPI answers the questions of the commands that are clients of the API: of
// business units, berlin is the only one, of profiles Laptop; imports, exports and
// sightings of certificates as the test says.
type seatsAPI struct {
	imports func(input map[string]any) any
	exports func(variables map[string]any) any
	sights  func(input map[string]any) any
}

func (a seatsAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Query     string
		Variables map[string]any
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &request) != nil {
		http.Error(w, "no request", http.StatusBadRequest)
		return
	}
	if r.Header.Get("Authorization") != "Bearer a-token" {
		problem(w, r, http.StatusUnauthorized, "UNAUTHENTICATED", "The token is not valid.")
		return
	}
	var data any
	switch unit := map[string]any{"id": berlinID, "key": "berlin", "name": "Berlin"}; {
	case strings.Contains(request.Query, "importSeats"):
		data = map[string]any{"importSeats": a.imports(request.Variables["input"].(map[string]any))}
	case strings.Contains(request.Query, "sighted: "):
		data = map[string]any{"sighted": a.sights(request.Variables["input"].(map[string]any))}
	case strings.Contains(request.Query, "ExportSeats"):
		data = a.exports(request.Variables)
	case strings.Contains(request.Query, "seatUsage"):
		data = map[string]any{"seatUsage": map[string]any{"available": 1}}
	case strings.Contains(request.Query, "FindUnits") && fmt.Sprint(request.Variables["keys"]) == "[berlin]":
		data = map[string]any{"nodes": []any{}, "businessUnits": map[string]any{"nodes": []any{unit}}}
	case strings.Contains(request.Query, "FindProfiles"):
		data = map[string]any{"certificateProfiles": map[string]any{"nodes": []any{map[string]any{"id": laptopID, "name": "Laptop"}}, "pageInfo": map[string]any{"hasNextPage": false}}}
	case strings.Contains(request.Query, "FindUnits"):
		data = map[string]any{"nodes": []any{}, "businessUnits": map[string]any{"nodes": []any{}}}
	default:
		data = map[string]any{"viewer": map[string]any{"businessUnits": []any{unit}}}
	}
	if data == nil {
		problem(w, r, http.StatusOK, "FORBIDDEN", "You need VIEW_SEATS to see seats; your roles (REQUESTER) do not grant it.")
		return
	}
	reply(w, http.StatusOK, map[string]any{"data": data})
}

// imported answers each row of a file of two with an outcome.
func imported(outcomes ...string) func(map[string]any) any {
	return func(input map[string]any) any {
		var rows []any
		for n, outcome := range outcomes {
			row := map[string]any{"row": n + 2, "seatId": fmt.Sprint(n), "outcome": outcome, "code": nil, "userErrors": []any{}}
			if outcome == "REFUSED" {
				row["userErrors"] = []any{map[string]any{"code": "NO_SEAT_LEFT", "message": "No seat is left."}}
			}
			if outcome == "CREATED" && input["profileId"] != nil {
				row["code"] = "2345"
			}
			rows = append(rows, row)
		}
		return map[string]any{"rows": rows, "userErrors": []any{}, "replayed": false}
	}
}

// seats runs a seats command against an API.
func seats(t *testing.T, api http.Handler, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	server := httptest.NewServer(api)
	defer server.Close()
	return command(t, []string{"GATEHOUSE_URL=" + server.URL, "GATEHOUSE_TOKEN=a-token"}, append([]string{"seats"}, args...)...)
}

func TestSeatsImport(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "seats.csv", []byte("seat_id;seat_name\r\nada;Ada\r\n=bob;Bob\r\n"))
	head := "row,seat_id,outcome,enrollment_code,reason\r\n"
	for name, test := range map[string]struct {
		api            seatsAPI
		args           []string
		status         int
		stdout, stderr string
	}{
		"all done": {seatsAPI{imports: imported("CREATED", "UPDATED")}, nil, 0,
			head + "2,ada,CREATED,,\r\n3,'=bob,UPDATED,,\r\n", "2 rows: 1 CREATED, 1 UPDATED\n"},
		"enrolled": {seatsAPI{imports: imported("CREATED", "ENROLLED")}, []string{"--profile=" + laptopID, "--expires-at=2027-01-01"}, 0,
			head + "2,ada,CREATED,2345,\r\n3,'=bob,ENROLLED,,\r\n", "2 rows: 1 CREATED, 1 ENROLLED\n"},
		"some refused": {seatsAPI{imports: imported("UNCHANGED", "REFUSED")}, nil, 1,
			head + "2,ada,UNCHANGED,,\r\n3,'=bob,REFUSED,,NO_SEAT_LEFT: No seat is left.\r\n",
			"2 rows: 1 UNCHANGED, 1 REFUSED (1 NO_SEAT_LEFT)\ngatehouse: 1 of 2 rows were refused; the report says why of each: put that right and run the command again, which does nothing twice\n"},
		"a dry run with too few licences": {seatsAPI{imports: imported("CREATED", "CREATED")}, []string{"--dry-run"}, 0,
			head + "2,ada,CREATED,,\r\n3,'=bob,CREATED,,\r\n",
			"dry run, nothing was changed: 2 rows: 2 CREATED\nthe business unit berlin has licences for 1 more seats of type USER: of the 2 to create, 1 would be refused; allocate more first\n"},
		"deleted": {seatsAPI{imports: imported("DELETED", "DELETED")}, []string{"--operation=delete", "--yes"}, 0,
			head + "2,ada,DELETED,,\r\n3,'=bob,DELETED,,\r\n", "2 rows: 2 DELETED\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := seats(t, test.api, append([]string{"import", file, "--business-unit=berlin", "--type=user"}, test.args...)...)
			if status != test.status || stdout != test.stdout || stderr != test.stderr {
				t.Errorf("exit %d\n%q\n%q", status, stdout, stderr)
			}
		})
	}
}

// TestSeatsImportSendsWhatItWasAsked: each flag arrives, as the API spells it.
func TestSeatsImportSendsWhatItWasAsked(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "seats.csv", []byte("email,seat_id,status\n,ada,CREATED\n,bob,DELETED\n"))
	var got map[string]any
	api := seatsAPI{imports: func(input map[string]any) any { got = input; return imported("CREATED", "CREATED")(input) }}
	if status, _, stderr := seats(t, api, "import", file, "--business-unit=berlin", "--type=user", "--profile=Laptop", "--expires-at=2027-01-01T12:00:00+01:00"); status != 0 {
		t.Fatal(stderr)
	}
	if key, _ := got["idempotencyKey"].(string); !strings.HasPrefix(key, "seats-import-1:") || !strings.HasSuffix(key, ":2-3") {
		t.Errorf("the key is %q", key)
	}
	delete(got, "idempotencyKey")
	want := map[string]any{"businessUnitId": berlinID, "seatType": "USER", "operation": "CREATE_OR_UPDATE", "profileId": laptopID, "expiresAt": "2027-01-01T11:00:00Z", "csv": "email,seat_id\n,ada\n,bob\n"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("sent %v", got)
	}
}

func TestSeatsReportGoesToANewFile(t *testing.T) {
	t.Parallel()
	file, report := writeFile(t, "seats.csv", []byte("seat_id\nada\nbob\n")), filepath.Join(t.TempDir(), "report.csv")
	args := []string{"import", file, "--business-unit=berlin", "--type=USER", "--report=" + report}
	// A run that is refused as a whole leaves no file in the way of the next.
	forbidden := func(map[string]any) any {
		return map[string]any{"rows": []any{}, "replayed": false, "userErrors": []any{map[string]any{"code": "FORBIDDEN", "message": "You need MANAGE_SEATS to change seats."}}}
	}
	if status, _, stderr := seats(t, seatsAPI{imports: forbidden}, args...); status != 2 || stderr != "gatehouse: You need MANAGE_SEATS to change seats\n" {
		t.Errorf("exit %d: %s", status, stderr)
	}
	status, stdout, stderr := seats(t, seatsAPI{imports: imported("CREATED", "CREATED")}, args...)
	text, err := os.ReadFile(report)
	if err != nil || status != 0 || stdout != "" || !strings.HasSuffix(string(text), "\r\n3,bob,CREATED,,\r\n") {
		t.Errorf("exit %d: %q %q, the report %q, %v", status, stdout, stderr, text, err)
	}
	if info, err := os.Stat(report); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the report may be read by others: %v, %v", info, err)
	}
	if status, _, stderr := seats(t, seatsAPI{imports: imported("CREATED", "CREATED")}, args...); status != 2 || !strings.Contains(stderr, "is there already, and may hold codes") {
		t.Errorf("over it: exit %d: %s", status, stderr)
	}
}

// TestSeatsRefused: each in one sentence that says what to do, with exit status 2.
func TestSeatsRefused(t *testing.T) {
	t.Parallel()
	file, slipped := writeFile(t, "seats.csv", []byte("seat_id\nada\n")), writeFile(t, "slipped.csv", []byte("seat_id,email\nada\n"))
	of := []string{"--business-unit=berlin", "--type=USER"}
	api := httptest.NewServer(seatsAPI{imports: imported("CREATED"), exports: func(map[string]any) any { return nil }})
	t.Cleanup(api.Close)
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	token, here := "GATEHOUSE_TOKEN=a-token", "GATEHOUSE_URL="+api.URL
	for name, test := range map[string]struct {
		environ, args []string
		says          string
	}{
		"no token":                {[]string{here}, append([]string{"import", file}, of...), "GATEHOUSE_TOKEN is not set"},
		"a token and its file":    {[]string{here, token, "GATEHOUSE_TOKEN_FILE=x"}, []string{"export"}, "both GATEHOUSE_TOKEN and GATEHOUSE_TOKEN_FILE"},
		"a token's file gone":     {[]string{here, "GATEHOUSE_TOKEN_FILE=/nowhere"}, []string{"export"}, "/nowhere, which cannot be read"},
		"an expired token":        {[]string{here, "GATEHOUSE_TOKEN=old"}, append([]string{"import", file}, of...), "does not accept the token: it has expired"},
		"another server":          {[]string{"GATEHOUSE_URL=" + web.URL, token}, append([]string{"import", file}, of...), "is no Gatehouse (HTTP 404, text/plain)"},
		"a URL without TLS":       {[]string{"GATEHOUSE_URL=http://pki.example.com", token}, []string{"export"}, "it is an https URL"},
		"no such business unit":   {[]string{here, token}, []string{"import", file, "--business-unit=berln", "--type=USER"}, `no business unit "berln" for your token; the nearest that it sees are berlin`},
		"no file":                 {[]string{here, token}, append([]string{"import", "/nowhere.csv"}, of...), "/nowhere.csv cannot be opened: no such file"},
		"a folder":                {[]string{here, token}, append([]string{"import", os.TempDir()}, of...), "is a folder; name the CSV file in it"},
		"a device":                {[]string{here, token}, append([]string{"import", os.DevNull}, of...), "is no file that can be read twice"},
		"no such profile":         {[]string{here, token}, append([]string{"import", file, "--profile=laptop"}, of...), `no certificate profile "laptop" with enrollment codes for USER seats; it has "Laptop"`},
		"a file that has slipped": {[]string{here, token}, append([]string{"import", slipped}, of...), "slipped.csv: The file cannot be read at row 2: it has 1 cell"},
		"no flags":                {nil, []string{"import", file}, "missing flags: --business-unit=KEY, --type=TYPE"},
		"no such type":            {[]string{here, token}, []string{"import", file, "--business-unit=berlin", "--type=PERSON"}, "--type PERSON: there is no such value; the values are USER, "},
		"no such operation":       {nil, append([]string{"import", file, "--operation=destroy"}, of...), "--operation"},
		"a profile for deletion":  {[]string{here, token}, append([]string{"import", file, "--operation=delete", "--profile=prof_1"}, of...), "leave one of the two out"},
		"an end of no code":       {[]string{here, token}, append([]string{"import", file, "--expires-at=2027-01-01"}, of...), "without --profile none are made"},
		"a time that is none":     {nil, append([]string{"import", file, "--expires-at=soon"}, of...), `"soon" is neither a day nor an instant`},
		"deleting without --yes":  {[]string{here, token}, append([]string{"import", file, "--operation=delete"}, of...), "deletes the 1 seats of type USER that seats.csv names in the business unit berlin and revokes their certificates; it cannot be undone. Try it with --dry-run, then repeat the command with --yes"},
		"a report that cannot be": {[]string{here, token}, append([]string{"import", file, "--report=/nowhere/report.csv"}, of...), "/nowhere/report.csv cannot be opened"},
		"views and statuses":      {[]string{here, token}, []string{"export", "--view=nice", "--status=old"}, "--view nice: there is no such value; the values are ALL, NOT_ENROLLED"},
		"no permission to read":   {[]string{here, token}, []string{"export"}, "You need VIEW_SEATS"},
		"an output that cannot be": {[]string{here, token}, []string{"export", "--output=/nowhere/seats.csv"},
			"/nowhere/seats.csv.part cannot be opened: no such file"},
		"an output that is a folder": {[]string{here, token}, []string{"export", "--output=" + os.TempDir()}, "is a folder; name the file to write in it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := command(t, test.environ, append([]string{"seats"}, test.args...)...)
			if status != 2 || strings.Contains(stdout, "ada") || !strings.Contains(stderr, test.says) {
				t.Errorf("exit %d, %q, %q", status, stdout, stderr)
			}
			if strings.Contains(stderr, "a-token") {
				t.Errorf("the token is told: %q", stderr)
			}
		})
	}
}

// exported is a page of one seat, with more behind it.
func exported(seatID string, more bool) any {
	seat := map[string]any{"seatId": seatID, "name": "n", "email": "e", "phone": "", "seatType": "USER", "businessUnit": map[string]any{"key": "berlin"}, "status": "CREATED", "unusedSince": nil, "createdAt": noon(), "updatedAt": noon()}
	return map[string]any{"seats": map[string]any{"nodes": []any{seat}, "pageInfo": map[string]any{"hasNextPage": more, "endCursor": "on"}}}
}

func TestSeatsExport(t *testing.T) {
	t.Parallel()
	two := seatsAPI{exports: func(variables map[string]any) any {
		if variables["after"] == nil {
			return exported("=a", true)
		}
		return exported("b", false)
	}}
	at := noon().UTC().Format(time.RFC3339Nano)
	want := "seat_id,seat_name,email,phone,seat_type,business_unit,status,unused_since,created_at,updated_at\r\n" +
		"'=a,n,e,,USER,berlin,CREATED,," + at + "," + at + "\r\nb,n,e,,USER,berlin,CREATED,," + at + "," + at + "\r\n"
	if status, stdout, stderr := seats(t, two, "export"); status != 0 || stdout != want || stderr != "" {
		t.Errorf("exit %d\n%q\n%q", status, stdout, stderr)
	}
	output := filepath.Join(t.TempDir(), "seats.csv")
	if err := os.WriteFile(output, []byte("an older one"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := seats(t, two, "export", "--output="+output, "--bom")
	text, err := os.ReadFile(output)
	if err != nil || status != 0 || stdout != "" || stderr != "2 seats are in "+output+"\n" || string(text) != "\ufeff"+want {
		t.Errorf("exit %d, %q, %q, %q, %v", status, stdout, stderr, text, err)
	}
	if left, err := filepath.Glob(output + "*"); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestSeatsExportThatFails leaves what bears the name as it was, and says where the
// part is that it has.
func TestSeatsExportThatFails(t *testing.T) {
	t.Parallel()
	output := filepath.Join(t.TempDir(), "seats.csv")
	if err := os.WriteFile(output, []byte("an older one"), 0o600); err != nil {
		t.Fatal(err)
	}
	api := seatsAPI{exports: func(variables map[string]any) any {
		if variables["after"] == nil {
			return exported("a", true)
		}
		return nil
	}}
	status, _, stderr := seats(t, api, "export", "--output="+output)
	if status != 2 || !strings.HasSuffix(stderr, ". The first 1 seats are in "+output+".part; the rest is missing, so run the command again\n") {
		t.Errorf("exit %d, %q", status, stderr)
	}
	for path, want := range map[string]string{output: "an older one", output + ".part": "seat_id,"} {
		if text, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(text), want) {
			t.Errorf("%s: %q, %v", path, text, err)
		}
	}
}

func TestDeletingIsConfirmedByTyping(t *testing.T) {
	t.Parallel()
	for input, confirmed := range map[string]bool{"delete 12\n": true, "DELETE 12": true, "delete 21\n": false, "y\n": false, "": false} {
		var stderr bytes.Buffer
		err := typed(t.Context(), host{stdin: strings.NewReader(input), stderr: &stderr}, "this deletes much", "delete 12")
		if (err == nil) != confirmed || stderr.String() != "this deletes much.\nType \"delete 12\" to go on: " {
			t.Errorf("%q: %v, %q", input, err, stderr.String())
		}
	}
}

func TestProgressWithoutATerminal(t *testing.T) {
	t.Parallel()
	now := noon()
	var out bytes.Buffer
	p := newProgress(host{stderr: &out, clock: func() time.Time { return now }}, "rows", 10_000, true)
	for range 4 {
		now = now.Add(3 * time.Second)
		p.add(1000)
	}
	p.waiting(&client.Failure{Sentence: "The database is away"}, 300*time.Millisecond)
	p.end()
	want := "2,000 of 10,000 rows, 333 rows/s, 24s left\n4,000 of 10,000 rows, 333 rows/s, 18s left\nThe database is away; trying again in 1s\n"
	if out.String() != want {
		t.Errorf("said %q", out.String())
	}
}
