package auth_test

import (
	"database/sql"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// rotate makes the provider take a refresh token once: the second use costs the session.
func (f *fakeIDP) rotate() {
	var (
		used    = map[string]bool{}
		revoked bool
	)

	f.respond = func(request *http.Request, body claims) int {
		token := request.PostFormValue("refresh_token")
		if token == "" {
			return http.StatusOK
		}

		if revoked = revoked || used[token]; revoked {
			clear(body)

			body["error"] = "invalid_grant"

			return http.StatusBadRequest
		}

		used[token] = true

		return http.StatusOK
	}
}

// TestTwoReplicasRenewOnce has both renew one session of a provider that rotates.
func TestTwoReplicasRenewOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		idp := newFakeIDP(t)
		idp.rotate()

		first, second := newConsole(t, db, idp.use), newConsole(t, db, idp.use)
		one, two := first.browser(t), second.browser(t)
		one.get("/begin")
		two.setCookie("opsconsole", one.cookies()["opsconsole"])
		idp.set(func() { idp.arrived = func() { <-time.After(200 * time.Millisecond) } })

		for round := 1; round <= 5; round++ {
			idp.clock.Advance(9 * time.Minute)

			var group sync.WaitGroup

			answers := make([]answer, 6)
			for i := range answers {
				group.Go(func() { answers[i] = []*browser{one, two}[i%2].get("/") })
			}

			group.Wait()

			for _, got := range answers {
				if got.Identity.Username != "dave" || got.Identity.Token != answers[0].Identity.Token {
					t.Fatalf("round %d: one got %+v, another %+v, want dave with the same token twice", round, answers[0], got)
				}
			}

			if n := idp.renewals(); n != round {
				t.Fatalf("round %d: %d renewals, want %d", round, n, round)
			}
		}
	})
}

// TestAReplicaThatIsSlowKeepsItsClaim has the provider take longer than a dead replica is waited for.
func TestAReplicaThatIsSlowKeepsItsClaim(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))
	idp := newFakeIDP(t)
	idp.rotate()

	first, second := newConsole(t, db, idp.use), newConsole(t, db, idp.use)
	one, two := first.browser(t), second.browser(t)
	one.get("/begin")
	two.setCookie("opsconsole", one.cookies()["opsconsole"])
	idp.set(func() { idp.arrived = func() { <-time.After(7 * time.Second) } })
	idp.clock.Advance(9 * time.Minute)

	var (
		group sync.WaitGroup
		got   answer
	)

	group.Go(func() { got = one.get("/") })

	other := two.get("/")

	group.Wait()

	if got.Identity.Username != "dave" || other.Identity.Token != got.Identity.Token || idp.renewals() != 1 {
		t.Errorf("one got %+v, the other %+v after %d renewals, want dave with the same token twice and 1 renewal", got, other, idp.renewals())
	}
}

// TestAReplicaThatDiesDelaysBySeconds leaves the claim of one that is no more.
func TestAReplicaThatDiesDelaysBySeconds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		idp := newFakeIDP(t)
		c := newConsole(t, db, idp.use)
		b := c.browser(t)
		before := b.get("/begin").Identity

		if _, err := db.Write().ExecContext(t.Context(), `UPDATE opsconsole_sessions SET renewal = 'of the dead'`); err != nil {
			t.Fatal(err)
		}

		idp.clock.Advance(9 * time.Minute)

		began := time.Now()
		got := b.get("/")

		// Longer than 10 s is waited for nobody; a machine that is busy takes its time for the rest.
		if took := time.Since(began); took < 4*time.Second || took > time.Minute {
			t.Errorf("it took %s, want 4 s to a minute", took)
		}

		if got.Identity.Username != "dave" || got.Identity.Token == before.Token || idp.renewals() != 1 {
			t.Errorf("got %+v after %d renewals, want dave with another token and 1 renewal", got, idp.renewals())
		}

		var left sql.NullString
		if err := db.Read().QueryRowContext(t.Context(), `SELECT renewal FROM opsconsole_sessions`).Scan(&left); err != nil || left.String != "" {
			t.Errorf("%q is left of the claim (%v), want nothing", left.String, err)
		}

		idp.clock.Advance(9 * time.Minute)

		if got := b.get("/"); got.Identity.Username != "dave" || idp.renewals() != 2 {
			t.Errorf("the next got %+v after %d renewals, want dave and 2", got, idp.renewals())
		}
	})
}
