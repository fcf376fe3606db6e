package gateway

import (
	"net/http"
	"strings"
)

// serviceOrders answers GET /api/v2/equipment/{ken}/serviceOrders. Nobody
// maintains a twin, and a Building tells of no maintenance: the list is empty.
func (a *authority) serviceOrders(w http.ResponseWriter, r *http.Request) error {
	if err := a.serviced(r); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, []struct{}{})
	return nil
}

// serviceOrder answers GET /api/v2/equipment/{ken}/serviceOrders/{number}.
func (a *authority) serviceOrder(_ http.ResponseWriter, r *http.Request) error {
	if err := a.serviced(r); err != nil {
		return err
	}
	return &refusal{status: http.StatusNotFound, message: "no such service order", faults: []requestFault{{Type: faultInvalid, URLPath: "workOrderNumber"}}}
}

// serviced says whether the bearer may see service orders of the equipment in
// the path.
func (a *authority) serviced(r *http.Request) error {
	g, err := a.fromRequest(r)
	if err != nil {
		return err
	}
	number := strings.TrimPrefix(r.PathValue("ken"), "ken:")
	if !g.allowsKen(serviceInfo, number) {
		return a.counted(refusedScope, foreign("the access token lacks the scope serviceinfo for this equipment"))
	}
	if _, _, _, ok := a.gateway.equipment(number); !ok {
		return noEquipment()
	}
	return nil
}
