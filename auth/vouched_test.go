package auth_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestWhatTheProviderSaysOfSomebodyIsTold: at the sign-in, at each renewal, and when it does not go on.
func TestWhatTheProviderSaysOfSomebodyIsTold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		var told []string

		idp := newFakeIDP(t)
		c := newConsole(t, db, idp.use, func(cfg *auth.Config) {
			cfg.OnVouched = func(_ context.Context, who auth.Identity, vouched bool) {
				word := string(who.Role)
				if !vouched {
					word = "not vouched for"
				}

				told = append(told, who.Issuer+" "+who.Subject+" "+word)
			}
		})
		b := c.browser(t)
		b.get("/begin")

		renew := func() {
			idp.clock.Advance(10 * time.Minute)
			b.get("/")
		}
		renew()
		idp.set(func() { idp.idToken = func(c claims) { c[auth.DefaultRolesClaim] = []string{"analyst"} } })
		renew()
		idp.set(func() { idp.down = true })
		renew()
		idp.set(func() {
			idp.down, idp.respond = false, func(_ *http.Request, body claims) int {
				clear(body)
				body["error"] = "invalid_grant"

				return http.StatusBadRequest
			}
		})
		renew()

		want := []string{"ops", "ops", "analyst", "not vouched for"}
		for i := range want {
			want[i] = idp.URL + " user-1 " + want[i]
		}

		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}
