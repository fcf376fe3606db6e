package conformance

import "fmt"

func equipmentChecks() []Check {
	checks := []Check{
		{ID: "equipment.401", Source: examples, Sentence: "equipment without a token: 401 with a message", run: func(p *probe) {
			ken := p.ken()
			for _, path := range append(searches, "/api/v2/equipment/elevator/door") {
				p.refused(request{method: "POST", path: path, kind: jsonType, body: kens(ken)}, 401, "", "", "")
			}
			p.refused(request{method: "GET", path: "/api/v2/equipment/ken:" + ken + "/serviceOrders"}, 401, "", "", "")
		}},
		{ID: "equipment.403", Source: examples, Sentence: "equipment with a token for something else: 403 with a message", run: func(p *probe) {
			ken, w := p.ken(), p.where()
			for _, path := range searches {
				p.refused(request{method: "POST", path: path, bearer: p.token(w.calls), kind: jsonType, body: kens(ken)}, 403, "", "", "")
			}
			p.refused(request{method: "POST", path: searches[0], bearer: p.token("serviceinfo/ken:" + ken), kind: jsonType, body: kens(ken)}, 403, "", "", "")
			p.refused(request{method: "GET", path: "/api/v2/equipment/ken:" + ken + "/serviceOrders", bearer: p.token("rtm/ken:" + ken)}, 403, "", "", "")
		}},
		{ID: "equipment.other", Source: examples, Sentence: "a token for one lift does not open another: 403", run: func(p *probe) {
			res := p.want(p.ask(request{method: "GET", path: resourcesPath, bearer: p.token(inventory)}), 200)
			all, _ := list(res.body, "equipments")
			if len(all) < 2 {
				p.skipf("there is one piece of equipment only")
			}
			mine, _ := text(all[0], "id")
			theirs, _ := text(all[1], "id")
			p.refused(request{method: "POST", path: searches[0], bearer: p.token("rtm/ken:" + mine), kind: jsonType, body: kens(theirs)}, 403, "", "", "")
		}},
		{ID: "equipment.405", Source: httpRFC, Sentence: "anything but POST: 405", run: func(p *probe) {
			ken := p.ken()
			p.want(p.ask(request{method: "GET", path: searches[0], bearer: p.token("rtm/ken:" + ken)}), 405)
		}},
		{ID: "equipment.415", Source: httpRFC, Sentence: "a body that is no JSON: 415 with a message", run: func(p *probe) {
			ken := p.ken()
			p.refused(request{method: "POST", path: searches[0], bearer: p.token("rtm/ken:" + ken), kind: formType, body: kens(ken)}, 415, "", "", "")
		}},
		{ID: "equipment.400", Source: examples, Sentence: "no list of equipment, or one of something else: 400 with a message", run: func(p *probe) {
			ken := p.ken()
			for _, body := range []string{"", "{", "{}", `{"equipmentIds":"ken:` + ken + `"}`, `{"equipmentIds":[7]}`, `{"equipmentIds":["` + ken + ` or so"]}`} {
				p.refused(request{method: "POST", path: searches[0], bearer: p.token("rtm/ken:" + ken), kind: jsonType, body: body}, 400, "", "", "")
			}
		}},
		{ID: "equipment.service-orders", Source: examples, Sentence: "service orders of a lift are a list; an order that there is not: 404", run: func(p *probe) {
			ken := p.ken()
			page := request{method: "GET", path: "/api/v2/equipment/ken:" + ken + "/serviceOrders", bearer: p.token("serviceinfo/ken:" + ken)}
			if _, is := list(p.want(p.ask(page), 200).body); !is {
				p.failf("it is no array")
			}
			page.path += "/987654321"
			p.refused(page, 404, "", "", "")
		}},
	}
	for _, path := range append(searches, "/api/v2/equipment/elevator/door", "/api/v2/equipment/elevator/button") {
		checks = append(checks, Check{
			ID: "equipment." + path[len("/api/v2/equipment/"):], Source: examples, Sentence: fmt.Sprintf("POST %s with a ken tells of that lift", path), run: func(p *probe) {
				ken := p.ken()
				res := p.want(p.ask(request{method: "POST", path: path, bearer: p.token("rtm/ken:" + ken), kind: jsonType, body: kens(ken)}), 200)
				if got := res.header.Get("Content-Type"); len(got) < len(jsonType) || got[:len(jsonType)] != jsonType {
					p.failf("the content type is %q, want %s", got, jsonType)
				}
				all, is := list(res.body)
				if !is || len(all) != 1 {
					p.failf("want an array with one object for one lift")
				}
				if id, _ := text(all[0], "equipmentId"); id != "ken:"+ken && id != ken {
					p.failf("equipmentId is %q, want ken:%s", id, ken)
				}
			},
		})
	}
	return checks
}

// searches are the pages of the Equipment Status API.
var searches = []string{"/api/v2/equipment/search/availability", "/api/v2/equipment/search/status", "/api/v2/equipment/search/movement"}

func kens(ken string) string { return `{"equipmentIds":["ken:` + ken + `"]}` }
