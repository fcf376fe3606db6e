package scenarios

// MetricName is a figure that a line of [expect] may bound.
type MetricName struct {
	Name    string
	Unit    string // "s", "s2", "%", "persons" or, of LoadMetrics only, "/s"
	Meaning string
}

// Metrics lists the figures in the order in which reports show them. Package
// twin/result computes the same list.
func Metrics() []MetricName {
	return []MetricName{
		{"awt", "s", "average waiting time: arrival at the landing to the answering doors beginning to open"},
		{"awt_to_boarding", "s", "average time from arrival at the landing to having entered the car"},
		{"att", "s", "average transit time: doors beginning to open (or a later arrival) to having left the car"},
		{"ttd", "s", "average time to destination: first arrival at a landing to having left the last car"},
		{"wait_p50", "s", "waiting time that half the people do not exceed"},
		{"wait_p90", "s", "waiting time that 90 % of the people do not exceed"},
		{"wait_p95", "s", "waiting time that 95 % of the people do not exceed"},
		{"wait_p99", "s", "waiting time that 99 % of the people do not exceed"},
		{"wait_max", "s", "longest waiting time"},
		{"wait_over_30", "%", "people who wait longer than 30 s"},
		{"wait_over_60", "%", "people who wait longer than 60 s"},
		{"wait_over_90", "%", "people who wait longer than 90 s"},
		{"transit_p90", "s", "transit time that 90 % of the people do not exceed"},
		{"ttd_p50", "s", "time to destination that half the people do not exceed"},
		{"ttd_p90", "s", "time to destination that 90 % of the people do not exceed"},
		{"ttd_p95", "s", "time to destination that 95 % of the people do not exceed"},
		{"ttd_max", "s", "longest time to destination"},
		{"squared_wait", "s2", "mean of the squared waiting times: weighs long waits more"},
		{"interval", "s", "mean time between departures from the lobby"},
		{"handling_capacity", "%", "people carried away in the window, in % of the population per 5 min"},
		{"passengers", "persons", "journeys begun in the measured window"},
		{"served", "persons", "journeys that reached their destination"},
		{"abandoned", "persons", "journeys given up at the landing"},
		{"no_show", "persons", "remote callers who never came"},
		{"refused", "persons", "people turned away: whom the services did not let in at the entrance, and whose call the group controller rejected"},
		{"censored", "persons", "journeys unfinished when the run ended"},
		{"served_pct", "%", "journeys that reached their destination"},
		{"abandoned_pct", "%", "journeys given up at the landing"},
		{"no_show_pct", "%", "remote callers who never came"},
		{"refused_pct", "%", "the same, of all journeys"},
		{"censored_pct", "%", "journeys unfinished when the run ended"},
		{"queue_max", "persons", "most people waiting at one landing"},
		{"car_load", "%", "mean load on leaving the lobby upward, in % of rated load"},
		{"answer_mean", "s", "mean time from a landing call to its answer"},
		{"answer_p90", "s", "time to the answer that 90 % of landing calls do not exceed"},
		{"remote_awt", "s", "average waiting time of remote callers, from their arrival at the landing"},
		{"remote_call_to_board", "s", "average time from a remote call to having entered the car"},
		{"remote_slack", "s", "average time the doors were open before a remote caller came"},
		{"remote_no_show_pct", "%", "remote callers who never came, of all remote callers"},
		{"held_mean", "s", "mean time a car was held for a remote caller"},
		{"held_total", "s", "car time spent on holding doors for remote callers, over the whole window"},
		{"held_per_call", "s", "the same for each remote call"},
		{"no_show_stops", "%", "stops made for remote callers who never came, of all stops"},
		{"no_show_door_time", "s", "car time spent at such stops, over the whole window"},
		{"remote_denied", "persons", "people whose call from the phone the service refused and who pressed at the landing; they are not in refused"},
		{"remote_denied_pct", "%", "the same, of all attempts to call from the phone"},
		{"remote_late", "s", "mean time by which remote callers came later than expected"},
		{"remote_missed_pct", "%", "remote callers who found the car gone, of all remote callers"},
		{"caller_awt", "s", "average waiting time of all who want to call from the phone, whether they may or not"},
		{"caller_bound", "s", "what calling ahead could save of it at most, in a study without calls from the phone"},
	}
}

// loadPrefix begins the names of LoadMetrics and of no other.
const loadPrefix = "load_"

// LoadMetrics lists the figures of a load over the network, which a line of
// [expect] may bound too. Spans count from the instant at which a request was
// due, not from that at which the client got round to sending it.
func LoadMetrics() []MetricName {
	return []MetricName{
		{"load_ack_p50", "s", "time from when a call or ping was due to its acknowledgement that half of them do not exceed"},
		{"load_ack_p99", "s", "the same that 99 % do not exceed"},
		{"load_result_p99", "s", "time from when a call was due to its result, a session ID or a refusal, that 99 % do not exceed"},
		{"load_open_p99", "s", "time to open a session, from when it was due, that 99 % do not exceed"},
		{"load_event_lag_p99", "s", "time from the instant in a monitoring event to its arrival that 99 % do not exceed"},
		{"load_errors", "%", "requests that failed or got no answer, other than those shed, of all that were due"},
		{"load_shed", "%", "requests that the server turned away to protect itself (429, or a close code that says so), of all that were due"},
		{"load_served", "%", "calls that came to be served, of those acknowledged and not deleted"},
		{"load_throughput", "/s", "requests acknowledged per second, over the duration"},
	}
}
