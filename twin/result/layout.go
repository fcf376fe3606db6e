package result

import (
	"bytes"
	"encoding/json"
	"io"
)

// writeJSON writes a value for both programs and people: objects indented,
// lists of numbers and short values on one line.
func writeJSON(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(layOut(nil, text, 0), '\n'))
	return err
}

// shortLine is the length up to which an object or list stays on one line.
const shortLine = 120

// layOut appends compact JSON with line breaks.
func layOut(b, text []byte, depth int) []byte {
	if len(text) <= shortLine || isScalarList(text) || text[0] != '{' && text[0] != '[' {
		return append(b, text...)
	}
	b = append(b, text[0])
	for rest := text[1 : len(text)-1]; len(rest) > 0; {
		b = breakLine(b, depth+1)
		if text[0] == '{' {
			key := extent(rest)
			b = append(b, rest[:key+1]...)
			b = append(b, ' ')
			rest = rest[key+1:]
		}
		n := extent(rest)
		b = layOut(b, rest[:n], depth+1)
		if rest = rest[n:]; len(rest) > 0 {
			b = append(b, ',')
			rest = rest[1:]
		}
	}
	return append(breakLine(b, depth), text[len(text)-1])
}

func breakLine(b []byte, depth int) []byte {
	b = append(b, '\n')
	for range depth {
		b = append(b, "  "...)
	}
	return b
}

func isScalarList(text []byte) bool {
	return text[0] == '[' && bytes.IndexByte(text[1:], '[') < 0 && bytes.IndexByte(text, '{') < 0
}

// extent is the length of the JSON value that compact text begins with.
func extent(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',', ':':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}
