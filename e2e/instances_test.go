package e2e_test

import "testing"

// TestTerminateInstances goes from the list to what became of those that were ticked.
func TestTerminateInstances(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/instances")

	p.choose("filter-status", "running")
	p.pressIn(".filter", "Filter")
	p.until("the filter", `new URLSearchParams(location.search).get("status") === "running"`)
	p.until("two are ticked", `document.readyState === "complete" && ((all) => all.length > 1 && (all[0].click(), all[1].click(), true))(
		[...document.querySelectorAll("tbody input[name=id]")])`)

	names := evaluate[[]string](p, `[...document.querySelectorAll("tbody tr")].filter((r) => r.querySelector(":checked"))
		.map((r) => r.querySelector("th a").textContent)`)

	p.press("Terminate selected")
	p.at("/instances/terminate")
	p.sees("h1", "Terminate 2 instances")

	// It asks why, and keeps what is ticked.
	p.expect("422")
	p.press("Terminate selected")
	p.sees("[data-invalid] .error", "Enter a reason")
	p.fill("reason", "The cluster is full")
	p.press("Terminate selected")

	p.at("/instances/terminate/results")
	p.sees("h1", "2 of 2 instances terminated")

	for _, name := range names {
		p.sees("tbody tr", name)
		p.sees("tbody tr", "Terminated")
	}

	p.visit("/audit?action=instance.terminate")
	p.sees("#main", "The cluster is full")
}
