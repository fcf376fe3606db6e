package privacyaudit

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// telemetry judges what the services say of themselves: metrics have declared
// names and labels, labels have values of closed sets, as few with a thousand
// people as with ten; log lines have declared messages and attributes; and no ID
// of an account, and no randomized ID, is in either. It selects samples and
// lines.
//
// A declared set is written name=value|value, where a value may hold
//
//	{count}     digits
//	{word}      a word in lower case, at most 24 letters, with hyphens
//	{region}    a country, two letters
//	{building}  a building's name, of the configuration or the truth
//	{outcome}   words with counts, such as "erased 2,shredded 1"
//	{text}      anything
//
// What {text} holds is searched for IDs and by absent and recognise; else it may
// say what it likes.
func init() {
	register(&Check{
		Name:  "telemetry",
		About: "Metrics and logs say what was declared, in closed sets of values, and no ID of anybody.",
		Needs: NeedLogs | NeedMetrics,
		Params: []Param{
			{Name: "metrics", Form: FormTexts, Required: true, About: "names of metrics"},
			{Name: "labels", Form: FormTexts, Required: true, About: "labels with their values, as name=value|value"},
			{Name: "messages", Form: FormTexts, Required: true, About: "messages of log lines"},
			{Name: "attributes", Form: FormTexts, Required: true, About: "attributes of log lines with their values, as name=value|value; a name may hold {building} or {word}"},
			{Name: "most", Form: FormCount, About: "values that one label may have (32)"},
		},
		New: newTelemetry,
	})
}

type telemetry struct {
	p          *Probe
	metrics    []string
	labels     []closedSet
	messages   *regexp.Regexp
	attributes []closedSet
	ids        map[string]bool
	values     map[string]map[string]bool // by label
	most       int
}

// closedSet is a name, or names of one pattern, and its values.
type closedSet struct{ name, values *regexp.Regexp }

func newTelemetry(p *Probe) (w Watch, err error) {
	t := &telemetry{p: p, metrics: p.Texts("metrics"), ids: map[string]bool{}, values: map[string]map[string]bool{}, most: p.Count("most", 32)}
	if t.labels, err = t.sets("labels"); err != nil {
		return w, err
	}
	if t.attributes, err = t.sets("attributes"); err != nil {
		return w, err
	}
	if t.messages, err = t.pattern(strings.Join(p.Texts("messages"), "|")); err != nil {
		return w, err
	}
	if p.Truth != nil {
		for i := range p.Truth.Acts {
			if s := p.Truth.Acts[i].Subject; len(s) == idLength {
				t.ids[s] = true
			}
		}
		err = p.Truth.Trips(func(trip *evidence.Trip) error {
			if len(trip.Pseudonym) == idLength && !t.ids[trip.Pseudonym] {
				t.ids[strings.Clone(trip.Pseudonym)] = true
			}
			return nil
		})
		if err != nil {
			return w, fmt.Errorf("trips: %w", err)
		}
	}
	return Watch{Text: t.text, End: t.end}, nil
}

func (t *telemetry) sets(param string) (sets []closedSet, err error) {
	for _, text := range t.p.Texts(param) {
		name, values, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("%s: %q has no values behind an equals sign", param, text)
		}
		var one closedSet
		if one.name, err = t.pattern(name); err == nil {
			one.values, err = t.pattern(values)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %q: %w", param, text, err)
		}
		sets = append(sets, one)
	}
	return sets, nil
}

// pattern makes a regular expression of values with | between.
func (t *telemetry) pattern(values string) (*regexp.Regexp, error) {
	var all []string
	for _, v := range strings.Split(values, "|") {
		v = regexp.QuoteMeta(v)
		for name, what := range map[string]string{
			"count": `[0-9]+`, "region": `[A-Z]{2}`, "word": `[a-z-]{1,24}`, "building": t.buildings(),
			"outcome": `[a-z-]{1,24} [0-9]+(,[a-z-]{1,24} [0-9]+)*`, "text": `(?s:.*)`,
		} {
			v = strings.ReplaceAll(v, `\{`+name+`\}`, what)
		}
		all = append(all, v)
	}
	return regexp.Compile(`^(` + strings.Join(all, "|") + `)$`)
}

