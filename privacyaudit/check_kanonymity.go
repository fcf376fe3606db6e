package privacyaudit

import (
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/search"
)

// kanonymity tells whether analytics are anonymous: behind each cell that was
// released stand at least so many people (k-anonymity: Sweeney, IJUFKS 10, 2002;
// prosecutor's risk is 1/k), and a cell has only dimensions and words that are
// declared, of which none is an identifier or an instant finer than a part of
// the day.
//
// How many people there are a writer may claim. The truth bounds it: the cells
// that divide one month, part of the day and function among devices cannot have
// more people than there were accounts in the month, nor those of calls more
// than called. Cells of which one contains another must differ by nobody or by
// so many people, or their difference is about few.
//
// It does not see a count of people that is wrong and possible.
func init() {
	register(&Check{
		Name:  "kanonymity",
		About: "Behind each released cell stand enough people, and it names nobody and no instant.",
		Params: []Param{
			{Name: "least", Form: FormCount, Required: true, About: "fewest people behind a cell"},
			{Name: "dimensions", Form: FormTexts, Required: true, About: "dimensions that a cell may have"},
			{Name: "hours", Form: FormText, About: "dimension with the part of the day"},
			{Name: "parts", Form: FormTexts, About: "words for parts of the day"},
			{Name: "function", Form: FormText, About: "dimension with the function that was used"},
			{Name: "call", Form: FormText, About: "function whose people are those who made trips"},
			{Name: "rounded", Form: FormDuration, About: "to what the instant of a cell is rounded (24h)"},
		},
		New: newKAnonymity,
	})
}

// cellFields are the fields that a cell may have.
var cellFields = slices.Concat(everyField, []string{"period", "dimensions", "people", "count"})

// aggregate is one released cell.
type aggregate struct {
	place         finding.Place
	Period        string            `json:"period"`
	Dimensions    map[string]string `json:"dimensions"`
	People, Count int
}

func newKAnonymity(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	k := &anonymity{
		p: p, least: p.Count("least", 0), dimensions: p.Texts("dimensions"), hours: p.Text("hours", ""), parts: p.Texts("parts"),
		function: p.Text("function", ""), call: p.Text("call", ""), round: int64(p.Duration("rounded", 24*time.Hour)),
	}
	if p.Config != nil {
		k.least = max(k.least, p.Config.Limits.Cell) // a service that promises more is held to it
	}
	return Watch{Record: k.take, End: k.end}, nil
}

type anonymity struct {
	p                     *Probe
	least                 int
	dimensions, parts     []string
	hours, function, call string
	round                 int64
	cells                 []*aggregate
}

// Words that look like an identifier, and like an instant.
var (
	longDigits = regexp.MustCompile(`[0-9]{5,}|[0-9a-f]{16,}|[a-z2-7]{26}`)
	clockText  = regexp.MustCompile(`[0-9]{1,2}:[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]T[0-9]`)
)

func (k *anonymity) take(r *Record) {
	if r.State != Read {
		return
	}
	k.p.Select(r.Source.Name, 1)
	place := r.Place()
	for i := range r.Fields {
		if f := &r.Fields[i]; !contains(cellFields, f.Name) {
			k.p.Fail(place, "a cell has a field that it may not have, of %d bytes", len(f.Raw))
		}
	}
	c := &aggregate{place: place}
	if json.Unmarshal(r.Body, c) != nil {
		k.p.Fail(place, "a cell is none")
		return
	}
	if c.People < k.least {
		k.p.Fail(place, "behind a released cell stand %d people, and there must be %d", c.People, k.least)
	}
	if c.People > 0 && c.Count < c.People {
		k.p.Fail(place, "a cell counts more people than uses: one of the counts is wrong")
	}
	if len(r.Meta.Building) > 0 {
		k.p.Fail(place, "a cell names a building, in which few people live")
	}
	if k.round > 0 && r.Meta.At%k.round != 0 {
		k.p.Fail(place, "the instant of a cell is finer than %s", time.Duration(k.round))
	}
	if len(c.Period) != len("2006-01") {
		k.p.Fail(place, "the period of a cell is no month")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Dimensions)) {
		k.dimension(place, name, c.Dimensions[name])
	}
	if r.Live() {
		k.cells = append(k.cells, c)
	}
}

func (k *anonymity) dimension(place finding.Place, name, value string) {
	if !slices.Contains(k.dimensions, name) {
		k.p.Fail(place, "a cell has a dimension that is not declared")
	}
	switch {
	case name == k.hours && len(k.parts) > 0 && !slices.Contains(k.parts, value):
		k.p.Fail(place, "the hours of a cell are no part of the day")
	case clockText.MatchString(value):
		k.p.Fail(place, "a dimension of a cell looks like an instant")
	case longDigits.MatchString(strings.ToLower(value)):
		k.p.Fail(place, "a dimension of a cell looks like an identifier")
	default:
		search.Recognise([]byte(value), func(l search.Likeness) { k.p.Fail(place, "a dimension of a cell looks like a %s", l.Name) })
	}
}

func (k *anonymity) end() {
	slices.SortFunc(k.cells, func(a, b *aggregate) int { return cmp.Compare(a.place.Key, b.place.Key) })
	k.contained()
	k.possible()
	k.histogram()
	if k.p.selected() == 0 {
		k.none()
	}
}

