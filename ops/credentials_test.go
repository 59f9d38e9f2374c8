package ops_test

import (
	"net/http"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// identity is what a control plane can tell a caller by.
type identity struct{ authorization, username, role, key string }

func TestCredentials(t *testing.T) {
	t.Parallel()

	unnamed := ops.Caller{Role: ops.RoleOps}
	roleless := ops.Caller{Username: "dave"}

	for name, test := range map[string]struct {
		credentials ops.Credentials
		caller      ops.Caller
		want        identity
		refused     bool
	}{
		"passthrough":                   {credentials: ops.Passthrough(), caller: dave, want: identity{authorization: "Bearer dave-token"}},
		"passthrough without a token":   {credentials: ops.Passthrough(), caller: roleless, refused: true},
		"passthrough with a line break": {credentials: ops.Passthrough(), caller: ops.Caller{Token: "a\r\nb"}, refused: true},
		"API key":                       {credentials: ops.APIKey("k3y"), caller: dave, want: identity{key: "k3y"}},
		"an empty API key":              {credentials: ops.APIKey(""), caller: dave, refused: true},
		"an API key with its line end":  {credentials: ops.APIKey("k3y\n"), caller: dave, refused: true},
		"headers":                       {credentials: ops.IdentityHeaders(), caller: dave, want: identity{username: "dave", role: "ops"}},
		"headers without a role":        {credentials: ops.IdentityHeaders(), caller: roleless, want: identity{username: "dave"}},
		"headers without a name":        {credentials: ops.IdentityHeaders(), caller: unnamed, refused: true},
		"headers with a line break":     {credentials: ops.IdentityHeaders(), caller: ops.Caller{Username: "a\nb"}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			seen := make(chan http.Header, 1)
			client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				seen <- r.Header

				answering(http.StatusOK, "application/json", `{"data": {"enabled": false}}`)(w, r)
			}, func(c *ops.ClientConfig) { c.Credentials = test.credentials })

			_, err := client.As(test.caller).SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{})

			if test.refused {
				if e := ops.AsError(err); e == nil || e.Code != ops.CodeUnauthorized || !ops.NotDone(err) {
					t.Errorf("got %v, want a certain UNAUTHORIZED", err)
				}

				if len(seen) != 0 {
					t.Error("the call went out all the same")
				}

				return
			}

			if err != nil {
				t.Fatal(err)
			}

			header := <-seen
			got := identity{
				authorization: header.Get("Authorization"), key: header.Get("X-Internal-Api-Key"),
				username: header.Get("X-Username"), role: header.Get("X-User-Role"),
			}

			if got != test.want {
				t.Errorf("sent %+v, want %+v", got, test.want)
			}
		})
	}
}
