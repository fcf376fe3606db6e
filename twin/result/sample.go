package result

import "github.com/HdrHistogram/hdrhistogram-go"

// Sample is a distribution of durations: exact integer count and sums, and an
// HDR histogram in milliseconds (three significant digits) for percentiles.
// The zero Sample is empty and ready to use.
type Sample struct {
	n, sum, sumSquares, max int64 // ns; squares in ms2
	hist                    *hdrhistogram.Histogram
}
