package store_test

import (
	"net"
	"net/url"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestAHostThatIsGoneLeavesTimeForTheOther has a URL with two hosts, of which the first takes connections and says
// nothing: the one that writes by now is the second.
func TestAHostThatIsGoneLeavesTimeForTheOther(t *testing.T) {
	t.Parallel()

	databaseURL, err := url.Parse(storetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}

	gone, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { gone.Close() })

	databaseURL.Host = gone.Addr().String() + "," + databaseURL.Host
	query := databaseURL.Query()
	query.Set("target_session_attrs", "read-write")
	databaseURL.RawQuery = query.Encode()

	for name, limit := range map[string]string{"as it is": "", "limited for each": "&connect_timeout=2"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			db, err := store.Open(t.Context(), databaseURL.String()+limit)
			if err != nil {
				t.Fatalf("it did not come to the other host: %v", err)
			}

			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
