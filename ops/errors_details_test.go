package ops_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

func TestDetailsAreDecodedAsTheyWere(t *testing.T) {
	t.Parallel()

	for _, e := range []*ops.Error{
		ops.AsError(ops.Invalid([]ops.FieldError{{Field: "body.per_analyst", Message: "must be 1 or more", Type: "range"}})),
		{Code: ops.CodeRateLimitExceeded, Details: map[string]any{"resource": "job_trigger:lifecycle", "retry_after_seconds": 42}},
		{Code: ops.CodeInternal},
	} {
		data, err := json.Marshal(e.Details)
		if err != nil {
			t.Fatal(err)
		}

		if got, err := ops.DecodeDetails(e.Code, data); err != nil || !reflect.DeepEqual(got, e.Details) {
			t.Errorf("got %#v, %v, want %#v", got, err, e.Details)
		}
	}

	if _, err := ops.DecodeDetails(ops.CodeInternal, []byte(`{`)); err == nil {
		t.Error("half an object is details")
	}
}
