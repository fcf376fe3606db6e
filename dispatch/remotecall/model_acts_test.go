package remotecall

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"hoistway/dispatch/registry"
)

// What people do with their permissions, and what the model says of it.

func (m *model) call() {
	p, building := m.somebody(), m.building()
	t, want := m.signedIn(p)
	r := CallRequest{Building: building, From: m.floor(building), To: m.floor(building), Distance: 12, Position: pick(m, "position", Cell{}, Cell{}, Cell{0, 20}, Cell{15, 14})}
	if pick(m, "default", false, false, true) {
		r.To = ""
	}
	to, bank := r.To, ""
	if to == "" {
		to = p.favourite
	}
	known := func(f string) bool { return slices.Contains(modelFloors[building], f) }
	switch {
	case want != "":
	case !known(r.From):
		want = UnknownFloor
	case r.To == "" && !known(to):
		want = NoDestination
	case !known(to):
		want = UnknownFloor
	case r.From == to:
		want = SameFloor
	case m.tooMany(p):
		want = TooManyCalls
	case p.stopped:
		want = ProcessingStopped
	default:
		want = NoBank
		for _, b := range modelBanks[building] {
			if !slices.Contains(b.Floors, r.From) || !slices.Contains(b.Floors, to) {
				continue
			}
			by := func(g modelGrant) bool { return g.banks == nil || slices.Contains(g.banks, b.Name) }
			if want = NotPermitted; m.may(building, r.From, p, by) && m.may(building, to, p, by) {
				bank = b.Name
				want = ""
				break
			}
		}
		if want == "" && r.Position == (Cell{15, 14}) { // 205 m
			want = NotNear
		}
	}
	ticket, err := m.s.Call(t, r)
	if m.agree(fmt.Sprintf("call %s to %q", r.From, r.To), want, err) {
		if ticket.Bank != bank {
			m.rt.Fatalf("bank %q, the model says %q", ticket.Bank, bank)
		}
		m.calls[ticket.Number] = modelCall{p, m.now().Add(10*time.Second + m.config.Policy.CallTTL)}
	}
}

// tooMany counts a call unless there were too many.
func (m *model) tooMany(p *modelled) bool {
	hour := m.now().Truncate(time.Hour)
	this, last := 0, 0
	for _, at := range p.counted {
		switch {
		case !at.Before(hour):
			this++
		case !at.Before(hour.Add(-time.Hour)):
			last++
		}
	}
	left := hour.Add(time.Hour).Sub(m.now())
	if time.Duration(this+1)*time.Hour+time.Duration(last)*left > modelCalls*time.Hour {
		return true
	}
	p.counted = append(p.counted, m.now())
	return false
}

func (m *model) cancel() {
	p := m.somebody()
	t, want := m.signedIn(p)
	number := pick(m, "number", append(slices.Sorted(maps.Keys(m.calls)), 99999)...)
	c, known := m.calls[number]
	if want == "" && (!known || c.of != p || !m.now().Before(c.end)) {
		want = NoSuchCall
	}
	if m.agree("cancel", want, m.s.Cancel(t, number)) {
		delete(m.calls, number)
	}
}

func (m *model) prefer() {
	p := m.somebody()
	t, want := m.signedIn(p)
	floor := pick(m, "favourite", "", "G", "2", "5", "12")
	if want == "" && p.service != Flow {
		want = Denied
	}
	if want == "" && floor == "12" { // no building has it
		want = UnknownFloor
	}
	if m.agree("prefer", want, m.s.Prefer(t, Preferences{FavouriteFloor: &floor})) {
		p.favourite = floor
	}
}

// object stops the service for somebody, or lets it go on, as an objection
// that another part of the service records.
func (m *model) object() {
	p := m.somebody()
	if !p.exists {
		return
	}
	h := m.stores.As(registry.RoleSubject, registry.ToFulfil).Of(p.subject)
	ref := registry.Ref{Kind: registry.KindObjection, Subject: p.subject, Item: "aaaaaaaaaaaaaaaaaaaaaaaaaa"}
	var err error
	if p.stopped {
		err = h.Delete(ref)
	} else {
		err = h.Put(ref, &registry.Objection{Purpose: registry.ToProvide})
	}
	if err != nil {
		m.rt.Fatal(err)
	}
	m.s.forgetStanding(p.subject)
	p.stopped = !p.stopped
}

func grants(g modelGrant) bool { return g.mayGrant }

