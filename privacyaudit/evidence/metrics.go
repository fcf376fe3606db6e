package evidence

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sample is one value of one metric.
type Sample struct {
	Name   string
	Labels []Label // in the order of the text
	Value  float64
	At     time.Time // the sample's own time stamp; zero = it has none
}

// Label is a label of a sample.
type Label struct{ Name, Value string }

// Label gives the value of a label, and whether there is one.
func (s *Sample) Label(name string) (string, bool) {
	for _, l := range s.Labels {
		if l.Name == name {
			return l.Value, true
		}
	}
	return "", false
}

var (
	metricName  = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*`)
	labelName   = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*`)
	metricValue = regexp.MustCompile(`^([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?Inf|NaN)$`)
	metricTypes = []string{"counter", "gauge", "histogram", "summary", "untyped"}
)

// ParseMetrics reads Prometheus' text exposition. Errors name the line: a line
// in no form, no end of the last line, two samples of one name and labels, two
// types of one metric.
func ParseMetrics(body []byte) ([]Sample, error) {
	if len(body) > 0 && body[len(body)-1] != '\n' {
		return nil, fmt.Errorf("metrics: %w", errCut)
	}
	var samples []Sample
	seen, typed := map[string]bool{}, map[string]bool{}
	number := 0
	for line := range strings.Lines(string(body)) {
		number++
		line = strings.Trim(line, " \t\n")
		if line == "" {
			continue
		}
		if strings.HasPrefix(line, "#") {
			if err := metricComment(line, typed); err != nil {
				return nil, fmt.Errorf("metrics: line %d: %w", number, err)
			}
			continue
		}
		s, err := parseSample(line)
		if err != nil {
			return nil, fmt.Errorf("metrics: line %d: %w", number, err)
		}
		sorted := slices.Clone(s.Labels)
		slices.SortFunc(sorted, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
		key := fmt.Sprintf("%q %q", s.Name, sorted)
		if seen[key] {
			return nil, fmt.Errorf("metrics: line %d: a sample of the same name and labels stands above", number)
		}
		seen[key] = true
		samples = append(samples, *s)
	}
	return samples, nil
}

// metricComment checks the comments that have a meaning.
func metricComment(line string, typed map[string]bool) error {
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != "#" || words[1] != "HELP" && words[1] != "TYPE" {
		return nil
	}
	if len(words) < 3 || metricName.FindString(words[2]) != words[2] {
		return fmt.Errorf("%s names no metric", words[1])
	}
	if words[1] == "HELP" {
		return nil
	}
	if len(words) != 4 || !slices.Contains(metricTypes, words[3]) {
		return errors.New("TYPE has no type that exists")
	}
	if typed[words[2]] {
		return errors.New("the metric has a type already")
	}
	typed[words[2]] = true
	return nil
}

func parseSample(line string) (*Sample, error) {
	s := &Sample{Name: metricName.FindString(line)}
	if s.Name == "" {
		return nil, errors.New("begins with no name of a metric")
	}
	rest := strings.TrimLeft(line[len(s.Name):], " \t")
	if strings.HasPrefix(rest, "{") {
		var err error
		if rest, err = s.labels(rest[1:]); err != nil {
			return nil, err
		}
	} else if len(rest) == len(line)-len(s.Name) {
		return nil, errors.New("has something else than labels or a value behind the name")
	}
	words := strings.Fields(rest)
	if len(words) < 1 || len(words) > 2 || !metricValue.MatchString(words[0]) {
		return nil, errors.New("has no value, or more behind it than a time stamp")
	}
	var err error
	if s.Value, err = strconv.ParseFloat(words[0], 64); err != nil {
		return nil, errors.New("has a value that is out of range")
	}
	if len(words) == 2 {
		ms, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil {
			return nil, errors.New("has a time stamp that is no number of milliseconds")
		}
		s.At = time.UnixMilli(ms).UTC()
	}
	return s, nil
}

// labels reads labels up to the brace that ends them, and gives what follows.
func (s *Sample) labels(rest string) (string, error) {
	for {
		rest = strings.TrimLeft(rest, " \t")
		if after, ok := strings.CutPrefix(rest, "}"); ok {
			return after, nil
		}
		name := labelName.FindString(rest)
		if name == "" {
			return "", errors.New("has a label without a name, or no end of the labels")
		}
		if _, ok := s.Label(name); ok {
			return "", errors.New("has two labels of one name")
		}
		rest = strings.TrimLeft(rest[len(name):], " \t")
		quoted, ok := strings.CutPrefix(rest, "=")
		if !ok {
			return "", errors.New("has a label without a value")
		}
		value, after, err := labelValue(strings.TrimLeft(quoted, " \t"))
		if err != nil {
			return "", err
		}
		s.Labels = append(s.Labels, Label{name, value})
		after = strings.TrimLeft(after, " \t")
		next, comma := strings.CutPrefix(after, ",")
		if !comma && !strings.HasPrefix(after, "}") {
			return "", errors.New("has no comma between labels, or no end of them")
		}
		rest = next // without a comma all of after, which ends the labels
	}
}

// labelValue reads a quoted value, and gives what follows.
func labelValue(rest string) (value, after string, err error) {
	if !strings.HasPrefix(rest, `"`) {
		return "", "", errors.New("has a label whose value is not in quotes")
	}
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '"':
			return b.String(), rest[i+1:], nil
		case '\\':
			i++
			if i == len(rest) {
				return "", "", errors.New("has a label whose value does not end")
			}
			switch rest[i] {
			case 'n':
				b.WriteByte('\n')
			case '\\', '"':
				b.WriteByte(rest[i])
			default:
				return "", "", errors.New(`has an escape in a label that is none of \n, \" and \\`)
			}
		default:
			b.WriteByte(rest[i])
		}
	}
	return "", "", errors.New("has a label whose value does not end")
}
