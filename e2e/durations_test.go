package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
)

// TestDurationsAreReadAsTheServerReadsThem types what internal/humantime reads, and more.
func TestDurationsAreReadAsTheServerReadsThem(t *testing.T) {
	t.Parallel()

	data, err := os.ReadFile("../internal/humantime/testdata/durations.json")
	if err != nil {
		t.Fatal(err)
	}

	var want map[string]*string
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}

	p := startDemo(t).as(t, "dave", "/config/lifecycle")
	p.until("the script", `document.readyState === "complete"`)

	none := "Not a duration: write 36h, 1d 12h or P1DT12H."

	wrong := evaluate[[]string](p, fmt.Sprintf(`Object.entries(%s).map(([typed, words]) => {
		const field = document.querySelector("[data-duration]");
		field.value = typed;
		field.dispatchEvent(new Event("input", { bubbles: true }));
		const said = field.closest(".field").querySelector("[data-echo]").textContent;
		return said === (words ?? %q) ? "" : typed + " is " + said;
	})`, data, none))

	for _, text := range slices.DeleteFunc(wrong, func(text string) bool { return text == "" }) {
		t.Error(text)
	}
}

// TestLengthsAreWrittenAsTheServerWritesThem by the script that keeps relative times going.
func TestLengthsAreWrittenAsTheServerWritesThem(t *testing.T) {
	t.Parallel()

	data, err := os.ReadFile("../templates/format/testdata/lengths.json")
	if err != nil {
		t.Fatal(err)
	}

	p := startDemo(t).as(t, "dave", "/points")
	p.until("the script", `document.readyState === "complete"`)

	evaluate[bool](p, fmt.Sprintf(`Object.entries(%s).every(([seconds, length]) => [1, -1].every((sign) => {
		const time = document.createElement("time");
		time.dateTime = new Date(Date.now() + sign * seconds * 1000).toISOString();
		Object.assign(time.dataset, { time: "relative", want: sign > 0 ? "in " + length : length + " ago" });
		return document.querySelector("main").appendChild(time);
	}))`, data))
	p.until("the script writes each as the server does",
		`[...document.querySelectorAll("[data-want]")].every((time) => time.textContent === time.dataset.want)`)
}
