package demo_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/demo"
)

func TestPlanRepeatsItself(t *testing.T) {
	t.Parallel()

	if !reflect.DeepEqual(demo.Plan(7, 3), demo.Plan(7, 3)) {
		t.Error("the same seed gives two days")
	}

	for _, other := range []demo.Day{demo.Plan(8, 3), demo.Plan(7, 4)} {
		if reflect.DeepEqual(demo.Plan(7, 3), other) {
			t.Error("another seed or day gives the same")
		}
	}
}

func TestPlanIsBelievable(t *testing.T) {
	t.Parallel()

	for seed := range uint64(50) {
		day := demo.Plan(seed, 0)
		names := map[string]bool{}
		atDawn, held := 0, map[string]int{}

		for i, s := range day.Sessions {
			if names[s.Name] {
				t.Errorf("seed %d: two instances are called %s", seed, s.Name)
			}

			names[s.Name] = true

			if s.Start < 7*time.Hour || s.Start > 20*time.Hour || s.End <= s.Start || s.End > 31*time.Hour {
				t.Errorf("seed %d: a session from %s to %s", seed, s.Start, s.End)
			}

			if i > 0 && s.Start < day.Sessions[i-1].Start {
				t.Errorf("seed %d: the sessions are not sorted", seed)
			}

			if s.Start <= demo.Dawn && s.End > demo.Dawn {
				held[s.Analyst]++

				if held[s.Analyst] <= 5 {
					atDawn++
				}
			}
		}

		if n := len(day.Sessions); n < 90 || n > 200 {
			t.Errorf("seed %d: %d sessions", seed, n)
		}

		if atDawn < 15 || atDawn > 40 {
			t.Errorf("seed %d: %d instances at the start", seed, atDawn)
		}
	}
}
