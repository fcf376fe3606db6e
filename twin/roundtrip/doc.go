// Package roundtrip computes what the textbook says of a bank in up-peak: the
// round-trip time of a car, the interval, the handling capacity and an estimate
// of waiting time, all in closed form.
//
// [UpPeak] analyses a bank of a scenario; reports show it beside the
// simulation. The functions it is made of are exported, so that published
// examples can be recomputed, and they serve as the oracle of the simulation:
// the package shares no code with it, the flight times included.
//
// The analysis assumes the classical up-peak: everybody travels from the main
// terminal floor upwards, people choose destinations independently by
// population, every car leaves with the same number of people and comes back
// empty. It knows nothing of dispatchers, of destination control, of other
// traffic or of the spread of waiting times.
//
// Formulas are those of the round-trip-time literature (G. C. Barney and S. M.
// dos Santos 1985; R. D. Peters 2000; CIBSE Guide D) as public calculators and
// course notes quote them. Floors above the main terminal are counted from 1 in
// formulas and from index 0 in slices; times are in seconds.
package roundtrip
