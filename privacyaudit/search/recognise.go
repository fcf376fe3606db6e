package search

import (
	"bytes"
	"encoding/base64"
	"net/netip"
	"time"
)

// Likeness is something that looks like personal data or a secret, whoever it
// belongs to. It holds no bytes of it.
type Likeness struct {
	// Name is what it looks like: "mail address", "telephone number", "date of
	// birth", "password hash", "token", "network address".
	Name string
	// Why says by what it was recognised.
	Why string
	// Offset and Length are where it stands.
	Offset int64
	Length int
}

// recogniser finds one kind of thing. Its look is asked at each place with a
// byte that all things of the kind contain, and says which bytes around it are
// one.
type recogniser struct {
	name, why string
	at        string // the bytes at which to look
	look      func(b []byte, i int) (start, end int)
}

var recognisers = []recogniser{
	{"mail address", "a local part, an at sign, and a domain whose last part is letters", "@", lookMail},
	{"telephone number", "a plus sign, a country code, and 8 to 15 digits in all", "+", lookTelephone},
	{"date of birth", "a date of the calendar beside a word for birth in the same line", "-", lookBirth},
	{"password hash", "the prefix and length of an argon2id or bcrypt string", "$", lookPassword},
	{"token", "a JSON web token: three parts in base64, of which the first is a JSON object", ".", lookWebToken},
	{"token", "the word Bearer before 16 or more characters with digits", "Bb", lookBearer},
	{"network address", "an IPv4 address", ".", lookIPv4},
	{"network address", "an IPv6 address", ":", lookIPv6},
}

// lookAt are the numbers of the recognisers that look at a byte.
var lookAt = lookers()

func lookers() (at [256][]int) {
	for i := range recognisers {
		for _, c := range []byte(recognisers[i].at) {
			at[c] = append(at[c], i)
		}
	}
	return at
}

