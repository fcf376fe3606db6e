package gateway

import "hoistway/dispatch"

// admits asks who may decide it whether an action is admitted. It may take as
// long as a store takes to answer, and touches nothing of the site that
// changes: ask it on the connection's goroutine, never on the site's, and put
// the verdict into a.Admitted.
//
// A call with a card is always asked about: the floor where it goes, or for a
// landing call the floor where it is made. Without a card locked floors
// cannot be gone to, and all others are free.
func (g *group) admits(a *action) bool {
	f, ok := g.gated(a)
	if !ok {
		return true // the call will be refused for a better reason
	}
	floor := &g.site.layout.Floors[f]
	card := a.card()
	if card == "" {
		return !floor.Locked || a.landing() != dispatch.None
	}
	admit := g.site.gateway.config.Admit
	return admit != nil && admit(g.site.id, card, floor.Name) == nil
}

// gated is the floor that access to is asked for.
func (g *group) gated(a *action) (dispatch.Floor, bool) {
	if a.landing() != dispatch.None {
		return g.areaFloor(a.Area)
	}
	if a.Destination == nil {
		return dispatch.NoFloor, false
	}
	return g.areaFloor(*a.Destination)
}

// card is the number of the card that an action was made with, "" when there
// was none: the company's code, a colon and the card's own number as the
// client sent them, or the card's number alone where there is no code. It is
// also what tells one user from another.
func (a *action) card() string {
	switch {
	case a.MediaID == "":
		return ""
	case a.MediaCC == "":
		return a.MediaID
	}
	return a.MediaCC + ":" + a.MediaID
}

// The action numbers of the API, as config and actions list them.
const (
	actionDestination = 2
	actionPriority    = 3 // another destination call; the vendor's main example uses it
	actionDisabled    = 4 // listed, but switched off
	actionUp          = 2001
	actionDown        = 2002
	actionCar         = 5000
)

// landing is the direction of a landing call; None for other actions.
func (a *action) landing() dispatch.Direction {
	switch a.Action {
	case actionUp:
		return dispatch.Up
	case actionDown:
		return dispatch.Down
	}
	return dispatch.None
}
