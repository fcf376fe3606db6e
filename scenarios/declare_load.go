package scenarios

import (
	"math"
	"time"
)

var rates = dimension{"a rate", []unit{{"/s", 0}}, "20/s"}

// Profiles of [load].
const (
	LoadConstant = "constant" // Rate from the first second on
	LoadRamp     = "ramp"     // from nothing evenly to Rate within Ramp, then Rate
	LoadSpike    = "spike"    // Rate, and SpikeRate for Spike in the middle
	LoadSoak     = "soak"     // as a ramp, for long
)

var loadProfiles = []string{LoadConstant, LoadRamp, LoadSpike, LoadSoak}

const (
	shortLoad   = 30 * time.Second
	longLoad    = 10 * time.Minute
	longestLoad = 7 * day
	mostCalls   = 1e6 // a second
)

var (
	whenRamped = only(`with profile = "ramp" or "soak"`, func(l *LoadTest) bool { return l.Profile == LoadRamp || l.Profile == LoadSoak })
	whenSpiked = only(`with profile = "spike"`, func(l *LoadTest) bool { return l.Profile == LoadSpike })
)

var loadSection = &section{
	key: "load",
	doc: "What `hoistway load` puts on a server of this scenario over the network: calls are due at instants of their own, whether the server keeps up or not. `hoistway run` leaves it out. Without the table, every key has its default.",
	fields: []field{
		{key: "profile", form: oneOf{choice{loadProfiles}}, def: `"constant"`, source: ours,
			doc: "How the rate goes: rate throughout; evenly up to it within ramp; rate with a spike in the middle; a ramp and then rate for long, to find what wears out.", at: in(func(l *LoadTest) any { return &l.Profile })},
		{key: "rate", form: quantity{dim: rates, min: 0.001, max: mostCalls}, def: `"5/s"`, source: ours,
			doc: "Lift calls.", at: in(func(l *LoadTest) any { return &l.Rate })},
		{key: "ping_rate", form: quantity{dim: rates, min: 0, max: mostCalls}, def: `"0/s"`, source: "calls only",
			doc: "Pings beside them, whatever the profile.", at: in(func(l *LoadTest) any { return &l.PingRate })},
		{key: "sessions", form: count{1, 60_000, "sessions"}, def: "10", source: ours,
			doc: "Sockets that are open throughout; calls take turns on them.", at: in(func(l *LoadTest) any { return &l.Sessions })},
		{key: "duration", form: span{time.Second, longestLoad}, derived: "30s; 10min with profile = \"soak\"", source: ours,
			doc: "Calls are due for so long.", at: in(func(l *LoadTest) any { return &l.Duration })},
		{key: "ramp", form: span{time.Millisecond, longestLoad}, derived: "a third of duration", source: ours, when: whenRamped,
			doc: "From the first call to the full rate.", at: in(func(l *LoadTest) any { return &l.Ramp })},
		{key: "spike", form: span{time.Millisecond, longestLoad}, derived: "a sixth of duration", source: ours, when: whenSpiked,
			doc: "How long the spike lasts.", at: in(func(l *LoadTest) any { return &l.Spike })},
		{key: "spike_rate", form: quantity{dim: rates, min: 0.001, max: mostCalls}, derived: "4 x rate", source: ours, when: whenSpiked,
			doc: "Lift calls in the spike.", at: in(func(l *LoadTest) any { return &l.SpikeRate })},
		{key: "delete", form: shareForm, def: `"0%"`, source: "every call is waited for",
			doc: "Share of calls that are deleted once they are acknowledged.", at: in(func(l *LoadTest) any { return &l.Delete })},
		{key: "seed", form: count{0, math.MaxInt64, ""}, def: "1", source: ours,
			doc: "Start of the random streams from which calls are drawn.", at: in(func(l *LoadTest) any { return &l.Seed })},
	},
}

// load reads [load].
func (b *builder) load(n *node) {
	if n == nil {
		return
	}
	l := &LoadTest{}
	t := b.read(loadSection, n, b.root, "load", l, false)
	l.derive(t)
	full := func(key string, span time.Duration) {
		if span > l.Duration && !t.refused("duration") {
			t.fault(key, "", "%s is longer than duration, %s", formatSpan(span), formatSpan(l.Duration))
		}
	}
	full("ramp", l.Ramp)
	full("spike", l.Spike)
	if l.Profile == LoadSpike && l.SpikeRate <= l.Rate {
		t.fault("spike_rate", "", "%s is not above rate, %s", rates.format(l.SpikeRate), rates.format(l.Rate))
	}
	b.sc.Load = l
}

// derive fills in what depends on other keys.
func (l *LoadTest) derive(t *sheet) {
	set := func(key string, when *condition, put func()) {
		if t.given[key] == nil && (when == nil || when.ok(l)) {
			put()
			t.derive(key, l)
		}
	}
	set("duration", nil, func() {
		if l.Duration = shortLoad; l.Profile == LoadSoak {
			l.Duration = longLoad
		}
	})
	set("ramp", whenRamped, func() { l.Ramp = l.Duration / 3 })
	set("spike", whenSpiked, func() { l.Spike = l.Duration / 6 })
	set("spike_rate", whenSpiked, func() { l.SpikeRate = min(4*l.Rate, mostCalls) })
}

// DefaultLoad is the load of a scenario that says nothing of it.
func DefaultLoad() *LoadTest {
	l := &LoadTest{}
	l.derive(loadSection.read(nil, &node{}, "load", l, false))
	return l
}