// contained compares cells of one period of which one has all dimensions of the
// other with the same words, and more of them: whoever takes one from the other
// learns of the rest.
func (k *anonymity) contained() {
	byPeriod := map[string][]*aggregate{}
	for _, c := range k.cells {
		byPeriod[c.Period] = append(byPeriod[c.Period], c)
	}
	for _, period := range slices.Sorted(maps.Keys(byPeriod)) {
		cells := byPeriod[period]
		k.twice(cells)
		if !slices.ContainsFunc(cells, func(c *aggregate) bool { return len(c.Dimensions) != len(cells[0].Dimensions) }) {
			continue // all have the same dimensions: none contains another
		}
		for _, whole := range cells {
			for _, part := range cells {
				rest := whole.People - part.People
				if len(part.Dimensions) > len(whole.Dimensions) && within(whole.Dimensions, part.Dimensions) && rest > 0 && rest < k.least {
					k.p.Fail(part.place, "a cell and one that contains it differ by %d people: what differs is theirs", rest)
				}
			}
		}
	}
}

// twice finds the same cell twice: their difference is about those who came
// between.
func (k *anonymity) twice(cells []*aggregate) {
	seen := map[string]bool{}
	for _, c := range cells {
		name := k.words(c, k.dimensions...)
		if seen[name] {
			k.p.Fail(c.place, "a cell was released twice for one period: the difference is about few people")
		}
		seen[name] = true
	}
}

func within(few, many map[string]string) bool {
	for name, value := range few {
		if many[name] != value {
			return false
		}
	}
	return true
}

// words are a cell's period and its words for some dimensions.
func (k *anonymity) words(c *aggregate, dimensions ...string) string {
	b := []string{c.Period}
	for _, d := range dimensions {
		b = append(b, c.Dimensions[d])
	}
	return strings.Join(b, "\x00")
}

// possible holds the counts of people against the truth.
func (k *anonymity) possible() {
	if k.p.Truth == nil || k.function == "" {
		return
	}
	people, callers := k.people()
	sums := map[string]int{}
	for _, c := range k.cells {
		// Cells of other dimensions may contain these: their people are not others.
		names := slices.Sorted(maps.Keys(c.Dimensions))
		group := k.words(c, k.hours, k.function) + "\x00" + strings.Join(names, "\x00")
		sums[group] += c.People
		most, what := people[c.Period], "accounts"
		if k.call != "" && c.Dimensions[k.function] == k.call {
			most, what = min(most, callers[c.Period]), "callers"
		}
		if sums[group] > most {
			k.p.Fail(c.place, "cells that share the people of one month, part of the day and function have %d of them, and there were %d %s", sums[group], most, what)
		}
	}
}

// people counts the accounts that were there in each month, and the persons who
// made trips in it.
func (k *anonymity) people() (accounts, callers map[string]int) {
	accounts, callers = map[string]int{}, map[string]int{}
	end := k.p.Truth.Settings.End
	for _, l := range livesOf(k.p.Truth).All {
		until := end
		if !l.End.IsZero() {
			until = l.End
		}
		for t := l.From; ; t = time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC) {
			if t.After(until) {
				break
			}
			accounts[t.UTC().Format("2006-01")]++
		}
	}
	seen := map[string]map[string]bool{}
	err := k.p.Truth.Trips(func(t *evidence.Trip) error {
		month := t.At.UTC().Format("2006-01")
		if seen[month] == nil {
			seen[month] = map[string]bool{}
		}
		seen[month][t.Person] = true
		return nil
	})
	if err != nil {
		k.p.problem("", "trips.ndjson", err)
	}
	for month, persons := range seen {
		callers[month] = len(persons)
	}
	return accounts, callers
}

// classEdges are those of the histogram of people behind a cell.
var classEdges = []float64{0, 1, 2, 3, 5, 10, 20, 50, 100, 1000, 1e9}

// histogram shows how many people stand behind the cells, and the risks that
// follow.
func (k *anonymity) histogram() {
	if len(k.cells) == 0 {
		return
	}
	least, people := k.cells[0].People, 0
	limit := float64(k.least)
	h := finding.Histogram{Name: "people behind a released cell", Rule: k.p.Rule.ID, Store: k.cells[0].place.Store, Unit: "people", Limit: &limit}
	for i := range classEdges[1:] {
		h.Buckets = append(h.Buckets, finding.Bucket{From: classEdges[i], To: classEdges[i+1]})
	}
	for _, c := range k.cells {
		least = min(least, c.People)
		people += c.People
		for i := range h.Buckets {
			if b := &h.Buckets[i]; float64(c.People) >= b.From && float64(c.People) < b.To {
				b.Count++
			}
		}
	}
	k.p.Report.Classes = append(k.p.Report.Classes, h)
	k.p.Measure(finding.Measure{Name: "fewest people behind a cell", Value: float64(least), Unit: "people", Min: &limit})
	if people > 0 {
		// Marketer's risk: classes over records.
		k.p.Measure(finding.Measure{Name: "average risk of a person in the cells", Value: float64(len(k.cells)) / float64(people)})
	}
}

// none says why no cell was released, where the truth knows it: no month was
// over, or too few people were there in each that was.
func (k *anonymity) none() {
	if k.p.Truth == nil {
		return
	}
	s := k.p.Truth.Settings
	if first := s.Start.UTC(); first.Format("2006-01") == s.End.UTC().Format("2006-01") {
		k.p.NotApplicable("no month was over in this run, and analytics are released by the month")
		return
	}
	accounts, _ := k.people()
	most := 0
	for _, n := range accounts {
		most = max(most, n)
	}
	if most < k.least {
		k.p.NotApplicable("no month had %s accounts, so that no cell may be released", strconv.Itoa(k.least))
	}
}
