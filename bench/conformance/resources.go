package conformance

import (
	"regexp"
	"slices"
	"strings"
)

func resourceChecks() []Check {
	const inventory = "application/inventory"
	return []Check{
		{ID: "userinfo.claims", Source: openAPI, Sentence: "userinfo gives the claims of a token, sub first of all", run: func(p *probe) {
			res := p.want(p.ask(request{method: "GET", path: userinfoPath, bearer: p.token(inventory)}), 200)
			if sub, _ := text(res.body, "sub"); sub != p.target.ID {
				p.failf("sub is %q, want the client's ID", sub)
			}
			for _, name := range []string{"iss", "aud", "iat", "exp", "scope"} {
				if dig(res.body, name) == nil {
					p.failf("there is no %s", name)
				}
			}
		}},
		{ID: "userinfo.401", Source: openAPI, Sentence: "without a token, with one that is none or was tampered with: 401", run: func(p *probe) {
			good := p.token(inventory)
			for _, bearer := range []string{"", "x", good + "x", p.forged(p.token("callgiving/*"))} {
				p.refused(request{method: "GET", path: userinfoPath, bearer: bearer}, 401, "invalid", "header", "authorization")
			}
		}},
		{ID: "userinfo.unsigned", Source: chosen, Sentence: "a token that says it needs no signature is refused: 401", run: func(p *probe) {
			parts := strings.Split(p.token(inventory), ".")
			const none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0" // {"alg":"none","typ":"JWT"}
			for _, token := range []string{none + "." + parts[1] + ".", none + "." + parts[1] + "." + parts[2]} {
				p.hide(token)
				p.want(p.ask(request{method: "GET", path: userinfoPath, bearer: token}), 401)
			}
		}},
		{ID: "discovery", Source: openAPI, Sentence: "discovery needs no token and names issuer and endpoints", run: func(p *probe) {
			res := p.want(p.ask(request{method: "GET", path: discoveryPath}), 200)
			if issuer, _ := text(res.body, "issuer"); issuer == "" {
				p.failf("there is no issuer")
			}
			for name, path := range map[string]string{"token_endpoint": tokenPath, "userinfo_endpoint": userinfoPath} {
				if at, _ := text(res.body, name); !strings.HasSuffix(at, path) {
					p.failf("%s is %q, want something that ends with %s", name, at, path)
				}
			}
		}},
		{ID: "resources.shape", Source: openAPI + "; " + examples, Sentence: "resources lists buildings with groups, and equipment; IDs have no building: or ken:, a group's is BUILDING:GROUP", run: resourcesShape},
		{ID: "resources.401", Source: openAPI, Sentence: "without a token: 401", run: func(p *probe) {
			p.refused(request{method: "GET", path: resourcesPath}, 401, "invalid", "header", "authorization")
			p.refused(request{method: "GET", path: resourcesPath, bearer: "x"}, 401, "invalid", "header", "authorization")
		}},
		{ID: "resources.403", Source: openAPI, Sentence: "without the scope application/inventory: 403", run: func(p *probe) {
			p.refused(request{method: "GET", path: resourcesPath, bearer: p.token(p.where().calls)}, 403, "", "", "")
		}},
		{ID: "resources.405", Source: httpRFC, Sentence: "anything but GET: 405", run: func(p *probe) {
			p.want(p.ask(request{method: "POST", path: resourcesPath, bearer: p.token(inventory)}), 405)
		}},
		{ID: "resources.equipment", Source: openAPI, Sentence: "one piece of equipment can be asked for by its ken", run: func(p *probe) {
			ken := p.ken()
			res := p.want(p.ask(request{method: "GET", path: resourcesPath + "/ken:" + ken, bearer: p.token(inventory)}), 200)
			if id, _ := text(res.body, "id"); strings.TrimPrefix(id, "ken:") != ken {
				p.failf("its id is %q, want %s", id, ken)
			}
		}},
		{ID: "resources.404", Source: openAPI, Sentence: "equipment that there is not: 404", run: func(p *probe) {
			p.refused(request{method: "GET", path: resourcesPath + "/ken:987654321000", bearer: p.token(inventory)}, 404, "", "", "")
		}},
	}
}

// ken is the number of a lift.
func (p *probe) ken() string {
	res := p.want(p.ask(request{method: "GET", path: resourcesPath, bearer: p.token("application/inventory")}), 200)
	all, _ := list(res.body, "equipments")
	for _, e := range all {
		if id, is := text(e, "id"); is {
			return id
		}
	}
	p.failf("the resources have no equipment")
	return ""
}

func resourcesShape(p *probe) {
	res := p.want(p.ask(request{method: "GET", path: resourcesPath, bearer: p.token("application/inventory")}), 200)
	buildings, is := list(res.body, "buildings")
	if !is || len(buildings) == 0 {
		p.failf("there is no array buildings with something in it: the vendor's examples give up then")
	}
	equipments, is := list(res.body, "equipments")
	if !is || len(equipments) == 0 {
		p.failf("there is no array equipments with something in it: the vendor's examples give up then")
	}
	var known []string
	for _, e := range equipments {
		id, _ := text(e, "id")
		if !regexp.MustCompile(`^[0-9]+$`).MatchString(id) {
			p.failf("equipment has the ID %q, want digits", id)
		}
		if _, is := list(e, "products"); !is {
			p.failf("equipment %s has no products", id)
		}
		known = append(known, id)
	}
	for _, b := range buildings {
		id, _ := text(b, "id")
		if !regexp.MustCompile(`^[A-Za-z0-9]+$`).MatchString(id) {
			p.failf("a building has the ID %q, want letters and digits without building:", id)
		}
		for _, name := range []string{"name", "desc", "city", "country", "zipCode", "addressLine1", "addressLine2"} {
			if _, is := text(b, name); !is {
				p.failf("building %s has no string %s", id, name)
			}
		}
		groups, is := list(b, "groups")
		if !is || len(groups) == 0 {
			p.failf("building %s has no groups", id)
		}
		for _, g := range groups {
			name, _ := text(g, "id")
			if group, is := strings.CutPrefix(name, id+":"); !is || len(group) < 1 || len(group) > 2 {
				p.failf("a group of building %s has the ID %q, want %s:GROUP", id, name, id)
			}
			kens, is := list(g, "kens")
			if !is || len(kens) == 0 {
				p.failf("group %s has no kens", name)
			}
			for _, k := range kens {
				if ken, _ := text(k, "id"); !slices.Contains(known, ken) {
					p.failf("group %s has the equipment %q, which is not in equipments", name, ken)
				}
			}
		}
		if _, is := list(b, "apiKens"); !is {
			p.failf("building %s has no apiKens", id)
		}
	}
}
