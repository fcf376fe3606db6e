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
	"encoding/json"
	"fmt"
	"hash"
	"hash/fnv"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// written is a value as somebody else's code writes it: a text, in which the
// part that must be found begins at an offset.
type written struct {
	form Form
	text string
	at   int
	part string // what must stand at a hit of this form
}

// allForms writes a value in every form by the standard library, the forms in
// the order in which they count: of two with the same text, the first.
func allForms(v []byte) []written {
	var all []written
	add := func(form Form, text string) { all = append(all, written{form: form, text: text, part: text}) }
	add("raw", string(v))
	add("json", asJSON(v, true))
	add("json", asJSON(v, false))
	if utf8.Valid(v) {
		add("json", escapeRunes(asJSON(v, false), "%04x", utf8.RuneSelf))
		add("json", escapeRunes(asJSON(v, false), "%04X", utf8.RuneSelf))
		add("json", escapeRunes(string(v), "%04x", 0))
		add("json", escapeRunes(string(v), "%04X", 0))
	}
	add("quoted", unquoted(strconv.Quote(string(v))))
	query, path := url.QueryEscape(string(v)), url.PathEscape(string(v))
	script := strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(query)
	for _, text := range []string{query, path, script} {
		add("url", text)
		add("url", percent.ReplaceAllStringFunc(text, strings.ToLower))
	}
	add("html", html.EscapeString(string(v)))
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		for before := range 3 {
			text := enc.EncodeToString(append(append([]byte("\xff\xff\xff")[:before], v...), 0xff))
			first, last := (8*before+5)/6, 8*(before+len(v))/6
			all = append(all, written{form: Form(fmt.Sprintf("base64-%d", before)), text: text, at: first, part: text[first:last]})
		}
	}
	add("hex", hex.EncodeToString(v))
	add("HEX", strings.ToUpper(hex.EncodeToString(v)))
	if utf8.Valid(v) {
		var le, be []byte
		for _, u := range utf16.Encode([]rune(string(v))) {
			le, be = binary.LittleEndian.AppendUint16(le, u), binary.BigEndian.AppendUint16(be, u)
		}
		add("utf16le", string(le))
		add("utf16be", string(be))
	}
	return all
}

var percent = regexp.MustCompile(`%[0-9A-F]{2}`)

func asJSON(v []byte, forHTML bool) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(forHTML)
	if err := enc.Encode(string(v)); err != nil {
		panic(err)
	}
	return unquoted(strings.TrimSuffix(b.String(), "\n"))
}

func unquoted(s string) string { return s[1 : len(s)-1] }

// escapeRunes writes the characters from a first one on as \uXXXX.
func escapeRunes(s, digits string, first rune) string {
	var b strings.Builder
	for _, r := range s {
		if r < first {
			b.WriteRune(r)
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u`+digits, u)
		}
	}
	return b.String()
}

// allDigests writes the digests of a value in every form.
func allDigests(v []byte) []written {
	var all []written
	letters := base32.StdEncoding.WithPadding(base32.NoPadding)
	for _, d := range []struct {
		name string
		new  func() hash.Hash
	}{
		{"sha256", sha256.New}, {"sha1", sha1.New}, {"md5", md5.New}, {"sha512", sha512.New},
		{"fnv64", func() hash.Hash { return fnv.New64() }}, {"fnv64a", func() hash.Hash { return fnv.New64a() }},
		{"fnv128", fnv.New128}, {"fnv128a", fnv.New128a},
	} {
		h := d.new()
		h.Write(v)
		sum := h.Sum(nil)
		for _, n := range []int{8, 10, 16, len(sum)} {
			if n > len(sum) || n < len(sum) && strings.HasPrefix(d.name, "fnv") {
				continue
			}
			name := d.name
			if n < len(sum) {
				name += "/" + strconv.Itoa(n)
			}
			add := func(suffix, text string, bits int) {
				all = append(all, written{form: Form(name + suffix), text: text, part: text[:8*n/bits]})
			}
			part := sum[:n]
			add("", string(part), 8)
			add("-hex", hex.EncodeToString(part), 4)
			add("-HEX", strings.ToUpper(hex.EncodeToString(part)), 4)
			add("-base64", base64.StdEncoding.EncodeToString(part), 6)
			if u := base64.RawURLEncoding.EncodeToString(part); u != base64.RawStdEncoding.EncodeToString(part) {
				add("-base64url", u, 6)
			}
			if !strings.HasPrefix(d.name, "fnv") {
				add("-base32", strings.ToLower(letters.EncodeToString(part)), 5)
				add("-BASE32", letters.EncodeToString(part), 5)
			}
		}
		if len(sum) >= 16 {
			for _, version := range []byte{sum[6], 0x40 | sum[6]&15, 0x50 | sum[6]&15} {
				u := bytes.Clone(sum[:16])
				u[6], u[8] = version, 0x80|u[8]&0x3f
				text := fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
				all = append(all, written{form: Form(d.name + "-uuid"), text: text, part: text})
			}
		}
		if len(sum) == 8 {
			n := binary.BigEndian.Uint64(sum)
			text := strconv.FormatUint(n, 10)
			all = append(all, written{form: Form(d.name + "-decimal"), text: text, part: text})
			text = string(binary.LittleEndian.AppendUint64(nil, n))
			all = append(all, written{form: Form(d.name + "-le"), text: text, part: text})
		}
	}
	return all
}
