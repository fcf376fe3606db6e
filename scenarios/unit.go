package scenarios

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// unit is a unit of a dimension; scale is the power of ten that leads to the
// dimension's base unit.
type unit struct {
	name  string
	scale int
}

// dimension is what a quantity measures. The first unit is the one values are
// written in.
type dimension struct {
	noun    string
	units   []unit
	example string
}

var (
	lengths       = dimension{"a length", []unit{{"m", 0}, {"cm", -2}, {"mm", -3}}, "3.8m"}
	speeds        = dimension{"a speed", []unit{{"m/s", 0}}, "2.5m/s"}
	accelerations = dimension{"an acceleration", []unit{{"m/s2", 0}}, "1m/s2"}
	jerks         = dimension{"a jerk", []unit{{"m/s3", 0}}, "1.5m/s3"}
	masses        = dimension{"a mass", []unit{{"kg", 0}, {"g", -3}, {"t", 3}}, "75kg"}
	shares        = dimension{"a share", []unit{{"%", -2}}, "12%"}
	seconds       = dimension{"a time span", []unit{{"s", 0}, {"ms", -3}}, "30s"}
)

// names lists the units: "m, cm or mm".
func (d dimension) names() string {
	names := make([]string, len(d.units))
	for i, u := range d.units {
		names[i] = u.name
	}
	return either(names)
}

// either joins words: "a, b or c".
func either(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// longestNumber bounds the digits of one number.
const longestNumber = 400

// cutNumber splits a plain decimal (digits with at most one point, an
// optional minus, no exponent) from what follows it.
func cutNumber(s string) (number, rest string, ok bool) {
	i := 0
	if strings.HasPrefix(s, "-") {
		i = 1
	}
	digits, points := 0, 0
	for ; i < len(s); i++ {
		if c := s[i]; '0' <= c && c <= '9' {
			digits++
		} else if c == '.' && points == 0 && digits > 0 && i+1 < len(s) && '0' <= s[i+1] && s[i+1] <= '9' {
			points++
		} else {
			break
		}
	}
	return s[:i], s[i:], digits > 0 && i <= longestNumber
}

// parse reads a number with a unit into the base unit. The result is the
// float64 nearest to the decimal as written, whatever the unit.
func (d dimension) parse(s string) (float64, bool) {
	number, name, ok := cutNumber(s)
	if !ok {
		return 0, false
	}
	name = strings.TrimPrefix(name, " ")
	for _, u := range d.units {
		if u.name == name {
			x, err := strconv.ParseFloat(number+"e"+strconv.Itoa(u.scale), 64)
			return x, err == nil
		}
	}
	return 0, false
}

// format writes x so that parse gives it back exactly.
func (d dimension) format(x float64) string {
	return plain(x, -d.units[0].scale) + d.units[0].name
}

// plain writes x times 10^shift as a decimal without exponent, with the
// fewest digits that identify x.
func plain(x float64, shift int) string {
	if x == 0 {
		return "0"
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(x), 'e', -1, 64), "e")
	e, _ := strconv.Atoi(exponent)
	digits := strings.Replace(mantissa, ".", "", 1)
	point := 1 + e + shift // digits before the point
	switch {
	case point <= 0:
		digits = "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		digits += strings.Repeat("0", point-len(digits))
	default:
		digits = digits[:point] + "." + digits[point:]
	}
	if x < 0 {
		return "-" + digits
	}
	return digits
}

// decimal reads a plain decimal as an integer number of units, each
// 10^-places: exact, or not at all. It refuses digits below the unit and
// results of 2^62 and above.
func decimal(number string, places int) (int64, bool) {
	whole, fraction, _ := strings.Cut(number, ".")
	for len(fraction) > places && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	if len(fraction) > places {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", places-len(fraction)), 10, 64)
	return n, err == nil && n < 1<<62 && n > -1<<62
}

// undecimal writes n units of 10^-places as a plain decimal.
func undecimal(n int64, places int) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	if len(s) <= places {
		s = strings.Repeat("0", places-len(s)+1) + s
	}
	s = s[:len(s)-places] + "." + s[len(s)-places:]
	return sign + strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// clockUnit is a unit of a time span in nanoseconds.
type clockUnit struct {
	name string
	ns   int64
}

// clockUnits are tried in this order: "ms" and "min" before "m".
var clockUnits = [...]clockUnit{
	{"d", int64(24 * time.Hour)},
	{"h", int64(time.Hour)},
	{"min", int64(time.Minute)},
	{"ms", int64(time.Millisecond)},
	{"us", int64(time.Microsecond)},
	{"ns", 1},
	{"m", int64(time.Minute)},
	{"s", int64(time.Second)},
}

// parseSpan reads a time span such as "2s", "90min", "1h30m" or "400d": numbers with
// units, largest unit first, exact to the nanosecond.
func parseSpan(s string) (time.Duration, bool) {
	var total int64
	last := int64(math.MaxInt64)
	for first := true; first || s != ""; first = false {
		number, rest, ok := cutNumber(s)
		if !ok || !first && (total < 0 || strings.HasPrefix(number, "-")) {
			return 0, false
		}
		if first {
			rest = strings.TrimPrefix(rest, " ")
		}
		u := clockUnit{}
		for _, c := range clockUnits {
			if strings.HasPrefix(rest, c.name) {
				u = c
				break
			}
		}
		if u.ns == 0 || u.ns >= last {
			return 0, false
		}
		ns, ok := inUnit(number, u.ns)
		if !ok || ns > math.MaxInt64/2-total {
			return 0, false
		}
		total, last, s = total+ns, u.ns, rest[len(u.name):]
	}
	return time.Duration(total), true
}

// inUnit multiplies a plain decimal by unit; the product must be whole.
func inUnit(number string, unit int64) (int64, bool) {
	_, fraction, _ := strings.Cut(number, ".")
	fraction = strings.TrimRight(fraction, "0")
	places := len(fraction)
	if places > 12 {
		return 0, false
	}
	n, ok := decimal(number, places)
	if !ok {
		return 0, false
	}
	ten := uint64(1)
	for range places {
		ten *= 10
	}
	sign := int64(1)
	if n < 0 {
		n, sign = -n, -1
	}
	// The product before the division may need more than 64 bits.
	high, low := bits.Mul64(uint64(n), uint64(unit))
	if high >= ten {
		return 0, false
	}
	ns, rest := bits.Div64(high, low, ten)
	return sign * int64(ns), rest == 0 && ns <= math.MaxInt64
}

// formatSpan writes d so that parseSpan gives it back exactly.
func formatSpan(d time.Duration) string {
	switch {
	case d == 0:
		return "0s"
	case d%(24*time.Hour) == 0:
		return strconv.FormatInt(int64(d/(24*time.Hour)), 10) + "d"
	case d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "h"
	case d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "min"
	}
	return undecimal(int64(d), 9) + "s"
}
