package e2e_test

import (
	"net/http"
	"testing"
)

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

// TestInstancesAreLiveAndStayTicked: a list that is drawn anew keeps what was ticked in it.
func TestInstancesAreLiveAndStayTicked(t *testing.T) {
	t.Parallel()

	d := startDemo(t, "--demo-speed", "0")
	p := d.as(t, "dave", "/instances")
	p.sees(".live", "Live")

	const running = `[...document.querySelectorAll("tbody tr")].filter((r) => /Running/.test(r.textContent))`

	ids := evaluate[[]string](p, running+`.slice(0, 2).map((r) => r.querySelector("input").value)`)
	p.until("the first is ticked", `(`+running+`[0].querySelector("input").click(), true)`)

	row := func(id string) string { return `document.querySelector("#instance-` + id + `")` }

	// Somebody suspends both behind the console's back.
	for _, id := range ids {
		d.callControlPlane(t, http.MethodPost, "/api/instances/"+id+"/suspend", nil, new(any))
		p.until("it is suspended", `/Suspended/.test(`+row(id)+`.textContent)`)
	}

	if got := evaluate[[]bool](p, `[`+row(ids[0])+`, `+row(ids[1])+`].map((r) => r.querySelector("input").checked)`); !got[0] || got[1] {
		t.Errorf("ticked are %v, want the first alone", got)
	}

	// So is the page of one.
	p.visit("/instances/" + ids[1])
	p.sees(".live", "Live")
	d.callControlPlane(t, http.MethodPut, "/api/instances/"+ids[1]+"/lifecycle", map[string]string{"ttl": "P3D"}, new(any))
	p.sees("#instance", "P3D")
}
