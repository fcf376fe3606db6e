package result

import "time"

// growth watches whether the people waiting at landings become more and more
// toward the end of the window. Such a queue has no mean: what is measured
// depends on how long one looks.
//
// The rule. Let Q2 and Q4 be the mean numbers of people waiting on all
// landings in the second and the last quarter of the window, E7 and E8 those
// in the two halves of the last quarter, C the rated persons of the largest
// car, and A the people who came to a landing in the second half of the
// window. The queue is saturated when all three hold:
//
//  1. It grew by more than a car load: Q4 - Q2 > C. A smaller queue is gone
//     with the next departure.
//  2. It grew by much: Q4 > 1.5 Q2, or Q4 - Q2 > A/20. A queue that grows
//     steadily from an empty start has Q4 = 2.33 Q2, after a warm-up of 15 min
//     before 100 min still 1.95 Q2. The second form finds one that was already
//     long at the start: midpoint to midpoint the two quarters are half a
//     window apart, so one in twenty of those who came was not carried away.
//  3. It grows still: E8 - E7 is at least half of what steady growth from Q2
//     to Q4 gives, (Q4 - Q2)/8. A profile that rose and whose queue has
//     settled or falls again is not saturated, however long the queue was in
//     the peak; people it left behind are censored, which withholds the means
//     as well.
//
// How often it errs, on a bank of eight cars in up-peak (peer-tower, people
// drawn, windows of one hour): at 12 % in 5 min never in 100 runs under eta,
// collective or destination, though 80 people may wait at once; at 14 %, where
// eta still keeps up over 20 h but waits more than twice as long, in 3 of 100;
// at 18 %, which it cannot carry, it finds 98 of 100. Queues so close to
// capacity wander by more than an hour shows: withhold rather than flatter.
//
// What it cannot see: demand that stepped up within the last eighth of the
// window looks like growth, and a queue that was full before the window and
// stays so looks steady. Both call for another window.
type growth struct {
	bounds                  [6]int64 // ms: quarters 2 and 4, the middle of quarter 4, and the window's middle
	second, seventh, eighth int64    // person-ms in quarter 2 and in the last two eighths
	arrivals                int64    // in the second half
	car                     int64    // rated persons of the largest car
}

func newGrowth(h *Header) growth {
	g := growth{}
	at := func(eighths int64) int64 { return milli(h.From + (h.To-h.From)/8*time.Duration(eighths)) }
	g.bounds = [6]int64{at(2), at(4), at(6), at(7), at(8), at(4)}
	for _, b := range h.Banks {
		for _, p := range b.Persons {
			g.car = max(g.car, int64(p))
		}
	}
	return g
}

// wait counts somebody waiting in [from, to) ms.
func (g *growth) wait(from, to int64) {
	b := &g.bounds
	g.second += overlap(from, to, b[0], b[1])
	if to > b[2] {
		g.seventh += overlap(from, to, b[2], b[3])
		g.eighth += overlap(from, to, b[3], b[4])
	}
	if from >= b[5] && from < b[4] {
		g.arrivals++
	}
}

// saturated applies the rule, in person-ms so that no rounding can move it.
func (g *growth) saturated() bool {
	quarter := g.bounds[1] - g.bounds[0]
	last := g.seventh + g.eighth
	grew := last - g.second
	carLoad := grew > g.car*quarter
	much := 2*last > 3*g.second || 20*grew > g.arrivals*quarter
	// E8 and E7 are means over half a quarter: 2(e8-e7) >= grew/8.
	still := 16*(g.eighth-g.seventh) >= grew
	return carLoad && much && still
}

func overlap(from, to, a, b int64) int64 { return max(0, min(to, b)-max(from, a)) }
