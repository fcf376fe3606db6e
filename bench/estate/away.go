package estate

import "time"

// away is a phone whose account was erased and that has not heard of it. The
// service cannot reach it: it learns when it next asks for anything.
type away struct {
	person *person
	back   time.Time // when its user next opens the app; zero = never
}

// leaves decides what becomes of the phone of somebody whose account was just
// erased: it wiped itself, or its user opens the app again within some days, or
// never. Who stopped using the app does not, nor does every third of those who
// moved out.
func (e *Estate) leaves(p *person, why string) {
	if p.phone.Wiped() {
		e.wiped(p)
		return
	}
	a := away{person: p}
	if !p.silent && !(why == "moved-out" && p.resident%3 == 0) {
		a.back = e.now.Add(time.Duration(1+p.resident%5) * 12 * time.Hour)
	}
	e.away = append(e.away, a)
}

// comeBack has the users open their apps whose time it is. A service that was
// started since their accounts were erased does not know their logins: such
// phones keep what they have, as any phone must that is merely not signed in.
func (e *Estate) comeBack() {
	for i := range e.away {
		a := &e.away[i]
		if a.back.IsZero() || e.now.Before(a.back) {
			continue
		}
		a.back = time.Time{}
		if a.person.toldToWipe {
			continue
		}
		refused := e.refusal(a.person.phone.SignedIn())
		e.fail(e.acted(a.person, actPhoneAsked, refused))
		e.heard(a.person)
	}
}

// heard notes that a phone wiped itself because it was told that its account
// was erased.
func (e *Estate) heard(p *person) {
	if p.erased && !p.appless && p.phone.Wiped() && !p.toldToWipe {
		e.wiped(p)
	}
}

// wiped notes that everything on a phone had to go.
func (e *Estate) wiped(p *person) {
	p.toldToWipe = true
	e.truth.goes(p.id, p.why, e.now, func(c *Canary) bool { return c.Store == p.device })
	e.fail(e.acted(p, actPhoneWiped, ""))
}

// keep notes which phones never heard that their accounts were erased: what
// they hold is their users' own, on their own devices (T11).
func (e *Estate) keep() {
	for _, a := range e.away {
		if !a.person.toldToWipe {
			e.fail(e.acted(a.person, actPhoneKept, ""))
		}
	}
}
