package load

import (
	"bufio"
	"context"
	"io"
	"math"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"hoistway/bench/load/outcome"
)

// scraper reads the server's own figures while the load runs.
type scraper struct {
	target *Target

	mu       sync.Mutex
	withheld string
	samples  []outcome.Sample
	first    map[string]float64
	last     map[string]float64
}

// mostSeries and mostMetrics bound what is read of the server's metrics.
const (
	mostSeries  = 20_000
	mostMetrics = 8 << 20
)

// scrape reads the figures once. at is since the load began.
func (s *scraper) scrape(ctx context.Context, at time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	series, why := s.read(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if why != "" {
		if s.first == nil {
			s.withheld = why
		}
		return
	}
	if s.first == nil {
		s.first = series
	}
	s.last = series
	s.samples = append(s.samples, outcome.Sample{
		At: max(0, at.Seconds()), CPU: sum(series, "process_cpu_seconds_total"), Resident: sum(series, "process_resident_memory_bytes"), Goroutines: sum(series, "go_goroutines"),
	})
}

func (s *scraper) read(ctx context.Context) (map[string]float64, string) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.target.url("/metrics"), nil)
	if err != nil {
		return nil, "the target's /metrics cannot be asked for"
	}
	answer, err := s.target.client.Do(r)
	if err != nil {
		return nil, "the target does not answer at /metrics"
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, "the target answers " + strconv.Itoa(answer.StatusCode) + " at /metrics"
	}
	series := parseMetrics(io.LimitReader(answer.Body, mostMetrics))
	if len(series) == 0 {
		return nil, "what the target has at /metrics is not Prometheus text"
	}
	return series, ""
}

// parseMetrics reads Prometheus text: a line is a name, labels in braces if it
// has any, a value, and perhaps a time. What is no such line is passed over.
func parseMetrics(r io.Reader) map[string]float64 {
	series := map[string]float64{}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), 1<<20)
	for lines.Scan() && len(series) < mostSeries {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		end := strings.IndexAny(line, " \t")
		if brace := strings.IndexByte(line, '{'); brace >= 0 && brace < end {
			end = closing(line, brace)
		}
		if end <= 0 {
			continue
		}
		fields := strings.Fields(line[end:])
		if len(fields) == 0 {
			continue
		}
		if v, err := strconv.ParseFloat(fields[0], 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			series[line[:end]] = v
		}
	}
	return series
}

// closing is the place behind the brace that ends labels; a brace within a
// quoted value ends nothing. -1 when there is none.
func closing(line string, from int) int {
	quoted := false
	for i := from; i < len(line); i++ {
		switch line[i] {
		case '\\':
			if quoted {
				i++
			}
		case '"':
			quoted = !quoted
		case '}':
			if !quoted {
				return i + 1
			}
		}
	}
	return -1
}

// sum adds up the series of one name; no figure is below 0.
func sum(series map[string]float64, name string) float64 {
	total := 0.0
	for s, v := range series {
		if s == name || strings.HasPrefix(s, name+"{") {
			total += v
		}
	}
	return max(0, total)
}

// mostCounters bounds how many counters a result lists.
const mostCounters = 80

// result lists what rose. Buckets of histograms and the server's runtime are
// left out.
func (s *scraper) result() outcome.Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := outcome.Server{Withheld: s.withheld, Samples: s.samples}
	if s.first == nil {
		return o
	}
	o.Withheld = ""
	for name, v := range s.last {
		bare, _, _ := strings.Cut(name, "{")
		if !strings.HasSuffix(bare, "_total") && !strings.HasSuffix(bare, "_count") || strings.HasPrefix(bare, "go_") || strings.HasPrefix(bare, "process_") {
			continue
		}
		if rise := v - s.first[name]; rise > 0 {
			o.Counters = append(o.Counters, outcome.Count{Name: short(name), N: int64(math.Round(rise))})
		}
	}
	sort.Slice(o.Counters, func(i, j int) bool { return o.Counters[i].Name < o.Counters[j].Name })
	if len(o.Counters) > mostCounters {
		o.Others = len(o.Counters) - mostCounters
		o.Counters = o.Counters[:mostCounters]
	}
	return o
}

// watch scrapes from time to time until ctx ends.
func (s *scraper) watch(ctx context.Context, f *fleet, base, all time.Duration) {
	every := max(2*time.Second, all/mostIntervals)
	for pause(ctx, every) {
		s.scrape(ctx, f.now()-base)
	}
}
