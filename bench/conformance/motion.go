package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// follows says which state may come next. The same may come again: another
// member of the event is new then.
var (
	motionFollows = map[string][]string{
		"STANDING":     {"STANDING", "STOPPED", "STARTING"},
		"STOPPED":      {"STANDING", "STOPPED", "STARTING"},
		"STARTING":     {"STARTING", "MOVING", "DECELERATING"},
		"MOVING":       {"MOVING", "DECELERATING"},
		"DECELERATING": {"DECELERATING", "STOPPED", "STANDING"},
	}
	doorsFollow = map[string][]string{
		"CLOSED":  {"CLOSED", "OPENING"},
		"OPENING": {"OPENING", "OPENED", "CLOSING", "STOPPED", "ERROR"},
		"OPENED":  {"OPENED", "CLOSING", "NUDGING", "ERROR"},
		"CLOSING": {"CLOSING", "CLOSED", "OPENING", "NUDGING", "STOPPED", "ERROR"},
		"NUDGING": {"NUDGING", "CLOSED", "OPENING", "STOPPED", "ERROR"},
	}
)

func motionChecks() []Check {
	return []Check{
		{ID: "motion.order", Source: asyncAPI, Sentence: "on a ride lifts start, move, decelerate and stop in this order, and doors open and close in theirs", run: func(p *probe) {
			last := map[string]string{}
			p.watched(func(w *world, f frame) string {
				topic, of, follows := f.of("subtopic"), "state", doorsFollow
				if strings.HasSuffix(topic, "/position") {
					of, follows = "moving_state", motionFollows
				}
				was, is := last[topic], f.of("data", of)
				last[topic] = is
				if next, known := follows[was]; known && !slices.Contains(next, is) {
					return fmt.Sprintf("%s comes behind %s", is, was)
				}
				return ""
			})
		}},
		{ID: "motion.place", Source: asyncAPI + "; " + community, Sentence: "cur and adv are floors as config counts them, adv lies ahead, and a lift that does not move is in a door zone", run: func(p *probe) {
			p.watched(func(w *world, f frame) string {
				if !strings.HasSuffix(f.of("subtopic"), "/position") {
					return ""
				}
				current, _ := whole(f.raw, "data", "cur")
				ahead, _ := whole(f.raw, "data", "adv")
				dir, motion := f.of("data", "dir"), f.of("data", "moving_state")
				still := motion == "STANDING" || motion == "STOPPED"
				switch {
				case !slices.ContainsFunc(w.floors, func(l landing) bool { return l.floor == ahead }):
					return "a lift cannot stop at adv"
				case dir == "UP" && ahead < current, dir == "DOWN" && ahead > current:
					return "adv lies behind"
				case still && string(dig(f.raw, "data", "door")) != "true":
					return "it does not move, and is in no door zone"
				case !still && dir == "NONE":
					return "it moves, and in no direction"
				}
				return ""
			})
		}},
	}
}

// watched calls a lift and judges what positions and doors are told until it has
// served the call.
func (p *probe) watched(judge func(*world, frame) string) {
	s, w := p.everything()
	id := s.monitor(w, 300, "+/position", "+/doors", "call_state/+/served")
	s.state(id, s.call(w, w.high(), w.low(), ""), "served")
	moved := false
	for _, f := range s.all() {
		if !isEvent(id, "+/position")(f) && !isEvent(id, "+/doors")(f) {
			continue
		}
		moved = moved || f.of("data", "moving_state") == "STARTING"
		if fault := judge(w, f); fault != "" {
			p.failf("%s: %s", fault, f.raw)
		}
	}
	if !moved {
		p.failf("the call was served, and no lift told that it was STARTING")
	}
}
