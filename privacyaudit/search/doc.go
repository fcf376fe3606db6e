// Package search finds known values in bytes, in whatever form they were
// written: as they are, escaped, encoded, in another character encoding, as a
// digest or the beginning of one, and within compressed data.
//
// An auditor that wants to say "this value is nowhere" needs three things of
// its search, and they are the contract of this package:
//
//   - Complete. A value that stands in the bytes in one of the forms of [Form]
//     is reported, with its form and place. Nothing is sampled.
//   - Exact. A hit is compared byte by byte with the form it claims to be.
//     Digests are the one exception: their first 8 bytes are taken for proof.
//   - Silent about the value. A [Hit] holds the number the caller gave the
//     value, never bytes of it.
//
// # Cost
//
// The cost of a scan grows with the bytes, not with the values: each pattern is
// represented by two windows of 7 of its bytes, and at every second place of the
// text one look into a small filter says whether any pattern may be there. Patterns
// are not stored. What the filter lets through is written again from the value
// and compared.
//
// # Limits
//
// Values of less than 6 bytes are refused: they occur by chance. A form within
// a form is found by [Index.Deep] as far as its documentation says, and not by
// [Index.Scan]. What is encrypted cannot be searched.
//
// [Recognise] is a second net for values that nobody knows: things that look
// like a mail address, a telephone number and the like.
package search
