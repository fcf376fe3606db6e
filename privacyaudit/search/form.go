package search

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"unicode/utf16"
	"unicode/utf8"
)

// Form is how a value was written. The forms of a value:
//
//	raw                    as it is
//	json                   with the escapes of JSON: as encoding/json writes them, with or without those
//	                       for HTML; all that is not ASCII as \uXXXX; or every character as \uXXXX
//	quoted                 as strconv.Quote writes it, where that is another text than the above
//	url                    with the escapes of a URL, in a query, in a path, or as scripts in a browser write them
//	html                   with the escapes of HTML
//	base64-0 … base64-2    in base64, of either alphabet, where the number of bytes in front of the value
//	                       is divisible by 3, or leaves 1 or 2
//	hex, HEX               in hexadecimal digits
//	utf16le, utf16be       in UTF-16
//
// The forms of a digest begin with its name: sha256, sha1, md5, sha512, fnv64,
// fnv64a, fnv128, fnv128a. If only the first 8, 10 or 16 bytes of one of the first
// four are there, that number follows after a slash. How these bytes are written is at the end:
//
//	sha256                 as bytes
//	sha256/16              its first 16 bytes
//	sha256-hex, -HEX       in hexadecimal digits
//	sha256-uuid            its first 16 bytes as a UUID, whatever its version and variant
//	sha256-base64, -base64url
//	sha256-base32, -BASE32    the cryptographic digests only
//	fnv64-decimal, fnv64-le   the 64-bit digests only: as a decimal number, as bytes with the lowest first
//
// What stands within other data has a form with their names and colons in
// front, the outermost first: gzip, zlib, zstd, snappy, base64, hex. An example
// is "base64:gzip:raw".
type Form string

// The forms of values, in the order in which patterns are numbered. A text that
// two of them would write alike belongs to the first.
const (
	formRaw = iota
	formJSON
	formJSONPlain
	formJSONASCII
	formJSONASCIIUpper
	formQuoted
	formURLQuery
	formURLQueryLower
	formURLPath
	formURLPathLower
	formURLScript
	formURLScriptLower
	formHTML
	formBase64
	formBase64One
	formBase64Two
	formBase64URL
	formBase64URLOne
	formBase64URLTwo
	formHex
	formHexUpper
	formUTF16LE
	formUTF16BE
	formCount
)

// formEscaped is the form in which every character is an escape of JSON. It has
// no patterns of its own: in 8 bytes of it there is hardly one character.
const formEscaped = "json"

var formNames = [formCount]Form{
	formRaw: "raw", formJSON: "json", formJSONPlain: "json", formJSONASCII: "json", formJSONASCIIUpper: "json", formQuoted: "quoted",
	formURLQuery: "url", formURLQueryLower: "url", formURLPath: "url", formURLPathLower: "url", formURLScript: "url", formURLScriptLower: "url",
	formHTML:   "html",
	formBase64: "base64-0", formBase64One: "base64-1", formBase64Two: "base64-2",
	formBase64URL: "base64-0", formBase64URLOne: "base64-1", formBase64URLTwo: "base64-2",
	formHex: "hex", formHexUpper: "HEX", formUTF16LE: "utf16le", formUTF16BE: "utf16be",
}

// sameText groups the forms that may write a value alike: a form writes nothing
// if an earlier one of its group, or the value itself, is the same text.
var sameText = [formCount][]int{
	formJSON:           {formRaw},
	formJSONPlain:      {formRaw, formJSON},
	formJSONASCII:      {formRaw, formJSON, formJSONPlain},
	formJSONASCIIUpper: {formRaw, formJSON, formJSONPlain, formJSONASCII},
	formQuoted:         {formRaw, formJSON, formJSONPlain, formJSONASCII, formJSONASCIIUpper},
	formURLQuery:       {formRaw},
	formURLQueryLower:  {formRaw, formURLQuery},
	formURLPath:        {formRaw, formURLQuery, formURLQueryLower},
	formURLPathLower:   {formRaw, formURLQuery, formURLQueryLower, formURLPath},
	formURLScript:      {formRaw, formURLQuery, formURLQueryLower, formURLPath, formURLPathLower},
	formURLScriptLower: {formRaw, formURLQuery, formURLQueryLower, formURLPath, formURLPathLower, formURLScript},
	formHTML:           {formRaw},
	formBase64URL:      {formBase64},
	formBase64URLOne:   {formBase64One},
	formBase64URLTwo:   {formBase64Two},
	formHexUpper:       {formHex},
}

