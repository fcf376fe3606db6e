package format

// Instants are RFC 3339 with Z; an offset, even of zero, is not what the format
// says.

const (
	second  = int64(1e9)
	minute  = 60 * second
	hour    = 60 * minute
	fullDay = 24 * hour
)

// number reads decimal digits, -1 where there are others.
func number[T bytesOrString](s T) int {
	n := 0
	for i := range len(s) {
		if !digit(s[i]) {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// isDay is whether year, month and day are a day of the calendar.
func isDay[T bytesOrString](year, month, day T) bool {
	y, m, d := number(year), number(month), number(day)
	return y >= 0 && m >= 1 && m <= 12 && d >= 1 && d <= daysIn(y, m)
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// isDate: YYYY-MM-DD.
func isDate(s []byte) bool {
	return len(s) == 10 && s[4] == '-' && s[7] == '-' && isDay(s[:4], s[5:7], s[8:])
}

// isMonth: YYYY-MM.
func isMonth(s []byte) bool {
	return len(s) == 7 && s[4] == '-' && isDay(s[:4], s[5:], []byte("01"))
}

// clock gives the seconds since midnight, -1 where the time does not exist.
func clock[T bytesOrString](hours, minutes, seconds T) int {
	h, m, s := number(hours), number(minutes), number(seconds)
	if h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59 {
		return -1
	}
	return (h*60+m)*60 + s
}

// ParseInstant reads an instant, such as 2027-06-12T08:56:42.68014Z, in
// nanoseconds since the beginning of 1970. Years that do not fit, before 1678
// and after 2261, are refused, and so is a fraction of more than nine digits.
func ParseInstant[T bytesOrString](s T) (int64, bool) {
	if len(s) < 20 || len(s) > 30 || s[len(s)-1] != 'Z' ||
		s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	if !isDay(s[:4], s[5:7], s[8:10]) {
		return 0, false
	}
	sec := clock(s[11:13], s[14:16], s[17:19])
	year := number(s[:4])
	if sec < 0 || year < 1678 || year > 2261 {
		return 0, false
	}
	var nano int64
	if fraction := s[19 : len(s)-1]; len(fraction) > 0 {
		n := number(fraction[1:])
		if fraction[0] != '.' || len(fraction) == 1 || n < 0 {
			return 0, false
		}
		nano = int64(n)
		for range 10 - len(fraction) {
			nano *= 10
		}
	}
	return (daysSince1970(year, number(s[5:7]), number(s[8:10]))*86400+int64(sec))*second + nano, true
}

// daysSince1970 counts days of the Gregorian calendar. The year is taken to
// begin in March, so that the leap day is its last.
func daysSince1970(y, m, d int) int64 {
	if m <= 2 {
		y, m = y-1, m+12
	}
	beforeMonth := (153*(m-3) + 2) / 5 // days of the months since March
	const march1970 = 719468           // days from March of year 0 to 1970-01-01
	return int64(365*y+y/4-y/100+y/400+beforeMonth+d-1) - march1970
}

func isInstant(s []byte) bool { _, ok := ParseInstant(s); return ok }

// isHour: an instant on the full hour.
func isHour(s []byte) bool { t, ok := ParseInstant(s); return ok && t%hour == 0 }

// isMidnight: an instant at the beginning of a day, UTC.
func isMidnight(s []byte) bool { t, ok := ParseInstant(s); return ok && t%fullDay == 0 }
