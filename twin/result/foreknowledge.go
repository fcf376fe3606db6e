package result

import "fmt"

// Foreknowledge is what calling from the phone, and so letting the group
// controller know of the walk, gave the people who call: the same people once
// calling and once pressing at the landing.
//
// The gain is the paired difference of their waiting times, buttons less
// remote; who was refused the call counts on both sides. The bound: with the
// dispatching otherwise unchanged and the arrival known exactly, somebody who
// would wait W and walks for tau waits max(0, W - tau), so that nobody gains
// more than the smaller of the two. Its mean is taken from the run of buttons.
type Foreknowledge struct {
	Remote  int      `json:"remote"`  // index into Comparison.Runs
	Buttons int      `json:"buttons"` // index into Comparison.Runs
	N       int      `json:"n"`       // replications in which both gave a value
	Waited  *float64 `json:"waited_s"`
	Gain    *float64 `json:"gain_s"` // null when nothing could be paired
	Half    *float64 `json:"half_width_s"`
	Bound   *float64 `json:"bound_s"` // mean over the same replications
	Claimed bool     `json:"claimed"` // the interval lies above 0
	Finding string   `json:"finding"` // what may be said of it

	Everybody []Pair `json:"everybody"` // remote less buttons, over all people of the building: what the gain of some did to all
}

// foreknowledge holds runs with calls from the phone against those of the same
// dispatcher without.
func foreknowledge(runs []*File) ([]Foreknowledge, error) {
	var all []Foreknowledge
	for r, remote := range runs {
		for b, buttons := range runs {
			if remote.Header.Calls != "" || buttons.Header.Calls != CallsButtons || remote.Header.Dispatcher != buttons.Header.Dispatcher {
				continue
			}
			k, err := newForeknowledge(remote, buttons)
			if err != nil {
				return nil, fmt.Errorf("calls from the phone: %w", err)
			}
			k.Remote, k.Buttons = r, b
			if k.Everybody, err = pairs(buttons, remote, r); err != nil {
				return nil, fmt.Errorf("calls from the phone: %w", err)
			}
			all = append(all, k)
		}
	}
	return all, nil
}

func newForeknowledge(remote, buttons *File) (Foreknowledge, error) {
	var k Foreknowledge
	p, err := pair("caller_awt", remote, buttons)
	if err != nil {
		return k, err
	}
	k.N, k.Gain, k.Half = p.N, p.Mean, p.Half
	if p.N > 0 {
		k.Waited = k.mean("caller_awt", remote, buttons)
		k.Bound = k.mean("caller_bound", remote, buttons)
	}
	switch {
	case p.N == 0 || k.Half == nil || p.N < len(remote.Replications):
		k.Finding = "no gain is claimed: " + p.Finding
	case *k.Gain-*k.Half <= 0:
		k.Finding = "no gain is claimed: the interval includes 0 or lies below it"
	case k.Bound == nil:
		k.Finding = "no gain is claimed: nobody pressed at the landing in place of calling, so that there is no bound to hold it to"
	case *k.Gain > *k.Bound:
		k.Finding = "no gain is claimed: it passes the bound of what knowing one walk can save, so that something else differs between the runs"
	default:
		k.Claimed = true
		k.Finding = "people who call ahead wait less, and by less than the bound"
	}
	return k, nil
}

// mean is a metric of the run of buttons over the replications that were paired.
func (k *Foreknowledge) mean(name string, remote, buttons *File) *float64 {
	awt, _ := Lookup("caller_awt")
	d, _ := Lookup(name)
	sum := 0.0
	for i := range buttons.Replications {
		_, without := awt.Of(&remote.Header, remote.Replications[i].Summary)
		_, missing := awt.Of(&buttons.Header, buttons.Replications[i].Summary)
		if without != "" || missing != "" {
			continue
		}
		v, why := d.Of(&buttons.Header, buttons.Replications[i].Summary)
		if why != "" {
			return nil
		}
		sum += v
	}
	sum /= float64(k.N)
	return &sum
}
