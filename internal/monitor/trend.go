package monitor

import "time"

const (
	// trendFrom is the least time that a trend is read from, trendUntil the furthest that
	// it is drawn out.
	trendFrom  = 30 * time.Minute
	trendUntil = 24 * time.Hour
	// trendFit is the least part of the ups and downs that the line has to explain (R²).
	trendFit = 0.7
)

// Reaches tells when a series that rises will be at a limit if it goes on along the line
// of least squares. It says nothing (ok is false) of less than half an hour of samples, of
// one that does not follow a line, does not rise, is there already, or would take more
// than a day.
func (s Series) Reaches(limit float64, now time.Time) (at time.Time, ok bool) {
	var n, sumX, sumY, sumXX, sumXY, sumYY, first, last float64

	for _, p := range s {
		if p.Value == nil {
			continue
		}

		x, y := p.At.Sub(now).Seconds(), *p.Value
		if n == 0 {
			first = x
		}

		last = x
		n, sumX, sumY = n+1, sumX+x, sumY+y
		sumXX, sumXY, sumYY = sumXX+x*x, sumXY+x*y, sumYY+y*y
	}

	spreadX, spreadY, together := n*sumXX-sumX*sumX, n*sumYY-sumY*sumY, n*sumXY-sumX*sumY
	if last-first < trendFrom.Seconds() || spreadX <= 0 || spreadY <= 0 || together <= 0 {
		return time.Time{}, false
	}

	slope := together / spreadX
	level := (sumY - slope*sumX) / n // The line's value now.

	left := (limit - level) / slope
	if together*together < trendFit*spreadX*spreadY || left <= 0 || left > trendUntil.Seconds() {
		return time.Time{}, false
	}

	return now.Add(time.Duration(left * float64(time.Second))).Truncate(time.Minute), true
}
