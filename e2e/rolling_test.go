package e2e_test

import (
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/auth/devidp"
	"github.com/graph-olap/opsconsole/internal/freeport"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// before is another program to update from, such as one of an older commit.
var before = flag.String("rolling.before", "", "path of the program before the update; by default it is the one under test")

// front is what clients ask.
type front interface {
	at() (url string)
	// waitFor waits until so many replicas get requests.
	waitFor(t *testing.T, n int)
	// remove sends none to a replica, by its URL, until it was away.
	remove(url string)
}

// TestARollingUpdateFailsNoRequest has two replicas behind a balancer replaced one after the other, under
// load: no request fails, and every stream comes back and misses no change.
func TestARollingUpdateFailsNoRequest(t *testing.T) {
	t.Parallel()

	db := storetest.PostgresURL(t)
	addresses := []string{freeport.Address(t), freeport.Address(t)}
	platform := startDemo(t)

	var front front = newBalancer(t, addresses)
	if *nginxPath != "" {
		front = newNginx(t, addresses)
	}

	args := []string{
		"serve", "--database-url", db, "--public-url", front.at(), "--control-plane-url", platform.api, "--control-plane-auth", "headers",
		"--oidc-issuer", provider(t, front.at()), "--oidc-client-id", "opsconsole", "--oidc-client-secret", "secret",
		"--poll-interval", "1s", "--log-format", "text",
	}

	if *before == "" {
		args = append(args, "--shutdown-delay", "1s", "--allow-newer-schema")
	}

	arguments := func(address string) []string { return append(slices.Clone(args), "--addr", address) }

	var replicas []*demo

	for _, address := range addresses {
		one := &demo{url: "http://" + address, program: *before}
		one.run(t, arguments(address)...)

		replicas = append(replicas, one)
	}

	front.waitFor(t, len(replicas))

	l := newLoad(t, front.at(), signedIn(t, front.at()))
	l.begin()

	l.allSeeWhatIsSaved("before the update")

	for i, one := range replicas {
		if *before != "" { // It need not know how to leave: what deploys it takes it out first.
			front.remove(one.url)
		}

		one.stop(t)

		if i == 0 && *before == "" {
			migrateAsTheNextVersion(t, db)
		}

		one.program = ""
		one.run(t, arguments(strings.TrimPrefix(one.url, "http://"))...)
		front.waitFor(t, len(replicas))
		l.allSeeWhatIsSaved(fmt.Sprintf("after replica %d was replaced", i+1))
	}

	l.end()
}

// migrateAsTheNextVersion does to the tables what a later version may, while this one uses them.
func migrateAsTheNextVersion(t *testing.T, databaseURL string) {
	t.Helper()

	db := storetest.Open(t, databaseURL)

	rows, err := db.Read().QueryContext(t.Context(), `SELECT tablename FROM pg_tables
		WHERE schemaname = current_schema() AND tablename LIKE 'opsconsole\_%' AND tablename <> 'opsconsole_migrations'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()

	var statements []string

	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}

		statements = append(statements, `ALTER TABLE `+table+` ADD COLUMN of_the_next_version TEXT`)
	}

	if err := rows.Err(); err != nil || len(statements) == 0 {
		t.Fatalf("%d tables, %v", len(statements), err)
	}

	statements = append(statements, `INSERT INTO opsconsole_migrations (version_id, is_applied) VALUES (99999, true)`)
	execute(t, db, statements)
}

func execute(t *testing.T, db *store.DB, statements []string) {
	t.Helper()

	for _, statement := range statements {
		if _, err := db.Write().ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// provider is an identity provider for the console at that URL.
func provider(t *testing.T, console string) (issuer string) {
	t.Helper()

	server := httptest.NewUnstartedServer(nil)
	issuer = "http://" + server.Listener.Addr().String()

	handler, err := devidp.New(devidp.Config{
		Issuer: issuer, ClientID: "opsconsole", ClientSecret: "secret", RedirectURI: console + auth.CallbackPath,
		PostLogoutURI: console + auth.SignedOutPath, Accounts: devidp.DemoAccounts(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}

	server.Config.Handler = handler
	server.Start()
	t.Cleanup(server.Close)

	return issuer
}

// signedIn is a browser, without its pages, in which dave has signed in.
func signedIn(t *testing.T, console string) *http.Client {
	t.Helper()

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}

	const connections = 200

	client := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: connections}, Timeout: 0}
	choice := visit(t, client, http.MethodGet, console+"/auth/start", nil)
	landed := visit(t, client, http.MethodPost, choice.String(), url.Values{"username": {"dave"}})

	if !strings.HasPrefix(landed.String(), console) {
		t.Fatalf("signing in ended at %s", landed)
	}

	return client
}

func visit(t *testing.T, client *http.Client, method, address string, form url.Values) (at *url.URL) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}

	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}

	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}

	response.Body.Close()

	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s ended at %s with %d", method, address, response.Request.URL, response.StatusCode)
	}

	return response.Request.URL
}
