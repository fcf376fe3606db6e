package gateway

import "strings"

// anyLevel is the only wildcard of a pattern. It stands for one whole level;
// elsewhere in a level it is a character like others.
const anyLevel = "+"

// matches reports whether a topic fits a pattern.
func matches(pattern, topic string) bool {
	for {
		p, patternRest, patternMore := strings.Cut(pattern, "/")
		t, topicRest, topicMore := strings.Cut(topic, "/")
		if p != anyLevel && p != t || patternMore != topicMore {
			return false
		}
		if !patternMore {
			return true
		}
		pattern, topic = patternRest, topicRest
	}
}

// place is where patterns are kept so that a topic finds those that may fit it
// among tens of thousands: by the number of levels and the first two of them.
type place struct {
	levels        int
	first, second string
}

// placeOf finds the place of a pattern, or of a topic.
func placeOf(pattern string) place {
	p := place{levels: strings.Count(pattern, "/") + 1}
	var rest string
	p.first, rest, _ = strings.Cut(pattern, "/")
	p.second, _, _ = strings.Cut(rest, "/")
	return p
}

// fitting are all places with patterns that may fit a topic of the place p.
func (p place) fitting() [4]place {
	return [4]place{
		p,
		{p.levels, p.first, anyLevel},
		{p.levels, anyLevel, p.second},
		{p.levels, anyLevel, anyLevel},
	}
}
