package auth_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestTheDatabaseAloneYieldsNothing looks through every value of every row.
func TestTheDatabaseAloneYieldsNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		idp := newFakeIDP(t)

		var secrets []string

		idp.respond = func(_ *http.Request, body claims) int {
			for _, name := range []string{"access_token", "refresh_token", "id_token"} {
				token, _ := body[name].(string)
				secrets = append(secrets, token)
			}

			return http.StatusOK
		}

		c := newConsole(t, db, idp.use)
		b := c.browser(t)
		target := ""
		b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if r.URL.Path == auth.CallbackPath {
				target = r.URL.Query().Get("state")
			}

			return nil
		}
		b.get("/begin")

		secrets = append(secrets, target, b.cookies()["opsconsole"])

		idp.clock.Advance(10 * time.Minute)
		b.get("/") // renews the tokens

		if len(secrets) != 8 || idp.renewals() != 1 {
			t.Fatalf("%d secrets after %d renewals, want 8 after 1", len(secrets), idp.renewals())
		}

		dump := dumpTables(t, db, "opsconsole_sessions", "opsconsole_sign_ins", "opsconsole_users")
		if !bytes.Contains(dump, []byte("dave@graph-olap.example.com")) {
			t.Fatalf("the dump misses what must be there:\n%s", dump)
		}

		for _, secret := range secrets {
			raw, _ := base64.RawURLEncoding.DecodeString(secret)

			for _, form := range []string{
				secret, base64.StdEncoding.EncodeToString([]byte(secret)), hex.EncodeToString([]byte(secret)),
				string(raw), hex.EncodeToString(raw),
			} {
				if form != "" && bytes.Contains(dump, []byte(form)) {
					t.Errorf("the tables hold %q", form)
				}
			}

			if strings.Contains(c.log.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
	})
}

func dumpTables(t *testing.T, db *store.DB, tables ...string) []byte {
	t.Helper()

	var dump bytes.Buffer

	for _, table := range tables {
		//nolint:unqueryvet // also the columns that come later
		rows, err := db.Read().QueryContext(context.WithoutCancel(t.Context()), "SELECT * FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()

		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}

		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new([]byte)
			}

			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}

			for i, value := range values {
				fmt.Fprintf(&dump, "%s.%s: %s\n", table, columns[i], *value.(*[]byte))
			}
		}

		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}

	return dump.Bytes()
}

// TestASessionCannotBeReadWithAnotherSecret copies the row of one session under
// the name of another, as somebody could who writes to the database.
func TestASessionCannotBeReadWithAnotherSecret(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))
	alice, dave := c.browser(t), c.browser(t)
	alicesID, davesID := alice.signIn("alice").SessionID, dave.signIn("dave").SessionID

	_, err := c.db.Write().ExecContext(t.Context(),
		`UPDATE opsconsole_sessions SET tokens = (SELECT tokens FROM opsconsole_sessions WHERE id_hash = $1) WHERE id_hash = $2`,
		davesID, alicesID)
	if err != nil {
		t.Fatal(err)
	}

	c.clock.Advance(lookLasts)
	expectKind(t, alice.get("/"), http.StatusUnauthorized, "session ended")
}

func TestADeadDatabaseIsNotASignedOutUser(t *testing.T) {
	t.Parallel()

	c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)))
	b := c.browser(t)
	b.signIn("dave")
	c.clock.Advance(lookLasts)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	request.Header.Set("Cookie", "opsconsole="+b.cookies()["opsconsole"])

	if _, err := c.auth.Identify(request); err == nil || errors.Is(err, auth.ErrSessionEnded) || errors.Is(err, auth.ErrNoCredential) {
		t.Errorf("identify: %v, want an error that ends no session", err)
	}

	recorder := httptest.NewRecorder()
	if _, err := c.auth.SignOut(recorder, request); err == nil {
		t.Error("signing out claims to have worked")
	}

	if got := b.get("/"); got.Identity.Username != "dave" {
		t.Errorf("afterwards: %+v, want dave still", got)
	}
}
