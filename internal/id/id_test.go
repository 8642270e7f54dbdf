package id_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
)

func TestIDsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z]+_[0-7][0-9a-hjkmnp-tv-z]{25}$`)
	for _, k := range id.Kinds {
		one := id.New(k)
		if !form.MatchString(one.String()) || !strings.HasPrefix(one.String(), string(k)+"_") {
			t.Errorf("an id of %s looks like %s", k, one)
		}
		again, err := id.Parse(one.String())
		if err != nil || again != one {
			t.Errorf("%s comes back as %v, %v", one, again, err)
		}
		b, err := json.Marshal(one)
		var decoded id.ID
		if err != nil || json.Unmarshal(b, &decoded) != nil || decoded != one {
			t.Errorf("%s in JSON is %s, %v", one, b, err)
		}
	}
}

func TestIDsSortByTheTimeTheyWereMade(t *testing.T) {
	t.Parallel()
	var made []string
	for range 200 {
		made = append(made, id.New(id.Seat).String())
	}
	if !slices.IsSorted(made) {
		t.Error("later ids come before earlier ones")
	}
}

func TestWhatIsNoID(t *testing.T) {
	t.Parallel()
	good := id.New(id.Enrollment).String()
	for _, s := range []string{
		"", "_", "enr_", "enr", good[4:], "seats_" + good[4:], "ENR_" + good[4:], strings.ToUpper(good), good + "0", good[:len(good)-1], " " + good, good + "\n",
		"enr_8" + good[5:], "enr_" + strings.Repeat("l", 26), "enr_" + uuid.NewString(), uuid.NewString(), strings.Repeat("x", 10_000),
	} {
		got, err := id.Parse(s)
		if no := refusal.Find(err); no == nil || no.Code != refusal.Invalid || !got.IsZero() || len(no.Message) > 300 || strings.Contains(no.Message, "seat_") {
			t.Errorf("%.40q was read as %v, %v", s, got, err)
		}
	}
	var one id.ID
	for _, v := range []any{nil, 7, true} {
		if err := one.UnmarshalGQL(v); refusal.Find(err) == nil {
			t.Errorf("%v was taken for an id", v)
		}
	}
}

func TestOnlyIDsOfTheKindAreThere(t *testing.T) {
	t.Parallel()
	seat, unit := id.New(id.Seat), id.New(id.BusinessUnit)
	got := id.UUIDs(id.Seat, []id.ID{unit, seat, {}})
	if !slices.Equal(got, []uuid.UUID{seat.UUID}) {
		t.Errorf("%v", got)
	}
	if got := id.UUIDs(id.Seat, nil); got == nil || len(got) != 0 {
		t.Errorf("of none: %#v; NULL in SQL would mean every one", got)
	}
}