func (m *model) createKey() {
	p, building := m.somebody(), m.building()
	t, want := m.signedIn(p)
	k := &modelKey{
		building: building, host: p, floors: pick(m, "floors", []string{"2"}, []string{"G", "1"}, []string{"9"}), uses: pick(m, "uses", 1, 2),
		from: m.now().Add(pick(m, "from", -time.Hour, 0, time.Hour)), until: m.now().Add(pick(m, "until", 0, 2*time.Hour, 30*time.Hour)),
	}
	consent := pick(m, "consent", true, true, false)
	switch {
	case want != "":
	case k.floors[0] == "9":
		want = UnknownFloor
	case !k.from.Before(k.until) || !m.now().Before(k.until):
		want = MalformedField
	case p.service != Flow:
		want = MayNotGrant
	case p.stopped:
		want = ProcessingStopped
	case slices.ContainsFunc(k.floors, func(f string) bool { return !m.may(building, f, p, grants) }):
		want = MayNotGrant
	case !consent:
		want = NoConsent
	}
	key, err := m.s.CreateKey(t, KeyRequest{building, "V", k.floors, k.from, k.until, k.uses, consent})
	if m.agree("create a key", want, err) {
		k.key = key
		p.keys, m.keys = append(p.keys, k), append(m.keys, k)
	}
}

// opens is what the model says of a key.
func (m *model) opens(k *modelKey, key Key, building, floor string, use bool) Refusal {
	switch {
	case !slices.Contains(modelFloors[building], floor):
		return UnknownFloor
	case k.state == "revoked" && m.now().Before(k.until):
		return KeyRevoked
	case k.state != "" || k.building != building || key != k.key:
		return KeyUnknown
	case m.now().Before(k.from):
		return KeyEarly
	case !m.now().Before(k.until):
		return KeyExpired
	case !slices.Contains(k.floors, floor):
		return KeyWrongFloor
	case use && k.uses == 0:
		return KeyUsedUp
	case k.host.stopped:
		return ProcessingStopped
	case !m.may(building, floor, k.host, grants):
		return NotPermitted
	}
	return ""
}

func (m *model) aKey() (k *modelKey, key Key, building, floor string) {
	if len(m.keys) == 0 {
		m.rt.Skip("no keys yet")
	}
	k = pick(m, "key", m.keys...)
	key, building = k.key, pick(m, "building", k.building, k.building, "tower")
	if pick(m, "code", true, true, true, false) {
		return k, key, building, pick(m, "floor", append(slices.Clone(k.floors), m.floor(building))...)
	}
	key.Code = "GUESS"
	return k, key, building, k.floors[0]
}

func (m *model) useKey() {
	k, key, building, floor := m.aKey()
	if m.agree("use a key", m.opens(k, key, building, floor, true), m.s.UseKey(building, key, floor)) {
		k.uses--
	}
}

func (m *model) checkKey() {
	k, key, building, floor := m.aKey()
	m.agree("check a key", m.opens(k, key, building, floor, false), m.s.CheckKey(building, key, floor))
}

func (m *model) revokeKey() {
	k, _, _, _ := m.aKey()
	p := pick(m, "by", k.host, k.host, m.somebody())
	t, want := m.signedIn(p)
	if want == "" && (k.state == "forgotten" || k.state == "" && k.host != p) {
		want = NoSuchEntry
	}
	if k.state == "revoked" && !m.now().Before(k.until) {
		m.rt.Skip("for how long a revoked key is known after its end is not modelled")
	}
	if m.agree("revoke a key", want, m.s.RevokeKey(t, k.key.ID)) && k.state == "" {
		k.state = "revoked"
	}
}

func (m *model) addSubUser() {
	p, building := m.somebody(), m.building()
	t, want := m.signedIn(p)
	year := pick(m, "born", 1980, m.now().Year()-16, m.now().Year()-15, 0)
	e := SubUserEntry{Building: building, Name: "S", Consent: pick(m, "consent", true, true, false), Guardian: pick(m, "guardian", false, true)}
	if year != 0 {
		day := m.now().AddDate(0, 0, pick(m, "birthday", 0, 1, -1))
		e.BirthDate = fmt.Sprintf("%04d-%02d-%02d", year, day.Month(), min(day.Day(), 28))
	}
	grown := e.BirthDate != "" && fmt.Sprintf("%04d%s", year+16, e.BirthDate[4:]) <= m.now().Format(time.DateOnly)
	switch {
	case want != "":
	case year == 0:
		want = NoBirthDate
	case p.service != Flow:
		want = MayNotGrant
	case p.stopped:
		want = ProcessingStopped
	case !m.may(building, "", p, grants):
		want = MayNotGrant
	case !e.Consent:
		want = NoConsent
	case !grown && !e.Guardian:
		want = NeedsGuardian
	}
	id, err := m.s.AddSubUser(t, e)
	if m.agree("add a sub-user", want, err) {
		p.subUsers = append(p.subUsers, modelSubUser{id, building})
	}
}

