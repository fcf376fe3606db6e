package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one fault of a scenario or passenger list: where it is, what is
// wrong and what to do about it.
type Problem struct {
	File    string // path as given, "library:NAME", or "--set N" (N counts from 1)
	Line    int    // from 1; 0 when the fault has no line (a missing file, --set)
	Column  int    // in characters, from 1; 0 when the fault has no column
	Key     string // dotted key, "" when the fault is not about one
	Message string // what is wrong and what was expected
	Hint    string // remedy; may be empty
}

// String gives "file:line:column: key: message (hint)", leaving out what is
// not known.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
		if p.Column > 0 {
			fmt.Fprintf(&b, ":%d", p.Column)
		}
	}
	b.WriteString(": ")
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return b.String()
}

// Problems is every fault found in one reading, in file order; faults of
// --set come last. It is the error that Load and Parse return; it is never
// empty then.
type Problems []Problem

// Error gives one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// mostProblems bounds a report on a file that is wrong throughout.
const mostProblems = 50

// inOrder sorts problems by place, drops repetitions and cuts the list to
// mostProblems. Faults of the file come before those of --set.
func (ps Problems) inOrder(file string) Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			rank(a.File != file)-rank(b.File != file),
			len(a.File)-len(b.File), // "--set 9" before "--set 10"
			strings.Compare(a.File, b.File),
			a.Line-b.Line,
			a.Column-b.Column,
		)
	})
	ps = slices.Compact(ps)
	if n := len(ps); n > mostProblems {
		ps = append(ps[:mostProblems:mostProblems], Problem{
			File:    file,
			Message: fmt.Sprintf("and %d more problems", n-mostProblems),
		})
	}
	return ps
}

func rank(later bool) int {
	if later {
		return 1
	}
	return 0
}

// nearest returns the candidate closest to word in edits, or "" when none is
// close enough to be what the writer meant.
func nearest(word string, candidates []string) string {
	if len(word) > 64 {
		return ""
	}
	best, least := "", 1+max(1, len(word)/3)
	for _, c := range candidates {
		if strings.EqualFold(c, word) {
			return c
		}
		if len(c)-len(word) >= least || len(word)-len(c) >= least {
			continue
		}
		if d := edits(strings.ToLower(word), c); d < least {
			best, least = c, d
		}
	}
	return best
}

// edits is the number of letters to insert, delete, replace or swap with a
// neighbour to turn a into b (optimal string alignment).
func edits(a, b string) int {
	var before, prev, row []int
	prev = make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row = make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			miss := 1
			if a[i-1] == b[j-1] {
				miss = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+miss)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev = prev, row
	}
	return prev[len(b)]
}
