package auth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestASessionGoesByTheClockWhereThatJumps has it be used, then the clock jump, and tells whether it is open: nobody is thrown out
// by a clock that was set back, none stays open after a sleep, and what the clock was set back by is all that one lives longer.
func TestASessionGoesByTheClockWhereThatJumps(t *testing.T) {
	t.Parallel()

	const minute = time.Minute

	for name, test := range map[string]struct {
		steps []time.Duration
		open  []bool
	}{
		"less than it may be idle ahead":  {[]time.Duration{10 * minute, 49 * minute, 59 * minute}, []bool{true, true, true}},
		"an hour ahead":                   {[]time.Duration{10 * minute, 60 * minute}, []bool{true, false}},
		"a day's sleep":                   {[]time.Duration{10 * minute, 24 * 60 * minute}, []bool{true, false}},
		"an hour back":                    {[]time.Duration{10 * minute, -60 * minute, 30 * minute, 59 * minute}, []bool{true, true, true, true}},
		"an hour back, and used no more":  {[]time.Duration{10 * minute, -60 * minute, 60 * minute}, []bool{true, true, false}},
		"back before it began":            {[]time.Duration{minute, -180 * minute, 59 * minute}, []bool{true, true, true}},
		"an hour ahead and back in a day": {[]time.Duration{30 * minute, 30 * minute, -60 * minute, 30 * minute}, []bool{true, true, true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				t.Helper()

				idp := newFakeIDP(t)
				b := newConsole(t, db, idp.use).browser(t)
				b.get("/begin")

				for i, step := range test.steps {
					idp.clock.Advance(step)

					switch got := b.get("/"); {
					case test.open[i] && got.Identity.Username != "dave":
						t.Fatalf("step %d, %s: %+v, want dave", i+1, step, got)
					case !test.open[i]:
						expectKind(t, got, http.StatusUnauthorized, "session ended")
					}
				}
			})
		})
	}
}

// TestASessionEndsTwelveHoursAfterTheSignInByTheClock sets the clock back an hour meanwhile: it ends at the moment that was said.
func TestASessionEndsTwelveHoursAfterTheSignInByTheClock(t *testing.T) {
	t.Parallel()

	idp := newFakeIDP(t)
	b := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use).browser(t)
	b.get("/begin")

	ends := b.get("/").Identity.ExpiresAt

	idp.clock.Advance(-time.Hour)

	for idp.clock.Now().Add(30 * time.Minute).Before(ends) {
		if got := b.get("/"); got.Identity.Username != "dave" || !got.Identity.ExpiresAt.Equal(ends) {
			t.Fatalf("in use: %+v, want dave until %s", got, ends)
		}

		idp.clock.Advance(30 * time.Minute)
	}

	idp.clock.Set(ends)
	expectKind(t, b.get("/"), http.StatusUnauthorized, "session ended")
}
