package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// The admin API lets faults happen. It is off unless Config.Admin is set, and
// then answers this machine only.
//
//	POST   /admin/v1/faults       {"kind":"floor-locked","floor":"3","for":"30s"} -> 201 and the fault
//	GET    /admin/v1/faults       {"faults":[...]}, those that last
//	DELETE /admin/v1/faults/{id}  204
//
// The fields of a fault; names are those of the scenario, times are those of
// the building's clock, which runs Config.Speed times as fast as the wall's:
//
//	building  its ID; may be left out where there is one
//	kind      car-out-of-service, stuck-door, slow-car, floor-locked, link-down, cold-start or stale-events
//	bank      of a car; may be left out where the building has one
//	car       car-out-of-service, stuck-door, slow-car
//	floor     floor-locked
//	for       how long: "30s", "5m"; from 1s to 24h
//	factor    slow-car: of rated speed, between 0 and 1; 0.5 when left out
//	delay     cold-start, stale-events: up to 1m; 10s and 2s when left out
//	share     stale-events: of all events, above 0 and up to 1; 0.1 when left out
//
// A fault in an answer also has its "id", "left" (how long it still lasts) and
// "source" (admin, page or scenario). An error is {"message", "field",
// "allowed"}; the last two where they apply.
func (g *Gateway) adminRoutes(mux paths) {
	if !g.config.Admin {
		return
	}
	mux.HandleFunc("POST /admin/v1/faults", local(g.beginFault))
	mux.HandleFunc("GET /admin/v1/faults", local(g.listFaults))
	mux.HandleFunc("DELETE /admin/v1/faults/{id}", local(g.endFault))
}

// faultForm is a fault as it travels.
type faultForm struct {
	ID       int64    `json:"id,omitempty"`
	Building string   `json:"building"`
	Kind     string   `json:"kind"`
	Bank     string   `json:"bank,omitempty"`
	Car      string   `json:"car,omitempty"`
	Floor    string   `json:"floor,omitempty"`
	For      string   `json:"for"`
	Factor   *float64 `json:"factor,omitempty"`
	Delay    string   `json:"delay,omitempty"`
	Share    *float64 `json:"share,omitempty"`
	Left     string   `json:"left,omitempty"`
	Source   string   `json:"source,omitempty"`
}

// objection is the body of an error.
type objection struct {
	Message string   `json:"message"`
	Field   string   `json:"field,omitempty"`
	Allowed []string `json:"allowed,omitempty"`
}

func (r *objection) Error() string { return r.Message }

func object(w http.ResponseWriter, status int, r objection) { answer(w, status, r) }

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// decodeForm reads a request's one JSON object. It gives false when it has
// answered already.
func decodeForm(w http.ResponseWriter, r *http.Request, into any) bool {
	if !isJSON(r) {
		object(w, http.StatusUnsupportedMediaType, objection{Message: "want the header Content-Type: application/json"})
		return false
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, extra := d.Token(); !errors.Is(extra, io.EOF) {
			err = errors.New("there is more behind the object")
		}
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		object(w, http.StatusRequestEntityTooLarge, objection{Message: fmt.Sprintf("the body has more than %d bytes", tooLarge.Limit)})
		return false
	}
	if err != nil {
		object(w, http.StatusBadRequest, objection{Message: "the body is not the JSON object expected: " + strings.TrimPrefix(err.Error(), "json: ")})
		return false
	}
	return true
}

func (g *Gateway) beginFault(w http.ResponseWriter, r *http.Request) {
	var form faultForm
	if !decodeForm(w, r, &form) {
		return
	}
	a, wrong := g.readFault(&form)
	if wrong != nil {
		object(w, http.StatusBadRequest, *wrong)
		return
	}
	// Only a browser says where a request comes from, and only our page passes.
	if a.source = "admin"; r.Header.Get("Sec-Fetch-Site") != "" {
		a.source = "page"
	}
	if err := g.faults.begin(r.Context(), a); err != nil {
		object(w, g.statusOf(err), objection{Message: err.Error()})
		return
	}
	g.log.Info("fault", "building", a.site.id, "kind", a.kind, "for", a.lasts.String())
	w.Header().Set("Location", "/admin/v1/faults/"+strconv.FormatInt(a.id, 10))
	answer(w, http.StatusCreated, a.form(g.instant()))
}

func (g *Gateway) listFaults(w http.ResponseWriter, _ *http.Request) {
	now := g.instant()
	list := []faultForm{}
	for _, a := range g.faults.list(now, nil) {
		list = append(list, a.form(now))
	}
	answer(w, http.StatusOK, map[string][]faultForm{"faults": list})
}

