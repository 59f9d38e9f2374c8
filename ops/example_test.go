package ops_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/graph-olap/opsconsole/ops"
)

// A client speaks to a control plane as whoever calls it.
func ExampleClient() {
	plane := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")

		if _, err := fmt.Fprint(w, `{"data": {"per_analyst": 5, "cluster_total": 50}}`); err != nil {
			log.Print(err)
		}
	}))
	defer plane.Close()

	client, err := ops.NewClient(ops.ClientConfig{BaseURL: plane.URL, Credentials: ops.IdentityHeaders()})
	if err != nil {
		log.Fatal(err)
	}

	limits, err := client.As(ops.Caller{Username: "dave", Role: ops.RoleOps}).GetConcurrencyConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}

	fmt.Printf("%d an analyst, %d in the cluster\n", limits.PerAnalyst, limits.ClusterTotal)
	// Output: 5 an analyst, 50 in the cluster
}

// What is wrong with an update can be told before it is sent.
func ExampleFieldErrors() {
	err := ops.ConcurrencyUpdate{PerAnalyst: 101, ClusterTotal: 50}.Validate()

	for _, field := range ops.FieldErrors(err) {
		fmt.Println(field.Field, field.Message)
	}
	// Output: body.per_analyst must be between 1 and 100
}
