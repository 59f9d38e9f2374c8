package auth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

func TestASignInThatIsToBeFreshIs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		idp := newFakeIDP(t)
		c := newConsole(t, db, idp.use, func(cfg *auth.Config) { cfg.StepUpMaxAge = 5 * time.Minute })
		now := time.Now()

		for name, test := range map[string]struct {
			authTime any
			fresh    bool
		}{
			"just now":                   {now.Unix(), true},
			"within the age":             {now.Add(-4 * time.Minute).Unix(), true},
			"older":                      {now.Add(-7 * time.Minute).Unix(), false},
			"by a clock that is behind":  {now.Add(-5*time.Minute - 30*time.Second).Unix(), true},
			"by a clock that is ahead":   {now.Add(30 * time.Second).Unix(), true},
			"to come":                    {now.Add(7 * time.Minute).Unix(), false},
			"in milliseconds":            {now.UnixMilli(), false},
			"no time at all":             {1e300, false},
			"it does not say":            {nil, false},
			"it does not say, in a word": {"now", false},
		} {
			idp.set(func() {
				idp.idToken = func(c claims) {
					if test.authTime != nil {
						c["auth_time"] = test.authTime
					}
				}
			})

			b := c.browser(t)

			got := b.get("/begin?fresh=1")
			if test.fresh != (got.Status == http.StatusOK) || test.fresh != got.Identity.IsFresh(5*time.Minute, time.Now()) {
				t.Errorf("%s: got %+v, want it let in: %v", name, got, test.fresh)
			}

			// Nobody else has to be.
			if got := c.browser(t).get("/begin"); got.Status != http.StatusOK || got.Identity.IsFresh(5*time.Minute, time.Now()) != test.fresh {
				t.Errorf("%s, asked for nothing: got %+v, want it let in, and fresh: %v", name, got, test.fresh)
			}
		}
	})
}
