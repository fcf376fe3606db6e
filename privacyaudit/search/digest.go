package search

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strconv"
)

// The digests of a value.
const (
	digestSHA256 = iota
	digestSHA1
	digestMD5
	digestSHA512
	digestFNV64
	digestFNV64a
	digestFNV128
	digestFNV128a
	digestCount
)

var digestNames = [digestCount]string{"sha256", "sha1", "md5", "sha512", "fnv64", "fnv64a", "fnv128", "fnv128a"}

func cryptographic(digest int) bool { return digest < digestFNV64 }

// appendDigest appends a digest of a value.
func appendDigest(dst, v []byte, digest int) []byte {
	switch digest {
	case digestSHA256:
		sum := sha256.Sum256(v)
		return append(dst, sum[:]...)
	case digestSHA1:
		sum := sha1.Sum(v)
		return append(dst, sum[:]...)
	case digestMD5:
		sum := md5.Sum(v)
		return append(dst, sum[:]...)
	case digestSHA512:
		sum := sha512.Sum512(v)
		return append(dst, sum[:]...)
	case digestFNV64, digestFNV64a:
		return binary.BigEndian.AppendUint64(dst, fnv64(v, digest == digestFNV64a))
	case digestFNV128, digestFNV128a:
		hi, lo := fnv128(v, digest == digestFNV128a)
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, hi), lo)
	}
	panic("BUG: search: a digest without function")
}

// fnv64 and fnv128 are the functions of draft-eastlake-fnv; hash/fnv would
// allocate its state for each value.
func fnv64(v []byte, xorFirst bool) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, c := range v {
		if xorFirst {
			h = (h ^ uint64(c)) * 0x100000001b3
		} else {
			h = (h * 0x100000001b3) ^ uint64(c)
		}
	}
	return h
}

func fnv128(v []byte, xorFirst bool) (hi, lo uint64) {
	hi, lo = 0x6c62272e07bb0142, 0x62b821756295c58d
	for _, c := range v {
		if xorFirst {
			lo ^= uint64(c)
		}
		// times 2^88 + 0x13b
		carry, low := bits.Mul64(lo, 0x13b)
		hi, lo = hi*0x13b+carry+lo<<24, low
		if !xorFirst {
			lo ^= uint64(c)
		}
	}
	return hi, lo
}

// How the bytes of a digest are written. Each way has one window in the tables,
// in which case does not count.
const (
	asBytes = iota
	asHex   // in either case, or as a UUID
	asBase64
	asBase32
	asDecimal // the 64-bit digests
	asLittle  // the 64-bit digests
	asCount
)

// digestForm numbers the pairs of digests and ways behind the forms of values.
func digestForm(digest, as int) uint8 { return uint8(formCount + digest*asCount + as) }

func ofDigestForm(form uint8) (digest, as int) {
	n := int(form) - formCount
	return n / asCount, n % asCount
}

// lengths are how many bytes of a cryptographic digest people keep. The first
// bytes of an FNV digest prove nothing: values that differ in their last bytes
// share them.
var lengths = [...]int{8, 10, 16}

// digestPatterns calls f with the patterns of all digests of a value. Only as
// many windows as f is told may be an anchor: the others are not in all the
// texts the pattern stands for.
func digestPatterns(scratch, v []byte, f func(form uint8, pattern []byte, choice int)) {
	for digest := range digestCount {
		sum := appendDigest(scratch[:0], v, digest)
		text := sum[len(sum):]
		f(digestForm(digest, asBytes), sum, 1)
		f(digestForm(digest, asHex), hex.AppendEncode(text, sum), 1)
		if cryptographic(digest) { // nobody writes the others so
			f(digestForm(digest, asBase32), base32Lower.AppendEncode(text, sum), 1)
		}
		std := base64.RawStdEncoding.AppendEncode(text, sum)
		f(digestForm(digest, asBase64), std, 1)
		url := base64.RawURLEncoding.AppendEncode(std[len(std):], sum)
		if string(std[:windowLong+1]) != string(url[:windowLong+1]) {
			f(digestForm(digest, asBase64), url, 1)
		}
		if len(sum) == 8 {
			n := binary.BigEndian.Uint64(sum)
			// A number of fewer digits is a chance of 1 in 10^11.
			if decimal := strconv.AppendUint(text, n, 10); len(decimal) > windowLong {
				f(digestForm(digest, asDecimal), decimal, 1)
			}
			f(digestForm(digest, asLittle), binary.LittleEndian.AppendUint64(text, n), 1)
		}
	}
}

