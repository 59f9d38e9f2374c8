package e2e_test

import (
	"fmt"
	"testing"
	"time"
)

// choose picks an option of a list, as a person does.
func (p *page) choose(id, value string) {
	p.t.Helper()
	p.until("the list "+id, fmt.Sprintf(`((e) => e && e.checkVisibility() && (e.value = %s, e.dispatchEvent(new Event("input", {bubbles: true})), true))(
		document.getElementById(%s))`, literal(value), literal(id)))
}

// secondTuesday is the one in the month of a moment.
func secondTuesday(of time.Time) string {
	first := time.Date(of.Year(), of.Month(), 1, 0, 0, 0, 0, time.UTC)

	return first.AddDate(0, 0, int(time.Tuesday-first.Weekday()+7)%7+7).Format(time.DateOnly)
}

// TestARecurrenceRuleIsPutTogether writes a rule by choosing, and shows one that was typed.
func TestARecurrenceRuleIsPutTogether(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/maintenance/windows/new")
	p.expect("422") // of what is not whole yet

	month := time.Now().UTC().AddDate(0, 0, -time.Now().UTC().Day()+1) // its first: months are not of one length
	first := secondTuesday(month.AddDate(0, 1, 0))
	p.fill("starts_at", first+" 18:00")
	p.fill("ends_at", first+" 19:00")

	p.choose("recurs-freq", "MONTHLY")
	p.choose("recurs-place", "2")
	p.choose("recurs-ends", "COUNT")
	p.until("the rule", `document.querySelector("[name=recurrence]").value === "FREQ=MONTHLY;BYDAY=2TU;COUNT=5"`)
	p.sees("[data-dates]", "the second Tuesday of every month")
	p.sees("[data-dates]", secondTuesday(month.AddDate(0, 3, 0))+" 18:00")

	// What is typed is shown where the picker has a place for it.
	p.fill("recurrence", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR")
	p.until("the picker has it", `["freq", "interval"].map((part) => document.getElementById("recurs-" + part).value).join() === "WEEKLY,2"
		&& [...document.querySelectorAll("[data-weekday]:checked")].map((box) => box.dataset.weekday).join() === "MO,FR"`)
	p.fill("recurrence", "FREQ=YEARLY;BYMONTH=12;BYDAY=-1SU")
	p.until("it is a rule of its own", `document.getElementById("recurs-freq").value === "custom"`)

	// The end follows a start that is typed in words, by the length that was chosen.
	p.fill("ends_at", first+" 20:30")
	p.fill("starts_at", "tomorrow 6:15")
	p.fill("title", "Patching")
	p.until("the end follows", `/^(?!`+first+`)[0-9-]+ 08:45$/.test(document.querySelector("[name=ends_at]").value)`)
	p.fill("starts_at", "2027-03-01")
	p.fill("title", "Patching")
	p.until("the end follows on", `document.querySelector("[name=ends_at]").value === "2027-03-01 02:30"`)

	// The picker's own fields are nothing that is sent.
	if sent := evaluate[string](p, `[...new FormData(document.querySelector("main form")).keys()].filter((name) => name.startsWith("recurs")).join()`); sent != "" {
		t.Errorf("the form sends %s, want nothing of the picker's", sent)
	}
}
