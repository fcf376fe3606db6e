package format

import (
	"bytes"
	"encoding/base64"
	"strconv"
)

// What stands here says whether a text has a form. Each takes what stands
// between the quotes, unescaped.

type bytesOrString interface{ ~[]byte | ~string }

// idAlphabet has the value of each character of an ID, 0xff for others.
var idAlphabet = func() (a [256]byte) {
	for i := range a {
		a[i] = 0xff
	}
	for i, c := range []byte("abcdefghijklmnopqrstuvwxyz234567") {
		a[c] = byte(i)
	}
	return a
}()

// isID: 26 characters of base32, of which the last stands for three bits.
func isID[T bytesOrString](s T) bool {
	if len(s) != 26 {
		return false
	}
	for i := range 26 {
		if idAlphabet[s[i]] == 0xff {
			return false
		}
	}
	return idAlphabet[s[25]]&3 == 0
}

// decodeID gives the 16 bytes of an ID.
func decodeID[T bytesOrString](s T) (id [16]byte, ok bool) {
	if !isID(s) {
		return id, false
	}
	var bits uint32
	n, at := 0, 0
	for i := range 26 {
		bits = bits<<5 | uint32(idAlphabet[s[i]])
		if n += 5; n >= 8 {
			n -= 8
			id[at] = byte(bits >> n)
			if at++; at == len(id) {
				break
			}
		}
	}
	return id, true
}

func lower(c byte) bool { return 'a' <= c && c <= 'z' }
func digit(c byte) bool { return '0' <= c && c <= '9' }

// isName: the name of a building or a log: lower case, digits and hyphens.
func isName[T bytesOrString](s T) bool {
	if len(s) == 0 || len(s) > 64 || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !lower(c) && !digit(c) && c != '-' {
			return false
		}
	}
	return true
}

// isWord: lower case, then digits, hyphens and underscores, too.
func isWord[T bytesOrString](s T) bool {
	if len(s) == 0 || len(s) > 40 || !lower(s[0]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !lower(c) && !digit(c) && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// each applies a form to the parts of a list with commas between.
func each(is func([]byte) bool) func([]byte) bool {
	return func(s []byte) bool {
		for {
			part, rest, more := bytes.Cut(s, []byte{','})
			if !is(part) {
				return false
			}
			if !more {
				return true
			}
			s = rest
		}
	}
}

// isDigits: a count in decimal digits, without leading zeros.
func isDigits[T bytesOrString](s T) bool {
	if len(s) == 0 || len(s) > 19 || s[0] == '0' && len(s) > 1 {
		return false
	}
	for i := range len(s) {
		if !digit(s[i]) {
			return false
		}
	}
	return true
}

// isOutcome: a word, a space and a count, such as "erased 12".
func isOutcome(s []byte) bool {
	word, count, ok := bytes.Cut(s, []byte{' '})
	return ok && isWord(word) && isDigits(count)
}

// isCode: words, counts, IDs and hashes with " ", ",", ";" or "=" between.
func isCode(s []byte) bool {
	for part := range bytes.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '=' }) {
		if !isWord(part) && !isDigits(part) && !isID(part) && !isHash(part) {
			return false
		}
	}
	return true
}

