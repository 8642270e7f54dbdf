package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/google/uuid"

	"gatehouse/internal/filter"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
)

// look is how a list is looked at; view, filter and order are pointers that may be nil.
type look struct {
	list   lifecycle.List
	view   any
	viewID *id.ID
	search *string
	filter any
	order  any
}

// words say what a list shows, for people: a job is looked at long after the page from
// which it was started. The look is the whole of it, with what the saved view has put
// in that it came through: the view may be another by then, or gone.
func (js *Jobs) words(ctx context.Context, l look) (string, error) {
	said, shown := []string{"all " + things[l.list].many}, []string{}
	if v := reflect.ValueOf(l.view); !v.IsNil() {
		shown = append(shown, "in the view "+fmt.Sprint(v.Elem().Interface()))
	}
	if l.search != nil && strings.TrimSpace(*l.search) != "" {
		shown = append(shown, fmt.Sprintf("that the search %q finds", *l.search))
	}
	if narrowed := fields(l.filter); narrowed != "" {
		shown = append(shown, "with "+narrowed)
	}
	if order := fields(l.order); order != "" {
		shown = append(shown, "in the order "+order)
	}
	if l.viewID != nil {
		saved, err := js.views.ByIDs(ctx, []uuid.UUID{l.viewID.UUID})
		if err != nil {
			return "", err
		}
		if v := saved[l.viewID.UUID]; v != nil {
			said = append(said, fmt.Sprintf("that the saved view %q showed then:", v.Name))
		}
		if len(shown) == 0 {
			shown = []string{"everything"}
		}
	}
	return strings.Join(append(said, shown...), " "), nil
}

// shownValues is how many values of a field are told one by one.
const shownValues = 20

// fields are the fields of an input that say something, by the schema's names: a
// filter's, or an order's.
func fields(input any) string {
	v := reflect.ValueOf(input)
	if v.IsNil() {
		return ""
	}
	v = v.Elem()
	var said []string
	for n := range v.NumField() {
		field, value := v.Type().Field(n), v.Field(n)
		if !field.IsExported() || (value.Kind() == reflect.Pointer || value.Kind() == reflect.Slice) && value.IsNil() {
			continue
		}
		more := ""
		if value.Kind() == reflect.Slice && value.Len() > shownValues {
			value, more = value.Slice(0, shownValues), fmt.Sprintf(" and %d more", value.Len()-shownValues)
		}
		if told, err := json.Marshal(value.Interface()); err == nil {
			said = append(said, filter.Name(field.Name)+" "+string(told)+more)
		}
	}
	return strings.Join(said, ", ")
}
