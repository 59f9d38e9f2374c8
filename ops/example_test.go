package ops_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/graph-olap/opsconsole/ops"
)

// A client speaks to a control plane as whoever calls it.
func ExampleClient() {
	plane := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, `{"data": {"max_duration_seconds": 3600}}`)
	}))
	defer plane.Close()

	client, err := ops.NewClient(ops.ClientConfig{BaseURL: plane.URL, Credentials: ops.IdentityHeaders()})
	if err != nil {
		fmt.Println(err)

		return
	}

	export, err := client.As(ops.Caller{Username: "dave", Role: ops.RoleOps}).GetExportConfig(context.Background())
	if err != nil {
		fmt.Println(err)

		return
	}

	fmt.Printf("an export takes %d seconds at most\n", export.MaxDurationSeconds)
	// Output: an export takes 3600 seconds at most
}

// What is wrong with an update can be told before it is sent.
func ExampleFieldErrors() {
	err := ops.ExportUpdate{MaxDurationSeconds: 59}.Validate()

	for _, field := range ops.FieldErrors(err) {
		fmt.Println(field.Field, field.Message)
	}
	// Output: body.max_duration_seconds must be between 60 and 86400
}