func (m *model) removeSubUser() {
	p := m.somebody()
	t, want := m.signedIn(p)
	id, own := m.config.ids().New(), false
	for _, other := range []*modelled{m.somebody(), p} {
		if len(other.subUsers) > 0 {
			id, own = other.subUsers[0].id, other == p
		}
	}
	if want == "" && !own {
		want = NoSuchEntry
	}
	if m.agree("remove a sub-user", want, m.s.RemoveSubUser(t, id)) {
		p.subUsers = slices.DeleteFunc(p.subUsers, func(u modelSubUser) bool { return u.id == id })
	}
}

func (m *model) giveTag() {
	p, building := m.somebody(), m.building()
	place := m.places[building][p.subject]
	var want Refusal
	if place == nil {
		want = NotYourBuilding
	}
	floors := pick(m, "floors", nil, []string{"G", "2"})
	number, err := m.manager(building).GiveTag(p.subject, floors)
	if m.agree("give a tag", want, err) {
		place.tag, place.tagFloors = number, floors
	}
}

func (m *model) checkTag() {
	p, building := m.somebody(), m.building()
	floor := m.floor(building)
	number, want := "NOTAG", TagUnknown
	if place := m.places[building][p.subject]; place != nil && place.tag != "" {
		number, want = place.tag, ""
		if place.tagFloors != nil && !slices.Contains(place.tagFloors, floor) {
			want = NotPermitted
		}
	}
	if !slices.Contains(modelFloors[building], floor) {
		want = UnknownFloor
	}
	m.agree("check a tag", want, m.s.CheckTag(building, number, floor))
}

func (m *model) moveOut() {
	if pick(m, "really", false, false, true) == false {
		return
	}
	p, building := m.somebody(), m.building()
	var want Refusal
	if m.places[building][p.subject] == nil {
		want = NotYourBuilding
	}
	_, err := m.manager(building).MovedOut(p.subject)
	if !m.agree("move out", want, err) {
		return
	}
	delete(m.places[building], p.subject)
	other := m.places[map[string]string{"tower": "office", "office": "tower"}[building]][p.subject]
	if other == nil || !other.person && len(other.grants) == 0 && other.tag == "" {
		m.gone(p)
		delete(m.places["tower"], p.subject)
		delete(m.places["office"], p.subject)
		return
	}
	m.endGrants(p, building)
}

// endGrants ends the keys and sub-users of somebody in a building, "" for all.
func (m *model) endGrants(p *modelled, building string) {
	for _, k := range p.keys {
		if k.state == "" && cmp.Or(building, k.building) == k.building {
			k.state = "revoked"
		}
	}
	p.subUsers = slices.DeleteFunc(p.subUsers, func(u modelSubUser) bool { return cmp.Or(building, u.building) == u.building })
}

func (m *model) gone(p *modelled) {
	m.endGrants(p, "")
	for t := range p.logins {
		p.lapsed[t] = true
	}
	p.exists, p.logins, p.stopped = false, map[Token]time.Time{}, false
	maps.DeleteFunc(m.calls, func(_ uint64, c modelCall) bool { return c.of == p })
}

func (m *model) erase() {
	if pick(m, "really", false, false, true) == false {
		return
	}
	p := m.somebody()
	if !p.exists {
		return
	}
	_, err := m.s.erase(p.subject, registry.CauseRequest)
	m.agree("erase", "", err)
	m.gone(p)
	if p.service == Flow {
		return // the rest is the Manager's to withdraw (FL:L35)
	}
	for _, places := range m.places { // Remote Call leaves key tags alone (RC:L45)
		if place := places[p.subject]; place != nil && place.tag != "" {
			place.person, place.grants = false, nil
		} else {
			delete(places, p.subject)
		}
	}
}

// again starts the service anew: what is in memory alone is gone.
func (m *model) again() {
	m.restart()
	for _, p := range m.people {
		p.logins, p.lapsed, p.failures, p.counted = map[Token]time.Time{}, map[Token]bool{}, 0, nil
	}
	for _, k := range m.keys {
		if k.state == "revoked" {
			k.state = "forgotten"
		}
	}
	m.strays, m.calls = map[string]*modelled{}, map[uint64]modelCall{}
}

func (m *model) time() {
	m.pass(pick(m, "pass", time.Second, time.Minute, 15*time.Minute, time.Hour, time.Hour, 6*time.Hour, 24*time.Hour, modelSession))
}
