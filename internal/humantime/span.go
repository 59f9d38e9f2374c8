package humantime

import (
	"fmt"
	"time"
)

// Span writes how long something takes or lasts in its two largest units: 2 min 5 s, 3 d 4 h.
func Span(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}

	for _, unit := range []struct {
		size, small time.Duration
		name, sub   string
	}{{24 * time.Hour, time.Hour, "d", "h"}, {time.Hour, time.Minute, "h", "min"}, {time.Minute, time.Second, "min", "s"}} {
		if d < unit.size {
			continue
		}

		whole, rest := d/unit.size, d%unit.size/unit.small
		if rest == 0 {
			return fmt.Sprintf("%d %s", whole, unit.name)
		}

		return fmt.Sprintf("%d %s %d %s", whole, unit.name, rest, unit.sub)
	}

	return fmt.Sprintf("%d s", d/time.Second)
}
