package result

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
