package e2e_test

import (
	"testing"
	"time"
)

// TestAReviewSaysWhatComesOfItLater while a time is typed: the end is that of the time, and the button schedules.
func TestAReviewSaysWhatComesOfItLater(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/config/concurrency")
	at := time.Now().UTC().AddDate(0, 0, 30).Truncate(time.Hour)

	p.fill("per_analyst", "9")
	p.press("Review")
	p.at("/config/concurrency/review")
	p.sees("form[method=post] .buttons", "per analyst")

	p.lasts("duration", "90m")
	p.fill("at", at.Format("2006-01-02 15:04"))
	p.sees(".field:has([name=duration]) [data-echo]", at.Format(", ends "))
	p.sees(".field:has([name=duration]) [data-echo]", at.Add(90*time.Minute).Format("15:04"))

	p.fill("reason", "For the workshop next month")
	p.sees("form[method=post] .buttons", "Schedule this change")
	p.pressSave()
	p.at("/scheduled/1")
	p.sees("main", "For the workshop next month")
}
