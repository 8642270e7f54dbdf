package client_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gatehouse/internal/client"
	"gatehouse/internal/seatfile"
)

func TestAFileOfOtherSeatsIsRefused(t *testing.T) {
	t.Parallel()
	what := client.Import{Unit: berlin, SeatType: "USER", Operation: seatfile.CreateOrUpdate}
	for name, test := range map[string]struct{ text, says string }{
		"of another type":          {"seat_id,seat_type\na,USER\nb,DEVICE\n", "at row 3: its seat_type is DEVICE and the import is of USER"},
		"of another business unit": {"seat_id,business_unit\na,berlin\nb,\nc,paris\n", "at row 4: its business_unit is paris and the import is into berlin"},
		"with codes for nobody":    {"seat_id,enrollment_code\na,\nb,123456\n", "at row 3: it has an enrollment_code, and without --profile nobody is enrolled"},
		"with addresses of nobody": {"seat_id,enrollment_email\na,a@example.com\n", "at row 2: it has an enrollment_email"},
		"with a row that is short": {"seat_id,email\na,b\nc\n", "at row 3: it has 1 cell"},
		"without any":              {"seat_id\n", "no row below"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := what.Survey(t.Context(), strings.NewReader(test.text))
			var no *seatfile.Mistake
			if !errors.As(err, &no) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
	for name, may := range map[string]client.Import{
		"under a profile": {Unit: berlin, SeatType: "USER", Operation: seatfile.CreateOrUpdate, ProfileID: "prof_1"},
		"to delete them":  {Unit: berlin, SeatType: "USER", Operation: seatfile.Delete},
	} {
		if _, err := may.Survey(t.Context(), strings.NewReader("seat_id,enrollment_code\na,123456\n")); err != nil {
			t.Errorf("codes %s: %v", name, err)
		}
	}
	survey, err := what.Survey(t.Context(), strings.NewReader("seat_id,seat_type,business_unit\na,USER,berlin\nb,,\n"))
	if err != nil || survey.Rows != 2 {
		t.Errorf("an export of these: %+v, %v", survey, err)
	}
}

func TestASurveyIsCutOff(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (client.Import{}).Survey(ctx, strings.NewReader("seat_id\na\n")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
