package ops_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// TestClientFindsOutWhatAControlPlaneHas without a call that does something: only what is there or missing for certain is told.
func TestClientFindsOutWhatAControlPlaneHas(t *testing.T) {
	t.Parallel()

	const (
		one      = "/api/instances/0"
		noPath   = `{"detail": "Not Found"}`
		noMethod = `{"detail": "Method Not Allowed"}`
	)

	type answer struct {
		status      int
		allow, body string
	}

	missing, post := answer{http.StatusNotFound, "", noPath}, answer{http.StatusMethodNotAllowed, "POST", noMethod}

	for name, test := range map[string]struct {
		answers map[string]answer
		want    map[ops.OptionalCall]bool
	}{
		"all are there": {map[string]answer{
			one: {http.StatusMethodNotAllowed, "GET", noMethod}, one + "/suspend": post, one + "/resume": post,
			one + "/lifecycle": {http.StatusMethodNotAllowed, "GET", noMethod}, // of GET and PUT, FastAPI tells of the first
		}, map[ops.OptionalCall]bool{ops.CallSuspend: true, ops.CallResume: true}},
		"one is missing": {map[string]answer{
			one: {http.StatusMethodNotAllowed, "GET", noMethod}, one + "/suspend": post, one + "/resume": missing,
			one + "/lifecycle": {http.StatusNoContent, "OPTIONS, PUT", ""},
		}, map[ops.OptionalCall]bool{ops.CallSuspend: true, ops.CallResume: false, ops.CallLifecycle: true}},
		"all are missing": {
			map[string]answer{one: {http.StatusNoContent, "OPTIONS, GET, DELETE", ""}},
			map[ops.OptionalCall]bool{ops.CallSuspend: false, ops.CallResume: false, ops.CallLifecycle: false},
		},
		"an older embedded's": {map[string]answer{
			one: {http.StatusNoContent, "OPTIONS, GET, DELETE", ""}, one + "/suspend": post, one + "/resume": post,
			one + "/lifecycle": {http.StatusNotFound, "", `{"error": {"code": "RESOURCE_NOT_FOUND", "message": "Path not found",
				"details": {"resource_type": "Path", "resource_id": "/api/instances/0/lifecycle"}}}`},
		}, map[ops.OptionalCall]bool{ops.CallSuspend: true, ops.CallResume: true, ops.CallLifecycle: false}},
		"it looks for the instance first": {map[string]answer{
			one: {http.StatusNoContent, "GET", ""}, one + "/suspend": {http.StatusNotFound, "", `{"error": {"code": "RESOURCE_NOT_FOUND",
				"message": "Instance 0 not found", "details": {"resource_type": "instance", "resource_id": "0"}}}`},
			one + "/resume": {http.StatusForbidden, "", `{}`}, one + "/lifecycle": {http.StatusBadGateway, "", `<h1>502</h1>`},
		}, nil},
		"no answer to OPTIONS":        {map[string]answer{}, nil},
		"a proxy answers all of it":   {map[string]answer{one: {http.StatusOK, "", ""}, one + "/suspend": {http.StatusOK, "", ""}}, nil},
		"it tells that there is none": {map[string]answer{one: {http.StatusNotFound, "", noPath}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodOptions || !strings.HasPrefix(r.URL.Path, one) {
					t.Errorf("%s %s may change something", r.Method, r.URL)
				}

				said, ok := test.answers[r.URL.Path]
				if !ok {
					said = missing
				}

				if said.allow != "" {
					w.Header().Set("Allow", said.allow)
				}

				w.WriteHeader(said.status)
				_, _ = w.Write([]byte(said.body))
			})

			got, err := client.InstancesAs(dave).(ops.Offering).Offers(t.Context())
			if err != nil || !maps.Equal(got, test.want) {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
		})
	}
}

// TestClientDoesNotKnowWhatAControlPlaneHasThatIsAway says so.
func TestClientDoesNotKnowWhatAControlPlaneHasThatIsAway(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()

	client := newClient(t, nil, func(c *ops.ClientConfig) { c.BaseURL = server.URL })

	if got, err := client.InstancesAs(dave).(ops.Offering).Offers(t.Context()); err == nil || len(got) > 0 {
		t.Errorf("got %v, %v, want an error", got, err)
	}
}