// isHash: 64 hexadecimal digits in lower case.
func isHash[T bytesOrString](s T) bool {
	if len(s) != 64 {
		return false
	}
	for i := range 64 {
		if c := s[i]; !digit(c) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// isBase64: standard base64 with padding, and no bits set that say nothing.
func isBase64(s []byte) bool {
	if len(s)%4 != 0 {
		return false
	}
	var out [192]byte
	for len(s) > 0 {
		n := min(len(s), 256)
		// Padding may stand at the very end only.
		if n < len(s) && s[n-1] == '=' || bytes.IndexByte(s[:n], '\n') >= 0 || bytes.IndexByte(s[:n], '\r') >= 0 {
			return false
		}
		if _, err := base64.StdEncoding.Strict().Decode(out[:], s[:n]); err != nil {
			return false
		}
		s = s[n:]
	}
	return true
}

// isNumber: a number in a register, such as C-2026-17: one to three capital
// letters, then one or two hyphens with one to six digits after each.
func isNumber(s []byte) bool {
	letters := 0
	for letters < len(s) && 'A' <= s[letters] && s[letters] <= 'Z' {
		letters++
	}
	if letters == 0 || letters > 3 {
		return false
	}
	groups := 0
	for s = s[letters:]; len(s) > 0; groups++ {
		n := 1
		for n < len(s) && digit(s[n]) {
			n++
		}
		if s[0] != '-' || n == 1 || n > 7 {
			return false
		}
		s = s[n:]
	}
	return groups == 1 || groups == 2
}

// isStaff: the ordinal of a member of staff, such as 17 or staff-17.
func isStaff(s []byte) bool {
	s = bytes.TrimPrefix(s, []byte("staff-"))
	return len(s) <= 6 && isDigits(s)
}

// isCountry: two capital letters.
func isCountry(s []byte) bool {
	return len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}

// isBackup: the name of a backup file, instant and random characters:
// 20270306t000000z-l3c2oe25hx.
func isBackup(s []byte) bool {
	if len(s) != 27 || s[8] != 't' || s[15] != 'z' || s[16] != '-' {
		return false
	}
	for i, c := range s {
		switch {
		case i == 8 || i == 15 || i == 16:
		case i < 15 && !digit(c), i > 16 && idAlphabet[c] == 0xff:
			return false
		}
	}
	return isDay(s[:4], s[4:6], s[6:8]) && clock(s[9:11], s[11:13], s[13:15]) >= 0
}

// isRing: provider or building-NAME.
func isRing[T bytesOrString](s T) bool {
	return string(s) == "provider" || len(s) > len(buildingStore) && storeBit(string(s)) == building
}

// isPlace: a store, or the backups or displays.
func isPlace[T bytesOrString](s T) bool {
	return storeBit(string(s)) != 0 || string(s) == "backups" || string(s) == "displays"
}

func isYesNo(s []byte) bool { return string(s) == "yes" || string(s) == "no" }

// isDaily: hours of the day, such as 07:00-19:00.
func isDaily(s []byte) bool {
	return len(s) == 11 && s[5] == '-' && isClock(s[:5]) && isClock(s[6:])
}

// isClock: 00:00 to 24:00.
func isClock(s []byte) bool {
	return s[2] == ':' && (string(s) == "24:00" || clock(s[:2], s[3:], []byte("00")) >= 0)
}

// PHC is a password's hash in the PHC string format.
type PHC struct {
	Memory, Passes, Threads int // KiB, number, number
	Salt, Hash              []byte
}

// ParsePHC reads $argon2id$v=19$m=KIB,t=PASSES,p=THREADS$SALT$HASH; false where
// the text is anything else.
func ParsePHC(s []byte) (p PHC, ok bool) {
	parts := bytes.Split(s, []byte{'$'})
	if len(parts) != 6 || len(parts[0]) != 0 || string(parts[1]) != "argon2id" || string(parts[2]) != "v=19" {
		return PHC{}, false
	}
	costs := bytes.Split(parts[3], []byte{','})
	if len(costs) != 3 {
		return PHC{}, false
	}
	for i, name := range []string{"m=", "t=", "p="} {
		n, found := bytes.CutPrefix(costs[i], []byte(name))
		if !found || len(n) > 9 || !isDigits(n) {
			return PHC{}, false
		}
		*[]*int{&p.Memory, &p.Passes, &p.Threads}[i], _ = strconv.Atoi(string(n))
	}
	var err [2]error
	p.Salt, err[0] = base64.RawStdEncoding.Strict().DecodeString(string(parts[4]))
	p.Hash, err[1] = base64.RawStdEncoding.Strict().DecodeString(string(parts[5]))
	ok = err[0] == nil && err[1] == nil && len(p.Salt) > 0 && len(p.Hash) > 0 && !bytes.ContainsAny(s, "\r\n")
	if !ok {
		return PHC{}, false
	}
	return p, true
}

func isPHC(s []byte) bool { _, ok := ParsePHC(s); return ok }
