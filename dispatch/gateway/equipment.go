package gateway

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"hoistway/dispatch/building"
)

const equipmentPath = "/api/v2/equipment/"

// maxEquipment is how many pieces of equipment a request may ask about.
const maxEquipment = 100

// view is a car at the instant of a request, on its site's goroutine.
type view struct {
	site *site
	bank int
	made *building.CarMake
	is   building.Car
	ken  string // "ken:100000001"
	time string
}

// about makes the handler of a request about equipment. Its body is
// {"equipmentIds":["ken:100000001"]}; the answer is a list of one object for
// each, in that order. All of it is refused when one part is. Any of the
// products opens it.
//
// What is in the vendor's objects is public as names of fields, without their
// values: where a value is a word, see equipmentshape.go for ours.
func (a *authority) about(show func(*view) any, products ...string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		numbers, err := a.asked(r, products...)
		if err != nil {
			return err
		}
		answers := make([]any, len(numbers))
		todo := map[*site][]func(){}
		for i, number := range numbers {
			s, bank, car, ok := a.gateway.equipment(number)
			if !ok {
				return &refusal{status: http.StatusNotFound, message: "no such equipment: ken:" + number, faults: []requestFault{{Type: faultInvalid, BodyPath: fmt.Sprintf("equipmentIds[%d]", i)}}}
			}
			todo[s] = append(todo[s], func() {
				answers[i] = show(&view{s, bank, &s.layout.Banks[bank].Cars[car], s.building.Car(bank, car), "ken:" + number, stamp(s.time(s.now))})
			})
		}
		ctx, cancel := context.WithTimeout(r.Context(), answerTime)
		defer cancel()
		for s, looks := range todo {
			if s.link.down() {
				return &refusal{status: http.StatusServiceUnavailable, message: "there is no link to the site controller (1005): ping until it answers", after: time.Second}
			}
			if err := s.ask(ctx, func() {
				for _, look := range looks {
					look()
				}
			}); err != nil {
				return err
			}
		}
		writeJSON(w, http.StatusOK, answers)
		return nil
	}
}

// answerTime is how long a site may take to answer a request.
const answerTime = 5 * time.Second

// asked reads a request about equipment and checks that the token allows it.
func (a *authority) asked(r *http.Request, products ...string) ([]string, error) {
	g, err := a.fromRequest(r)
	if err != nil {
		return nil, err
	}
	text, err := readBody(r, "application/json")
	if err != nil {
		return nil, err
	}
	numbers, err := parseEquipment(text)
	if err != nil {
		return nil, err
	}
	for _, number := range numbers {
		allowed := false
		for _, product := range products {
			allowed = allowed || g.allowsKen(product, number)
		}
		if !allowed {
			return nil, a.counted(refusedScope, foreign(fmt.Sprintf("the access token lacks the scope %s/ken:%s", products[0], number)))
		}
	}
	return numbers, nil
}

// parseEquipment reads the body of a request about equipment. It gives numbers
// without prefix.
func parseEquipment(text []byte) ([]string, error) {
	var form struct {
		IDs []string `json:"equipmentIds"`
	}
	if err := decodeBody(text, &form); err != nil {
		return nil, err
	}
	if len(form.IDs) == 0 || len(form.IDs) > maxEquipment {
		return nil, badBody("equipmentIds", fmt.Sprintf("want equipmentIds, a list of 1 to %d", maxEquipment))
	}
	for i, id := range form.IDs {
		number := strings.TrimPrefix(id, "ken:")
		if !kenNumber.MatchString(number) {
			return nil, badBody(fmt.Sprintf("equipmentIds[%d]", i), "want an equipment ID such as ken:100000001")
		}
		form.IDs[i] = number
	}
	return form.IDs, nil
}

// escalator answers POST /api/v2/equipment/escalator/movement/direction: a
// Building has lifts only.
func (a *authority) escalator(_ http.ResponseWriter, r *http.Request) error {
	numbers, err := a.asked(r, realTime)
	if err != nil {
		return err
	}
	return &refusal{status: http.StatusNotFound, message: "no such escalator: ken:" + numbers[0], faults: []requestFault{{Type: faultInvalid, BodyPath: "equipmentIds[0]"}}}
}

// stamp writes a time as clients read it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
