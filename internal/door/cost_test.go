package door

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"gatehouse"
)

// product is the documents of the product's own schema.
func product(t testing.TB) *documents {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: gatehouse.Schema})
	if err != nil {
		t.Fatal(err)
	}
	docs, err := newDocuments(schema, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// costs is what the first operation of a document costs.
func (d *documents) costs(t testing.TB, text, variables string) int64 {
	t.Helper()
	doc, err := d.load(text)
	if err != nil {
		t.Fatalf("%.200s: %v", text, err)
	}
	given := map[string]any{}
	if variables != "" {
		decoder := json.NewDecoder(strings.NewReader(variables))
		decoder.UseNumber()
		if err := decoder.Decode(&given); err != nil {
			t.Fatal(err)
		}
	}
	coerced, err := validator.VariableValues(d.schema, doc.Operations[0], given)
	if err != nil {
		t.Fatal(err)
	}
	return costOf(doc.Operations[0], coerced)
}

func TestWhatAnOperationCosts(t *testing.T) {
	t.Parallel()
	docs := product(t)
	ids := `["` + strings.Repeat(`x","`, 99) + `x"]`
	for name, row := range map[string]struct {
		document, variables string
		want                int64
	}{
		"a field without fields":              {`{__typename}`, "", 0},
		"an object":                           {`{viewer{subject}}`, "", 1},
		"an object in an object":              {`{enrollment(id:"x"){id seat{id}}}`, "", 2},
		"a page of unsaid length":             {`{enrollments{nodes{id}}}`, "", 1 + 25},
		"a page":                              {`{enrollments(first:100){nodes{id}}}`, "", 1 + 100},
		"the last of it":                      {`{enrollments(last:10){nodes{id}}}`, "", 1 + 10},
		"a length from a variable":            {`query($n:Int){enrollments(first:$n){nodes{id}}}`, `{"n":7}`, 1 + 7},
		"a variable without a value":          {`query($n:Int){enrollments(first:$n){nodes{id}}}`, ``, 1 + 25},
		"a variable's default":                {`query($n:Int=3){enrollments(first:$n){nodes{id}}}`, ``, 1 + 3},
		"more than a page has":                {`{enrollments(first:2000000000){nodes{id}}}`, "", 1 + 100},
		"less than nothing":                   {`{enrollments(first:-5){nodes{id}}}`, "", 1 + 1},
		"edges are free":                      {`{enrollments(first:10){edges{cursor node{id}}pageInfo{hasNextPage}}}`, "", 1 + 10},
		"objects of each element":             {`{enrollments(first:10){nodes{seat{id}profile{id}}}}`, "", 1 + 10*3},
		"a page in each element":              {`{seats(first:10){nodes{enrollments(first:5){nodes{id}}}}}`, "", 1 + 10*(1+1+5)},
		"a count, once":                       {`{enrollments(first:100){totalCount}}`, "", 1 + 10},
		"ids":                                 {`query($ids:[ID!]!){nodes(ids:$ids){id}}`, `{"ids":` + ids + `}`, 100},
		"ids in the document":                 {`{nodes(ids:["a","b","c"]){...on Seat{id businessUnit{id}}}}`, "", 3 * 2},
		"a fragment":                          {`{enrollments(first:10){...P}}fragment P on EnrollmentConnection{nodes{...E}totalCount}fragment E on Enrollment{seat{id}}`, "", 1 + 10 + 10*2},
		"a fragment spread twice":             {`{enrollment(id:"x"){...E ...E}}fragment E on Enrollment{seat{id}}`, "", 1 + 2},
		"what is skipped":                     {`query($no:Boolean!){enrollment(id:"x"){seat@skip(if:true){id}profile@include(if:$no){id}...on Enrollment@include(if:$no){seat{id}}...E@skip(if:false)}}fragment E on Enrollment{businessUnit{id}}`, `{"no":false}`, 2},
		"a mutation":                          {`mutation{approveEnrollment(input:{id:"x"}){enrollment{id}userErrors{code}}}`, "", 10 + 2},
		"two mutations":                       {`mutation{a:approveEnrollment(input:{id:"x"}){replayed}b:approveEnrollment(input:{id:"x"}){replayed}}`, "", 20},
		"a mutation of many":                  {`mutation($i:ApproveEnrollmentsInput!){approveEnrollments(input:$i){results{enrollment{id}}}}`, `{"i":{"ids":` + ids + `}}`, 10 + 100*2},
		"a job of many":                       {`mutation($i:StartBulkActionInput!){startBulkAction(input:$i){job{results(first:10){nodes{id}}}}}`, `{"i":{"action":"APPROVE","selection":{"ids":` + ids + `}}}`, 10 + 1 + 1 + 10},
		"a view of many":                      {`mutation($i:SaveViewInput!){saveView(input:$i){view{name count{count}}userErrors{code}}}`, `{"i":{"name":"x","list":{"enrollments":{"filter":{"businessUnitIds":` + ids + `}}}}}`, 10 + 1 + 10 + 1},
		"the errors of many, once":            {`mutation($i:ApproveEnrollmentsInput!){approveEnrollments(input:$i){...R userErrors{code}}}fragment R on ApproveEnrollmentsPayload{all:results{...on EnrollmentResult{enrollment{id}}}}`, `{"i":{"ids":` + ids + `}}`, 10 + 1 + 100*2},
		"a mutation in a fragment":            {`mutation{...M}fragment M on Mutation{approveEnrollment(input:{id:"x"}){replayed}}`, "", 10},
		"the count of a view":                 {`{views(first:100){nodes{name count{count}}}}`, "", 1 + 100*(1+10)},
		"the counts of system views":          {`{systemViews(list:SEATS){view count{count capped}}}`, "", 1 + 100},
		"a subscription":                      {`subscription{enrollmentChanged{enrollment{seat{id}}}}`, "", 3},
		"the schema":                          {`{__schema{types{name fields{name}}}}`, "", 3},
		"a page of everything, of everything": {`{seats(first:100){nodes{enrollments(first:100){nodes{seat{id}}}}}}`, "", 1 + 100*(1+1+100*2)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := docs.costs(t, row.document, row.variables); got != row.want {
				t.Errorf("it costs %d, want %d", got, row.want)
			}
		})
	}
}