func (t *telemetry) buildings() string {
	var names []string
	if t.p.Config != nil {
		for _, b := range t.p.Config.Buildings {
			names = append(names, regexp.QuoteMeta(b.Name))
		}
	}
	if t.p.Truth != nil {
		names = append(names, regexp.QuoteMeta(t.p.Truth.Settings.Building))
		for _, name := range t.p.Truth.Settings.Sites {
			names = append(names, regexp.QuoteMeta(name))
		}
	}
	return "(" + strings.Join(names, "|") + ")"
}

func (t *telemetry) text(x *evidence.Text) {
	place := finding.Place{Store: x.Class, File: x.Name}
	if hasID(x.Body, t.ids) {
		t.p.Fail(place, "an ID of an account, or a randomized one")
	}
	if x.Number > 0 {
		return
	}
	switch x.Class {
	case evidence.MetricsText:
		samples, err := evidence.ParseMetrics(x.Body)
		if err != nil {
			t.p.Fail(place, "%v", err)
		}
		for i := range samples {
			t.sample(place, &samples[i])
		}
	case evidence.LogText:
		var in io.Reader = bytes.NewReader(x.Body)
		if !x.Last {
			f, err := os.Open(x.Path)
			if err != nil {
				t.p.Fail(place, "the log cannot be read again")
				return
			}
			defer f.Close()
			in = f
		}
		if err := evidence.ReadLog(in, func(l *evidence.LogLine) error { t.line(place, l); return nil }); err != nil {
			t.p.Fail(place, "%v", err)
		}
	}
}

func (t *telemetry) sample(place finding.Place, s *evidence.Sample) {
	t.p.Select(place.Store, 1)
	if !slices.Contains(t.metrics, s.Name) {
		t.p.Fail(place, "a metric that is not declared")
		return
	}
	if !s.At.IsZero() {
		t.p.Fail(place, "a sample with an instant of its own")
	}
	for _, l := range s.Labels {
		i := slices.IndexFunc(t.labels, func(c closedSet) bool { return c.name.MatchString(l.Name) })
		switch {
		case i < 0:
			t.p.Fail(place, "the metric %s has a label that is not declared", s.Name)
		case !t.labels[i].values.MatchString(l.Value):
			t.p.Fail(place, "the label %s of the metric %s has a value that is not of its set", l.Name, s.Name)
		default:
			if t.values[l.Name] == nil {
				t.values[l.Name] = map[string]bool{}
			}
			t.values[l.Name][l.Value] = true
		}
	}
}

func (t *telemetry) line(place finding.Place, l *evidence.LogLine) {
	t.p.Select(place.Store, 1)
	if !t.messages.MatchString(l.Message) {
		t.p.Fail(place, "a line whose message is not declared")
	}
	for _, name := range slices.Sorted(maps.Keys(l.Attrs)) {
		i := slices.IndexFunc(t.attributes, func(c closedSet) bool { return c.name.MatchString(name) })
		switch {
		case i < 0:
			t.p.Fail(place, "a line with an attribute that is not declared")
		case !t.attributes[i].values.MatchString(l.Attrs[name]):
			t.p.Fail(place, "a line whose attribute %s has a value that is not of its set", plainName(name))
		}
	}
}

// plainName is a declared attribute's name; of a pattern it could say whose.
func plainName(name string) string {
	if len(name) > 40 {
		return "…"
	}
	return name
}

func (t *telemetry) end() {
	for _, name := range slices.Sorted(maps.Keys(t.values)) {
		if n := len(t.values[name]); n > t.most {
			t.p.Fail(finding.Place{Store: evidence.MetricsText}, "the label %s has %d values, and may have %d whatever the number of people", name, n, t.most)
		}
	}
}