// writeForm writes a value in a form into dst, and gives nil if the form does
// not exist for it or is that of an earlier form.
func writeForm(dst, v []byte, form int) []byte {
	p := spell(dst[:0], v, form)
	if p == nil || len(sameText[form]) == 0 {
		return p
	}
	if formJSON <= form && form <= formQuoted && utf8.Valid(v) && onlyEscapes(p) {
		return nil // scanEscaped finds it
	}
	// The earlier forms are written behind the pattern.
	rest := p[len(p):]
	for _, earlier := range sameText[form] {
		if q := spell(rest, v, earlier); q != nil && bytes.Equal(p, q) {
			return nil
		}
	}
	return p
}

// spell writes a value in a form into dst, which is empty, and gives nil if the
// form does not exist for it.
func spell(dst, v []byte, form int) []byte {
	switch form {
	case formRaw:
		return append(dst, v...)
	case formJSON:
		return appendJSON(dst, v, true, lowerDigits)
	case formJSONPlain:
		return appendJSON(dst, v, false, lowerDigits)
	case formJSONASCII:
		return appendASCII(dst, v, lowerDigits)
	case formJSONASCIIUpper:
		return appendASCII(dst, v, upperDigits)
	case formQuoted:
		return appendQuoted(dst, v)
	case formURLQuery:
		return appendURL(dst, v, inQuery, upperDigits)
	case formURLQueryLower:
		return appendURL(dst, v, inQuery, lowerDigits)
	case formURLPath:
		return appendURL(dst, v, inPath, upperDigits)
	case formURLPathLower:
		return appendURL(dst, v, inPath, lowerDigits)
	case formURLScript:
		return appendURL(dst, v, inScript, upperDigits)
	case formURLScriptLower:
		return appendURL(dst, v, inScript, lowerDigits)
	case formHTML:
		return appendHTML(dst, v)
	case formBase64, formBase64One, formBase64Two:
		return writeBase64(dst, v, base64.RawStdEncoding, form-formBase64)
	case formBase64URL, formBase64URLOne, formBase64URLTwo:
		return writeBase64(dst, v, base64.RawURLEncoding, form-formBase64URL)
	case formHex:
		return hex.AppendEncode(dst, v)
	case formHexUpper:
		return appendHexUpper(dst, v)
	case formUTF16LE, formUTF16BE:
		return appendUTF16(dst, v, form == formUTF16BE)
	}
	panic("BUG: search: a form without spelling")
}

// writeBase64 writes the characters of base64 that are settled when some bytes,
// as many as before modulo 3, stand in front of the value: those characters
// that consist of bits of the value only.
func writeBase64(dst, v []byte, enc *base64.Encoding, before int) []byte {
	for range before {
		dst = append(dst, 0)
	}
	dst = append(dst, v...)
	n := len(dst)
	dst = enc.AppendEncode(dst, dst)
	text := dst[n:]
	return text[(8*before+5)/6 : 8*n/6]
}

func appendHexUpper(dst, v []byte) []byte {
	for _, c := range v {
		dst = append(dst, upperDigits[c>>4], upperDigits[c&15])
	}
	return dst
}

// appendUTF16 gives nil for what is not UTF-8.
func appendUTF16(dst, v []byte, bigEndian bool) []byte {
	if !utf8.Valid(v) {
		return nil
	}
	var units [2]uint16
	for len(v) > 0 {
		r, size := utf8.DecodeRune(v)
		v = v[size:]
		for _, u := range utf16.AppendRune(units[:0], r) {
			if bigEndian {
				dst = append(dst, byte(u>>8), byte(u))
			} else {
				dst = append(dst, byte(u), byte(u>>8))
			}
		}
	}
	return dst
}