// A page of a frontend is far from the limit, and so is the largest list of ids.
func TestWhatOneAsksForIsWithinTheLimit(t *testing.T) {
	t.Parallel()
	docs, limit := product(t), int64(DefaultLimits().Cost)
	ids := `["` + strings.Repeat(`x","`, 999) + `x"]`
	for name, row := range map[string][2]string{
		"the table": {`{enrollments(first:100){totalCount pageInfo{hasNextPage}nodes{id status seat{id seatId}profile{id name businessUnit{id name}}unavailableActions{action}}}}`, ""},
		"in bulk":   {`mutation($i:ApproveEnrollmentsInput!){approveEnrollments(input:$i){results{id enrollment{id status seat{id}}userErrors{code message field}}}}`, `{"i":{"ids":` + ids + `}}`},
		"by id":     {`query($ids:[ID!]!){nodes(ids:$ids){...on Enrollment{id seat{id}profile{id}}...on Seat{id businessUnit{id}}}}`, `{"ids":` + ids + `}`},
	} {
		if got := docs.costs(t, row[0], row[1]); got > limit/2+100 {
			t.Errorf("%s costs %d of %d", name, got, limit)
		}
	}
}

func TestTheCostIsToldAndLimited(t *testing.T) {
	t.Parallel()
	limits := DefaultLimits()
	limits.Cost = 3
	d, _ := testDoor(t, limits)
	got := send(t, d, ask(t, "{self{self{self{__typename}}}}", nil))
	if !strings.Contains(got.body, `"extensions":{"cost":{"limit":3,"requested":3}}`) {
		t.Errorf("the answer does not tell its cost: %s", got.body)
	}
	got = send(t, d, ask(t, "query Page{self{self{self{self{__typename}}}}}", nil))
	want := "The query Page costs 4; the limit is 3. Ask for fewer elements at once (first), or for fewer objects in each."
	if got.code(t) != LimitExceeded || got.Errors[0].Message != want {
		t.Errorf("got %s", got.body)
	}
}

// Fragments within fragments are each reckoned once, so the time grows with the
// document and not with what it would become.
func TestTheCostOfNestedFragmentsDoesNotDouble(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("{...F0}")
	for i := range 200 {
		fmt.Fprintf(&b, "fragment F%d on Query{self{...F%d}other{...F%d}}", i, i+1, i+1)
	}
	b.WriteString("fragment F200 on Query{__typename}")
	schema := newSchema(t).Schema()
	doc := parse(t, b.String())
	if list := validator.Validate(schema, doc); len(list) > 0 { //nolint:staticcheck // it ties fields to their definitions, which is all that is wanted
		t.Fatal(list)
	}
	if got := costOf(doc.Operations[0], nil); got != immense {
		t.Errorf("2^201 objects cost %d", got)
	}
}
