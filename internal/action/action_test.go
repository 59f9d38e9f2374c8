package action_test

import (
	"slices"
	"testing"

	"github.com/graph-olap/opsconsole/internal/action"
)

func TestWhatIsLeftBesideIsNamed(t *testing.T) {
	t.Parallel()

	all := []string{
		"config.save", "config.restore", "lease.extend", "lease.end",
		"window.announce", "window.change", "window.start", "window.extend", "window.end",
	}

	for _, test := range []struct{ named, want []string }{
		{nil, nil},
		{[]string{"job.trigger", "webhook.delete"}, nil},
		{[]string{"config.save"}, all[1:]},
		{[]string{"window.end", "config.save", "job.trigger"}, all[1:8]},
		{all, nil},
	} {
		if got := action.Beside(test.named); !slices.Equal(got, test.want) {
			t.Errorf("%q: got %q, want %q", test.named, got, test.want)
		}
	}
}
