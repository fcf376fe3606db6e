package reports

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// finite tells whether a chart or a table can show v.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// number writes v with a fixed number of decimals and commas between
// thousands; a value that is not finite becomes a dash.
func number(v float64, decimals int) string {
	if !finite(v) {
		return "–"
	}
	text := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if v < 0 && strings.Trim(text, "0.") != "" {
		return "−" + whole
	}
	return whole
}

// count writes an integer with commas between thousands.
func count(n int64) string { return number(float64(n), 0) }

// decimals is how exactly figures of a unit are worth reading: counts of people
// are whole unless they are means over replications.
func decimals(unit string, v float64) int {
	switch unit {
	case "persons":
		if v == math.Trunc(v) {
			return 0
		}
		return 1
	case "s2":
		return 0
	}
	return 1
}

// quantity writes a figure with its unit. What would read as nothing without
// being nothing is given by two digits, a time in milliseconds.
func quantity(v float64, unit string) string {
	if v != 0 && math.Abs(v) < 0.05 && (unit == "s" || unit == "%") {
		if unit == "s" {
			v, unit = 1000*v, "ms"
		}
		return joined(small(v), unit)
	}
	return joined(number(v, decimals(unit, v)), unit)
}

// small writes a number by its first two digits, in full.
func small(v float64) string {
	places := 1 - int(math.Floor(math.Log10(math.Abs(v))))
	if places > 6 {
		return "0"
	}
	return number(v, max(places, 0))
}

// joined puts a number and its unit together with a space that does not break.
func joined(number, unit string) string {
	if unit == "" {
		return number
	}
	return number + "\u00a0" + unitText(unit)
}

// unitText is the unit as people write it.
func unitText(unit string) string {
	if unit == "s2" {
		return "s²"
	}
	return unit
}

// round keeps a chart's number short: data of a page is capped in digits too.
func round(v float64, decimals int) float64 {
	if !finite(v) {
		return 0
	}
	p := math.Pow(10, float64(decimals))
	return math.Round(v*p) / p
}

// share is part of whole in percent; 0 when there is no whole, which callers
// show as an empty table and never as a result.
func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * float64(part) / float64(whole)
}

// clock writes a span since the start as m:ss, or h:mm:ss from one hour on.
func clock(d time.Duration) string {
	s := int64(d.Round(time.Second) / time.Second)
	sign := ""
	if s < 0 {
		sign, s = "−", -s
	}
	pad := func(n int64) string {
		if n < 10 {
			return "0" + strconv.FormatInt(n, 10)
		}
		return strconv.FormatInt(n, 10)
	}
	if s >= 3600 {
		return sign + strconv.FormatInt(s/3600, 10) + ":" + pad(s/60%60) + ":" + pad(s%60)
	}
	return sign + strconv.FormatInt(s/60, 10) + ":" + pad(s%60)
}

// moment writes an instant the way people speak of it: 10 min, 2 h, else m:ss.
func moment(d time.Duration) string {
	switch {
	case d%time.Hour == 0 && d >= 3*time.Hour:
		return joined(count(int64(d/time.Hour)), "h")
	case d%time.Minute == 0 && d < 3*time.Hour:
		return joined(count(int64(d/time.Minute)), "min")
	}
	return clock(d)
}

// seconds is a clock for seconds since the start.
func seconds(s float64) string { return clock(time.Duration(s * float64(time.Second))) }

// plural is "1 car", "2 cars".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(int64(n)) + " " + many
}

// list joins names as a sentence does.
func list(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// upperFirst raises the first letter of one of our own words.
func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
