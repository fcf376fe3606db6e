package gateway

import (
	"cmp"
	"net/http"
	"strings"
)

const resourcesPath = "/api/v2/application/self/resources"

// The resources of an application. IDs have no prefix here; lists may be empty
// and are never null. The address fields are of the published schema: a
// Building has no address.
type (
	resourceList struct {
		Buildings  []buildingResource `json:"buildings"`
		Equipments []resource         `json:"equipments"`
	}
	buildingResource struct {
		ID       string          `json:"id"`
		Name     string          `json:"name"`
		Desc     string          `json:"desc"`
		City     string          `json:"city"`
		Country  string          `json:"country"`
		ZipCode  string          `json:"zipCode"`
		Address1 string          `json:"addressLine1"`
		Address2 string          `json:"addressLine2"`
		Groups   []groupResource `json:"groups"`
		Kens     []string        `json:"apiKens"`
	}
	groupResource struct {
		resource
		Kens []resource `json:"kens"`
	}
	resource struct {
		ID       string   `json:"id"`
		Name     string   `json:"name"`
		Desc     string   `json:"desc"`
		Products []string `json:"products"`
	}
)

// resources answers GET /api/v2/application/self/resources: what the
// application may ask scopes for, whatever the scopes of the token at hand.
func (a *authority) resources(w http.ResponseWriter, r *http.Request) error {
	p, err := a.lister(r)
	if err != nil {
		return err
	}
	list := resourceList{Buildings: []buildingResource{}, Equipments: []resource{}}
	for _, s := range a.gateway.sites {
		b := buildingResource{ID: s.id, Name: cmp.Or(s.layout.Name, s.id), Groups: []groupResource{}, Kens: []string{}}
		for i, g := range s.groups {
			bank := &s.layout.Banks[i]
			listed := groupResource{resource{ID: s.id + ":" + g.id, Name: cmp.Or(bank.Name, "Group "+g.id), Products: p.products(scope{building: s.id, group: g.id}, callGiving, robotCall)}, []resource{}}
			for car := range bank.Cars {
				number := ken(s.index, i, car)
				// The two lists name different products of the same equipment: so
				// does the published example.
				if of := p.products(scope{ken: number}, realTime); len(of) > 0 {
					listed.Kens = append(listed.Kens, resource{ID: number, Name: s.carName(i, car), Products: of})
				}
				if of := p.products(scope{ken: number}, realTime, serviceInfo); len(of) > 0 {
					b.Kens = append(b.Kens, number)
					list.Equipments = append(list.Equipments, resource{ID: number, Name: s.carName(i, car), Products: of})
				}
			}
			if len(listed.Products) > 0 || len(listed.Kens) > 0 {
				b.Groups = append(b.Groups, listed)
			}
		}
		if len(b.Groups) > 0 || len(b.Kens) > 0 {
			list.Buildings = append(list.Buildings, b)
		}
	}
	writeJSON(w, http.StatusOK, list)
	return nil
}

// resource answers GET /api/v2/application/self/resources/{ken}, with or without
// the prefix: the entry of the list of equipment. What the application may not
// see is not there.
func (a *authority) resource(w http.ResponseWriter, r *http.Request) error {
	p, err := a.lister(r)
	if err != nil {
		return err
	}
	number := strings.TrimPrefix(r.PathValue("ken"), "ken:")
	s, bank, car, ok := a.gateway.equipment(number)
	products := p.products(scope{ken: number}, realTime, serviceInfo)
	if !ok || len(products) == 0 {
		return noEquipment()
	}
	writeJSON(w, http.StatusOK, resource{ID: number, Name: s.carName(bank, car), Products: products})
	return nil
}

func noEquipment() *refusal {
	return &refusal{status: http.StatusNotFound, message: "no such equipment among the resources of this application", faults: []requestFault{{Type: faultInvalid, URLPath: "ken"}}}
}

// lister is the application whose token allows to list what it has.
func (a *authority) lister(r *http.Request) (*application, error) {
	g, err := a.fromRequest(r)
	if err != nil {
		return nil, err
	}
	if !g.allowsInventory() {
		return nil, a.counted(refusedScope, foreign("the access token lacks the scope application/inventory"))
	}
	return a.applications[g.client], nil
}

// products are those of a resource that the application may have.
func (p *application) products(of scope, all ...string) []string {
	may := []string{}
	for _, product := range all {
		if of.product = product; p.may(of) {
			may = append(may, product)
		}
	}
	return may
}

// carName is a car's name for people.
func (s *site) carName(bank, car int) string {
	return cmp.Or(s.layout.Banks[bank].Cars[car].Name, "Lift "+ken(s.index, bank, car))
}