// Recognise calls f with what looks like personal data or a secret in b. It is
// the net for what no needle is known for, and no proof either way: it misses
// names, and takes for an address what only looks like one. Loopback and
// unspecified network addresses name nobody and are left out. Each thing is
// reported once; what overlaps with a thing of the same recogniser is not.
func Recognise(b []byte, f func(Likeness)) {
	done := make([]int, len(recognisers)) // how far each has reported
	for i, c := range b {
		for _, n := range lookAt[c] {
			r := &recognisers[n]
			if i < done[n] {
				continue
			}
			start, end := r.look(b, i)
			if end == 0 || start < done[n] {
				continue
			}
			done[n] = end
			f(Likeness{Name: r.name, Why: r.why, Offset: int64(start), Length: end - start})
		}
	}
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// around extends the place i in both directions over bytes that belong, at most
// so many on each side.
func around(b []byte, i, most int, belongs func(byte) bool) (start, end int) {
	start, end = i, i+1
	for start > 0 && i-start < most && belongs(b[start-1]) {
		start--
	}
	for end < len(b) && end-i <= most && belongs(b[end]) {
		end++
	}
	return start, end
}

// alone tells whether no letter or digit stands before or behind a thing.
func alone(b []byte, start, end int) bool {
	joins := func(c byte) bool { return isLetter(c) || isDigit(c) || c >= 0x80 }
	return (start == 0 || !joins(b[start-1])) && (end == len(b) || !joins(b[end]))
}

func lookMail(b []byte, i int) (int, int) {
	const longest = 64
	start, _ := around(b, i, longest, func(c byte) bool {
		return isLetter(c) || isDigit(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-'
	})
	for start < i && !isLetter(b[start]) && !isDigit(b[start]) {
		start++
	}
	_, end := around(b, i, 4*longest, func(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' || c == '-' })
	for end > i+1 && !isLetter(b[end-1]) && !isDigit(b[end-1]) {
		end--
	}
	if start == i || b[i-1] == '.' {
		return 0, 0
	}
	domain := b[i+1 : end]
	dot := bytes.LastIndexByte(domain, '.')
	if dot <= 0 || len(domain)-dot-1 < 2 || bytes.Contains(domain, []byte("..")) || !isLetter(domain[0]) && !isDigit(domain[0]) {
		return 0, 0
	}
	for _, c := range domain[dot+1:] {
		if !isLetter(c) {
			return 0, 0
		}
	}
	// Pictures for dense screens are called photo@2x.png.
	if len(domain) > 2 && isDigit(domain[0]) && domain[1] == 'x' && domain[2] == '.' {
		return 0, 0
	}
	return start, end
}

func lookTelephone(b []byte, i int) (int, int) {
	if i > 0 && (isLetter(b[i-1]) || isDigit(b[i-1]) || bytes.IndexByte([]byte("+/=)]}"), b[i-1]) >= 0) {
		return 0, 0 // base64, arithmetic, an exponent
	}
	digits, end, gap := 0, i+1, 0
	var number [15]byte
	for at := i + 1; at < len(b); at++ {
		c := b[at]
		if isDigit(c) {
			if digits == len(number) {
				return 0, 0
			}
			number[digits] = c
			digits++
			end, gap = at+1, 0
			continue
		}
		if gap++; gap > 2 || bytes.IndexByte([]byte(" -.()/"), c) < 0 {
			break
		}
	}
	if digits < 8 || number[0] == '0' || !alone(b, i, end) || end < len(b) && b[end] == '+' {
		return 0, 0
	}
	return i, end
}

// birthWords are what stands beside a date of birth. A word of few letters must
// stand alone.
var birthWords = []struct {
	word  string
	alone bool
}{{"birth", false}, {"born", true}, {"dob", true}, {"bday", true}, {"geboren", false}, {"syntym", false}, {"naissance", false}, {"født", false}, {"född", false}}

func lookBirth(b []byte, i int) (int, int) {
	const near, length = 32, len("2006-01-02")
	start, end := i-4, i-4+length
	if start < 0 || end > len(b) || b[start+7] != '-' || !isDigit(b[start]) || start > 0 && isDigit(b[start-1]) || end < len(b) && isDigit(b[end]) {
		return 0, 0
	}
	if _, err := time.Parse(time.DateOnly, string(b[start:end])); err != nil || b[start] != '1' && b[start] != '2' {
		return 0, 0
	}
	before, behind := b[max(0, start-near):start], b[end:min(len(b), end+near)]
	if n := bytes.LastIndexByte(before, '\n'); n >= 0 {
		before = before[n+1:]
	}
	if n := bytes.IndexByte(behind, '\n'); n >= 0 {
		behind = behind[:n]
	}
	if !speaksOfBirth(before) && !speaksOfBirth(behind) {
		return 0, 0
	}
	return start, end
}

func speaksOfBirth(b []byte) bool {
	b = bytes.ToLower(b)
	for _, w := range birthWords {
		for from := 0; ; {
			n := bytes.Index(b[from:], []byte(w.word))
			if n < 0 {
				break
			}
			from += n
			if !w.alone || alone(b, from, from+len(w.word)) {
				return true
			}
			from++
		}
	}
	return false
}

func lookPassword(b []byte, i int) (int, int) {
	rest := b[i:]
	if bytes.HasPrefix(rest, []byte("$argon2")) {
		_, end := around(b, i, 255, func(c byte) bool {
			return isLetter(c) || isDigit(c) || bytes.IndexByte([]byte("$,=+/"), c) >= 0
		})
		// kind, version, parameters, salt, hash
		parts := bytes.Split(b[i+1:end], []byte("$"))
		if len(parts) == 5 && bytes.HasPrefix(parts[2], []byte("m=")) && len(parts[3]) >= 11 && len(parts[4]) >= 16 {
			return i, end
		}
		return 0, 0
	}
	const length = 60
	if len(rest) < length || rest[1] != '2' || bytes.IndexByte([]byte("abxy"), rest[2]) < 0 || rest[3] != '$' || !isDigit(rest[4]) || !isDigit(rest[5]) || rest[6] != '$' {
		return 0, 0
	}
	for _, c := range rest[7:length] {
		if !isLetter(c) && !isDigit(c) && c != '.' && c != '/' {
			return 0, 0
		}
	}
	return i, i + length
}

func isToken(c byte) bool { return classes[c]&classURL != 0 }

func lookWebToken(b []byte, i int) (int, int) {
	const longest, shortest = 4096, 10
	start, _ := around(b, i, longest, isToken)
	head := b[start:i]
	// A JSON object begins with a brace and a quotation mark, eyJ in base64.
	if at := bytes.Index(head, []byte("eyJ")); at >= 0 {
		start, head = start+at, head[at:]
	}
	if !bytes.HasPrefix(head, []byte("eyJ")) || len(head) < shortest {
		return 0, 0
	}
	if plain, err := base64.RawURLEncoding.DecodeString(string(head)); err != nil || plain[len(plain)-1] != '}' {
		return 0, 0
	}
	_, second := around(b, i, longest, isToken)
	if second-i-1 < shortest || second == len(b) || b[second] != '.' {
		return 0, 0
	}
	_, end := around(b, second, longest, isToken)
	if end-second-1 < shortest {
		return 0, 0
	}
	return start, end
}

func lookBearer(b []byte, i int) (int, int) {
	const word, shortest = "bearer ", 16
	if i+len(word) >= len(b) || i > 0 && (isLetter(b[i-1]) || isDigit(b[i-1])) || !bytes.EqualFold(b[i:i+len(word)], []byte(word)) {
		return 0, 0
	}
	start := i + len(word)
	digits, end := 0, start
	for ; end < len(b) && (isToken(b[end]) || bytes.IndexByte([]byte(".~+/="), b[end]) >= 0); end++ {
		if isDigit(b[end]) {
			digits++
		}
	}
	if end-start < shortest || digits == 0 {
		return 0, 0
	}
	return start, end
}

func lookIPv4(b []byte, i int) (int, int) {
	start, end := around(b, i, len("255.255.255.255"), func(c byte) bool { return isDigit(c) || c == '.' })
	for end > start && b[end-1] == '.' { // the end of a sentence
		end--
	}
	if end-start > len("255.255.255.255") || !alone(b, start, end) || start > 0 && (b[start-1] == '-' || b[start-1] == '+') {
		return 0, 0
	}
	return address(b, start, end)
}

func lookIPv6(b []byte, i int) (int, int) {
	const longest = 39
	start, end := around(b, i, longest, func(c byte) bool { return classes[c]&classHex != 0 || c == ':' })
	if end > start+2 && b[end-1] == ':' && b[end-2] != ':' { // "from 2001:db8::1: refused"
		end--
	}
	text := b[start:end]
	if len(text) > longest || bytes.Count(text, []byte(":")) < 3 && !bytes.Contains(text, []byte("::")) || !alone(b, start, end) {
		return 0, 0
	}
	// "add::dead" is a name in a program: an address without digits is none.
	if bytes.IndexFunc(text, func(r rune) bool { return '0' <= r && r <= '9' }) < 0 {
		return 0, 0
	}
	return address(b, start, end)
}

func address(b []byte, start, end int) (int, int) {
	a, err := netip.ParseAddr(string(b[start:end]))
	if err != nil || a.IsLoopback() || a.IsUnspecified() {
		return 0, 0
	}
	return start, end
}