var (
	base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	base32Upper = base32.StdEncoding.WithPadding(base32.NoPadding)
)

// spelling is one of the texts that a way of writing stands for.
type spelling struct {
	as     int
	suffix string
	bits   int // of the digest, per character
	write  func(dst, sum []byte) []byte
}

var spellings = [...]spelling{
	{asBytes, "", 8, func(dst, sum []byte) []byte { return append(dst, sum...) }},
	{asHex, "-hex", 4, hex.AppendEncode},
	{asHex, "-HEX", 4, appendHexUpper},
	{asBase64, "-base64", 6, base64.RawStdEncoding.AppendEncode},
	{asBase64, "-base64url", 6, base64.RawURLEncoding.AppendEncode},
	{asBase32, "-base32", 5, base32Lower.AppendEncode},
	{asBase32, "-BASE32", 5, base32Upper.AppendEncode},
}

// matchDigest tells in which form text begins with a digest of a value, and ""
// if it does not. Of several forms it is the one that holds most of the digest.
func matchDigest(scratch, text, v []byte, form uint8) Form {
	digest, as := ofDigestForm(form)
	name := digestNames[digest]
	sum := appendDigest(scratch[:0], v, digest)
	rest := sum[len(sum):]
	switch as {
	case asDecimal:
		if bytes.HasPrefix(text, strconv.AppendUint(rest, binary.BigEndian.Uint64(sum), 10)) {
			return Form(name + "-decimal")
		}
		return ""
	case asLittle:
		if bytes.HasPrefix(text, binary.LittleEndian.AppendUint64(rest, binary.BigEndian.Uint64(sum))) {
			return Form(name + "-le")
		}
		return ""
	}
	best, suffix := 0, ""
	for i := range spellings {
		s := &spellings[i]
		if s.as != as {
			continue
		}
		n := kept(sum, samePrefix(text, s.write(rest, sum))*s.bits)
		if n < len(sum) && !cryptographic(digest) {
			continue
		}
		if n > best {
			best, suffix = n, s.suffix
		}
	}
	switch {
	case best == len(sum):
		return Form(name + suffix)
	case best > 0:
		return Form(name + "/" + strconv.Itoa(best) + suffix)
	case as == asHex && isUUID(text, sum):
		return Form(name + "-uuid")
	}
	return ""
}

// kept is how many bytes of a digest are there, of the numbers that count, if
// that many bits of it are; 0 if none. The last character of a text encoding
// may hold bits of two bytes: the bytes are there when all the characters are
// that hold bits of nothing else.
func kept(sum []byte, settled int) int {
	enough := func(n int) bool { return settled > 8*n-8 && settled+7 >= 8*n }
	if enough(len(sum)) || settled >= 8*len(sum) {
		return len(sum)
	}
	best := 0
	for _, n := range lengths {
		if n < len(sum) && (enough(n) || settled >= 8*n) {
			best = n
		}
	}
	return best
}

func samePrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// isUUID tells whether text begins with the first 16 bytes of a digest, written
// as a UUID in either case. Its version and variant, 6 bits, are not compared.
func isUUID(text, sum []byte) bool {
	const length = 36
	if len(sum) < 16 || len(text) < length {
		return false
	}
	digit := 0
	for i, c := range text[:length] {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
			continue
		}
		want := sum[digit/2] >> (4 * (1 - digit%2)) & 15
		got := digitValue(c)
		switch {
		case got < 0:
			return false
		case digit == 12: // version
		case digit == 16: // the upper 2 bits are the variant
			if got&3 != int(want&3) {
				return false
			}
		case got != int(want):
			return false
		}
		digit++
	}
	return true
}
