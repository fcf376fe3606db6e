package scenarios

import "time"

// template is a demand that rises and falls over an hour around a peak, after
// the templates of Barney (Elevate, appendix A).
//
// What is published: one hour, a peak of 5 min (up-peak) or about 10 min
// (down-peak), 80 % of the population moved in the hour; lunch rises in
// 5-min steps of 1, 4/3, 5/3 and 2. What is derived here: the shape is
// linear; its foot is chosen so that a peak of 12 % moves 80 % of the
// population; two-way has the shape of down-peak; lunch stays at its top for
// six steps and falls as it rose.
type template int

const (
	riseAndFallUp template = iota
	riseAndFallDown
	riseAndFallTwoWay
	lunch
)

var templateWords = []string{"rise-and-fall-up", "rise-and-fall-down", "rise-and-fall-two-way", "lunch"}

const (
	templateStep  = 5 * time.Minute
	templateSteps = 12
)

// weights are the demands of the 12 steps as shares of the peak.
func (t template) weights() [templateSteps]float64 {
	var w [templateSteps]float64
	switch t {
	case lunch:
		return [templateSteps]float64{3. / 6, 4. / 6, 5. / 6, 1, 1, 1, 1, 1, 1, 5. / 6, 4. / 6, 3. / 6}
	case riseAndFallUp:
		// Peak in step 5; sum 5.5 + 6.5 foot = 0.80 / 0.12 = 20/3.
		const foot = 7. / 39
		for k := range w {
			if k <= 5 {
				w[k] = foot + float64((1-foot)*float64(k)/5)
			} else {
				w[k] = 1 - float64((1-foot)*float64(k-5)/6)
			}
		}
	default:
		// Peak in steps 5 and 6; sum 6 + 6 foot = 20/3.
		const foot = 1. / 9
		for k := range w {
			w[k] = foot + float64((1-foot)*float64(min(k, templateSteps-1-k))/5)
		}
	}
	return w
}

// mix is the traffic mix unless the scenario gives one.
func (t template) mix() mix {
	return [...]mix{{0.85, 0.10, 0.05}, {0.10, 0.85, 0.05}, {0.5, 0.5, 0}, {0.45, 0.45, 0.10}}[t]
}

// phases lays the template out from start on.
func (t template) phases(start Instant, peak float64, m mix) []Phase {
	phases := make([]Phase, templateSteps)
	for k, w := range t.weights() {
		from := start + time.Duration(k)*templateStep
		phases[k] = Phase{Start: from, End: from + templateStep, Demand: peak * w, In: m.in, Out: m.out, Inter: m.inter}
	}
	return phases
}
