package result

import "slices"

// ofPhones are the metrics of calls from the phone and what they cost.
var ofPhones = []Definition{
	{"remote_awt", "s", "average waiting time after a remote call, counted from arrival at the landing", Lower, false, mean(remoteWait)},
	{"remote_call_to_board", "s", "average time from placing a remote call to having entered the car", Lower, false, mean(callToBoard)},
	{"remote_slack", "s", "average time the answering doors were opening or open before the remote caller came; 0 if the car came later", Neither, false, mean(slack)},
	{"remote_no_show_pct", "%", "share of remote calls whose caller never came", Neither, false, ofCalls(remoteNoShow)},
	{"held_mean", "s", "average time a car kept its doors open for a walking remote caller, at stops where it did", Lower, false, held},
	{"held_total", "s", "car time spent with doors kept open for walking remote callers, over the whole window", Lower, true, heldTotal},
	{"held_per_call", "s", "the same for each remote call", Lower, false, heldPerCall},
	{"no_show_stops", "%", "share of stops made for nobody: they answered remote callers who never came, and nobody entered or left", Lower, false, vainStops},
	{"no_show_door_time", "s", "car time spent at such stops with doors not closed, over the whole window", Lower, true, vainDoorTime},
	{"remote_denied", "persons", "people whose call from the phone was refused; they walk to the landing and press", Neither, true, total(denied)},
	{"remote_denied_pct", "%", "share of attempts to call from the phone that were refused", Neither, false, deniedShare},
	{"remote_late", "s", "average time a remote caller came later than expected; 0 if earlier", Neither, false, mean(late)},
	{"remote_missed_pct", "%", "share of remote calls whose caller found the car gone and called again from the landing", Lower, false, ofCalls(missed)},
}

// ofCallers are of the people who want to call, whether they may or not.
var ofCallers = []Definition{
	{"caller_awt", "s", "average waiting time of all who want to call from the phone, whether they may or press at the landing in its place", Lower, false, mean(callers)},
	{"caller_bound", "s", "what calling ahead could save at most of the same average: the mean of the smaller of wait and walk, where all press at the landing in its place", Neither, false, mean(ahead)},
}

// Inapplicable says why a metric means nothing under a header; "" when it
// does. What is known of calls from the phone is not asked of a study without.
func Inapplicable(metric string, h *Header) string {
	of := func(d Definition) bool { return d.Name == metric }
	if h.Calls == CallsButtons && slices.ContainsFunc(ofPhones, of) {
		return "nobody calls from the phone in this run"
	}
	if h.Calls != CallsButtons && metric == "caller_bound" {
		return "it is taken from a run in which all press at the landing"
	}
	return ""
}

// The measures of calls from the phone.

func remoteWait(s *Summary) (*Sample, string)  { return &s.Remote.Wait, noRemote }
func callToBoard(s *Summary) (*Sample, string) { return &s.Remote.CallToBoard, noRemote }
func slack(s *Summary) (*Sample, string)       { return &s.Remote.Slack, noRemote }
func late(s *Summary) (*Sample, string)        { return &s.Remote.Late, noRemote }
func callers(s *Summary) (*Sample, string) {
	return &s.Remote.Callers, "nobody who wants to call from the phone was served"
}
func ahead(s *Summary) (*Sample, string) {
	return &s.Remote.Ahead, "nobody was served who pressed at the landing in place of calling from the phone"
}

const (
	noRemote = "no remote caller was served"
	noCall   = "no remote call was placed in the window"
)

func remoteNoShow(s *Summary) int64 { return s.Remote.NoShow }
func missed(s *Summary) int64       { return s.Remote.Missed }

// denied is how many calls from the phone were refused.
func denied(s *Summary) (n int64) {
	for _, m := range s.Remote.Denied {
		n += m
	}
	return n
}

// ofCalls is a share of remote calls.
func ofCalls(count func(*Summary) int64) measure {
	return func(_ *Header, s *Summary) (float64, string) {
		if s.Remote.Calls == 0 {
			return 0, noCall
		}
		return 100 * float64(count(s)) / float64(s.Remote.Calls), ""
	}
}

func deniedShare(_ *Header, s *Summary) (float64, string) {
	attempts := s.Remote.Calls + denied(s)
	if attempts == 0 {
		return 0, "nobody called from the phone in the window"
	}
	return 100 * float64(denied(s)) / float64(attempts), ""
}

// The times of cars need no trust in waits: a car held was held.

func held(_ *Header, s *Summary) (float64, string) {
	if s.Remote.Held.N() == 0 {
		return 0, "no car was held for a remote caller"
	}
	return s.Remote.Held.Mean(), ""
}

func heldTotal(_ *Header, s *Summary) (float64, string) { return s.Remote.Held.Sum(), "" }

func heldPerCall(_ *Header, s *Summary) (float64, string) {
	if s.Remote.Calls == 0 {
		return 0, noCall
	}
	return s.Remote.Held.Sum() / float64(s.Remote.Calls), ""
}

func vainStops(_ *Header, s *Summary) (float64, string) {
	var stops int64
	for i := range s.Banks {
		stops += s.Banks[i].Stops
	}
	if stops == 0 {
		return 0, "no car stopped in the window"
	}
	return 100 * float64(s.Remote.VainStops) / float64(stops), ""
}

func vainDoorTime(_ *Header, s *Summary) (float64, string) { return s.Remote.Vain.Sum(), "" }