func (g *Gateway) endFault(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		object(w, http.StatusBadRequest, objection{Message: "the fault's id has to be a number", Field: "id"})
		return
	}
	switch found, err := g.faults.end(r.Context(), g, id); {
	case err != nil:
		object(w, g.statusOf(err), objection{Message: err.Error()})
	case !found:
		object(w, http.StatusNotFound, objection{Message: fmt.Sprintf("no fault %d lasts at present", id), Field: "id"})
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// statusOf is the HTTP status of an error of a site: not its client's fault
// when it is busy or gone.
func (g *Gateway) statusOf(err error) int {
	if errors.Is(err, errBusy) || errors.Is(err, errClosed) {
		return http.StatusServiceUnavailable
	}
	return http.StatusConflict
}

// readFault resolves the names of a fault and checks its figures.
func (g *Gateway) readFault(f *faultForm) (*activeFault, *objection) {
	if f.ID != 0 || f.Left != "" || f.Source != "" {
		return nil, &objection{Message: "id, left and source are for the gateway to say", Field: "id"}
	}
	a := &activeFault{kind: f.Kind}
	if !slices.Contains(faultKinds, f.Kind) {
		return nil, &objection{Message: fmt.Sprintf("kind: there is no fault %q", f.Kind), Field: "kind", Allowed: faultKinds}
	}
	var ids []string
	for _, s := range g.sites {
		ids = append(ids, s.id)
	}
	i, wrong := pick("building", f.Building, ids, "this gateway")
	if wrong != nil {
		return nil, wrong
	}
	a.site = g.sites[i]
	lasts, err := time.ParseDuration(f.For)
	if err != nil || lasts < shortestFault || lasts > longestFault {
		return nil, &objection{Message: fmt.Sprintf("for: want how long, such as 30s or 5m, from %v to %v", shortestFault, longestFault), Field: "for"}
	}
	a.lasts = lasts

	takes := map[string][]string{
		carOutOfService: {"bank", "car"}, stuckDoor: {"bank", "car"}, slowCar: {"bank", "car", "factor"}, floorLocked: {"floor"},
		coldStart: {"delay"}, staleEvents: {"delay", "share"},
	}[f.Kind]
	for field, said := range map[string]bool{"bank": f.Bank != "", "car": f.Car != "", "floor": f.Floor != "", "factor": f.Factor != nil, "delay": f.Delay != "", "share": f.Share != nil} {
		if said && !slices.Contains(takes, field) {
			return nil, &objection{Message: fmt.Sprintf("%s: a fault of kind %s takes none", field, f.Kind), Field: field, Allowed: takes}
		}
	}
	if wrong := a.readPlace(f); wrong != nil {
		return nil, wrong
	}
	return a, a.readFigures(f)
}

// readPlace resolves bank, car and floor.
func (a *activeFault) readPlace(f *faultForm) (wrong *objection) {
	layout := a.site.layout
	switch a.kind {
	case carOutOfService, stuckDoor, slowCar:
		a.place.Kind = map[string]building.FaultKind{carOutOfService: building.CarOutOfService, stuckDoor: building.StuckDoor, slowCar: building.SlowCar}[a.kind]
		if a.place.Bank, wrong = pick("bank", f.Bank, names(layout.Banks, func(b building.Bank) string { return b.Name }), "building "+a.site.id); wrong != nil {
			return wrong
		}
		bank := &layout.Banks[a.place.Bank]
		a.place.Car, wrong = pick("car", f.Car, names(bank.Cars, func(c building.CarMake) string { return c.Name }), "bank "+bank.Name)
	case floorLocked:
		a.place.Kind = building.FloorLocked
		var floor int
		floor, wrong = pick("floor", f.Floor, names(layout.Floors, func(f building.Floor) string { return f.Name }), "building "+a.site.id)
		a.place.Floor = dispatch.Floor(floor)
	}
	return wrong
}

// readFigures reads what a fault takes beside its place.
func (a *activeFault) readFigures(f *faultForm) *objection {
	if f.Factor != nil {
		if a.place.Factor = *f.Factor; !(a.place.Factor > 0 && a.place.Factor < 1) {
			return &objection{Message: "factor: want a share of the rated speed, above 0 and below 1", Field: "factor"}
		}
	}
	if f.Share != nil {
		if a.share = *f.Share; !(a.share > 0 && a.share <= 1) {
			return &objection{Message: "share: want a share of the events, above 0 and at most 1", Field: "share"}
		}
	}
	if f.Delay != "" {
		delay, err := time.ParseDuration(f.Delay)
		if err != nil || delay <= 0 || delay > longestDelay {
			return &objection{Message: fmt.Sprintf("delay: want a time such as 10s, above 0 and at most %v", longestDelay), Field: "delay"}
		}
		a.delay = delay
	}
	a.fill()
	return nil
}

// pick finds a name. Where there is one thing only it need not be named.
func pick(field, name string, all []string, where string) (int, *objection) {
	if name == "" && len(all) == 1 {
		return 0, nil
	}
	i := slices.Index(all, name)
	if i < 0 && name == "" {
		return 0, &objection{Message: fmt.Sprintf("%s: say which one of %s", field, where), Field: field, Allowed: all}
	} else if i < 0 {
		return 0, &objection{Message: fmt.Sprintf("%s: %s has no %q", field, where, name), Field: field, Allowed: all}
	}
	return i, nil
}

func names[T any](all []T, name func(T) string) []string {
	list := make([]string, len(all))
	for i := range all {
		list[i] = name(all[i])
	}
	return list
}

// form is the fault as it travels.
func (a *activeFault) form(now dispatch.Instant) faultForm {
	f := faultForm{ID: a.id, Building: a.site.id, Kind: a.kind, For: a.lasts.String(), Source: a.source}
	f.Left = time.Duration(math.Ceil(max(0, a.until-now).Seconds()) * float64(time.Second)).String()
	layout := a.site.layout
	switch a.kind {
	case carOutOfService, stuckDoor, slowCar:
		bank := &layout.Banks[a.place.Bank]
		f.Bank, f.Car = bank.Name, bank.Cars[a.place.Car].Name
	case floorLocked:
		f.Floor = layout.Floors[a.place.Floor].Name
	}
	if a.kind == slowCar {
		f.Factor = &a.place.Factor
	}
	if a.kind == coldStart || a.kind == staleEvents {
		f.Delay = a.delay.String()
	}
	if a.kind == staleEvents {
		f.Share = &a.share
	}
	return f
}
