package scenarios

import "time"

// longestLogData is what the statement allows: "no longer than up to 1 year
// from collection", taken as 365 days, which every calendar year holds.
const longestLogData = 365 * day

// day is the calendar's in UTC.
const day = 24 * time.Hour

func serviceAt(f func(*Service) any) func(any) any { return in(f) }

var whenLived = only("with residential = true", func(s *Service) bool { return s.Residential })

const (
	silent  = "our choice; the statements say neither"
	flowL58 = "Flow statement: log data \"no longer than up to 1 year from collection\""
)

var serviceSection = &section{
	key: "service",
	doc: "How people use the apps, on the calendar. A scenario has the service when it has this table, an event, visitors or a tenant with remote calls; what is not given then has its default.",
	fields: []field{
		{key: "start", form: calendar{}, def: `"2027-01-01"`, source: ours,
			doc: "Calendar instant of the start of the run, UTC.", at: serviceAt(func(s *Service) any { return &s.Start })},
		{key: "residential", form: truth{}, def: "false", source: "people work here",
			doc: "People live here: they have an address and an apartment.", at: serviceAt(func(s *Service) any { return &s.Residential })},
		{key: "apartments", form: count{1, 1000, "apartments"}, def: "4", source: ours, when: whenLived,
			doc: "On every floor with people; they are taken in turn.", at: serviceAt(func(s *Service) any { return &s.Apartments })},
		{key: "intercom", form: truth{}, def: "false", source: "no camera", when: whenLived,
			doc: "There is an intercom with a camera and a display of apartments at the entrance.", at: serviceAt(func(s *Service) any { return &s.Intercom })},
		{key: "region", form: country{}, def: `"FI"`, source: ours,
			doc: "Country of the building, where the stores stand.", at: serviceAt(func(s *Service) any { return &s.Region })},
		{key: "sites", form: listOf[string]{of: identifier{"the name of a building"}, what: `a list of buildings, such as ["annex"]`, most: mostNamed}, def: "[]", source: "one building",
			doc: "Further buildings with a server of their own, in which nobody rides here; who has an app is known there too.", at: serviceAt(func(s *Service) any { return &s.Sites })},
		{key: "near", form: quantity{dim: lengths, min: 1, max: 100_000}, def: `"200m"`, source: silent,
			doc: "How far from the building a call is accepted.", at: serviceAt(func(s *Service) any { return &s.Near })},
		{key: "grid", form: quantity{dim: lengths, min: 1, max: 1000}, def: `"10m"`, source: "our choice; the Flow statement says \"approximate\"",
			doc: "Cells to which positions are rounded.", at: serviceAt(func(s *Service) any { return &s.Grid })},
		{key: "inactivity", form: span{day, longestSpan}, def: `"730d"`, source: "our choice; the Flow statement says \"an extensive period\"",
			doc: "An account without use for so long is erased.", at: serviceAt(func(s *Service) any { return &s.Inactivity })},
		{key: "log_data", form: span{time.Hour, longestSpan}, def: `"365d"`, source: flowL58,
			doc: "How long usage logs are kept; at most 365d.", at: serviceAt(func(s *Service) any { return &s.LogData })},
		{key: "backups", form: span{time.Hour, longestSpan}, def: `"90d"`, source: silent,
			doc: "How long a backup is kept.", at: serviceAt(func(s *Service) any { return &s.Backups })},
		{key: "rotation", form: span{time.Hour, longestSpan}, def: `"30d"`, source: silent,
			doc: "How long a randomized ID and a key-encryption key serve.", at: serviceAt(func(s *Service) any { return &s.Rotation })},
		{key: "least", form: count{2, 1000, "people"}, def: "5", source: silent,
			doc: "Fewest people whose usage is counted together in analytics.", at: serviceAt(func(s *Service) any { return &s.Least })},
	},
	tables: []*section{logSection},
}

func logAt(f func(*BuildingLog) any) func(any) any { return in(f) }

var logSection = &section{
	key: "log", named: "NAME",
	doc: "A log that the building's Manager orders. It holds the given fields of every ride called from the phone, and when.",
	fields: []field{
		{key: "fields", form: listOf[string]{of: oneOf{choice{[]string{"bank", "floor", "result"}}}, what: `a list of "bank", "floor" and "result"`, most: 3}, need: true,
			doc: "What an entry holds.", at: logAt(func(l *BuildingLog) any { return &l.Fields })},
		{key: "retention", form: span{time.Hour, longestSpan}, need: true,
			doc: "How long an entry is kept; the Manager must say it.", at: logAt(func(l *BuildingLog) any { return &l.Retention })},
	},
}

// eventDraft is an event as written.
type eventDraft struct {
	event Event
	at    time.Duration
}

func eventAt(f func(*Event) any) func(any) any {
	return in(func(d *eventDraft) any { return f(&d.event) })
}

func ofKinds(doc string, f func(EventKind) bool) *condition {
	return only(doc, func(d *eventDraft) bool { return f(d.event.Kind) })
}

var eventSection = &section{
	key: "event", named: "NAME",
	doc: "Something in the life of the people and services, scripted.",
	fields: []field{
		{key: "kind", form: choice{eventWords()}, need: true,
			doc: "What happens; see the kinds below.", at: eventAt(func(e *Event) any { return &e.Kind })},
		{key: "count", form: count{1, 100_000, "times"}, def: "1", source: "once", when: ofKinds("with kinds that can happen again", func(k EventKind) bool { return !eventKinds[k].once }),
			doc: "How often.", at: eventAt(func(e *Event) any { return &e.Count })},
		{key: "at", form: instantForm, derived: "drawn between from and to", source: "from and to",
			doc: "The instant, all at once.", at: in(func(d *eventDraft) any { return &d.at })},
		{key: "from", form: instantForm, def: `"0s"`, source: "the whole run",
			doc: "Earliest instant; each is drawn evenly.", at: eventAt(func(e *Event) any { return &e.From })},
		{key: "to", form: instantForm, derived: "run.duration", source: "the whole run",
			doc: "All happen before it.", at: eventAt(func(e *Event) any { return &e.To })},
		{key: "tenant", form: identifier{"the name of a tenant"}, derived: "all with a fitting app", source: "anybody", when: ofKinds("with kinds that befall somebody", EventKind.Befalls),
			doc: "Whose people it befalls.", at: eventAt(func(e *Event) any { return &e.Tenant })},
		{key: "site", form: identifier{"one of service.sites"}, derived: "the simulated building", source: "the building of the scenario", when: ofKinds(`with kind = "handed-over" or "service-ended"`, func(k EventKind) bool { return eventKinds[k].once }),
			doc: "The building concerned.", at: eventAt(func(e *Event) any { return &e.Site })},
		{key: "channel", form: choice{channelWords}, def: `"app"`, source: "the apps offer it", when: ofKinds("with the rights: corrected, reviewed, ported, objected, erased and impostor", EventKind.HasChannel),
			doc: "By the app, or by asking the Manager or the provider's staff.", at: eventAt(func(e *Event) any { return &e.Channel })},
	},
}
