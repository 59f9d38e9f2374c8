package changes

import (
	"maps"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// TestChangesHaveValuesOfTheirOwn reads the same text for several changes, and changes what one of them has.
func TestChangesHaveValuesOfTheirOwn(t *testing.T) {
	t.Parallel()

	const text = `{"cluster_total": 50, "per_analyst": 5}`

	read, want := valuesRead{}, ops.Values{"cluster_total": int64(50), "per_analyst": int64(5)}

	for i := range 3 {
		var got ops.Values
		if err := read.reading(&got).Scan(text); err != nil || !maps.Equal(got, want) {
			t.Errorf("%d: got %v, %v, want %v", i, got, err, want)
		}

		got["cluster_total"] = int64(i)
		delete(got, "per_analyst")
	}

	var none ops.Values
	if err := read.reading(&none).Scan(nil); err != nil || none != nil {
		t.Errorf("NULL: got %v, %v", none, err)
	}

	for range 2 {
		if err := read.reading(&none).Scan(`{"cluster_total": 1.5}`); err == nil {
			t.Error("what is no value was read")
		}
	}
}
