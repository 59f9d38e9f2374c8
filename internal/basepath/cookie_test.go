package basepath_test

import (
	"net/http"
	"testing"

	"github.com/graph-olap/opsconsole/internal/basepath"
)

// TestCookiesAreReadAsByTheLibrary reads each as net/http does.
func TestCookiesAreReadAsByTheLibrary(t *testing.T) {
	t.Parallel()

	for _, lines := range [][]string{
		nil,
		{""},
		{"x"},
		{"x="},
		{"x=1"},
		{"x=1; x=2"},
		{"y=x=1"},
		{"y=1; x=2;"},
		{"xx=1;x=2"},
		{" x = 1 ; y=2"},
		{"x=1=2"},
		{"y=1", "x=2"},
		{`x="1"`},
		{`x="`},
		{`x=""`},
		{`x=a"b; x=2`},
		{"x=a\\b; x=2"},
		{"x=\xff; x=2"},
		{"x=ä"},
		{"x=a,b c"},
		{"x=\x7f"},
		{";;x=1"},
		{"X=1"},
		{"\tx=1\t;\ty=2"},
		{"__Host-x=1"},
		{"x;x=1"},
	} {
		r := &http.Request{Header: http.Header{"Cookie": lines}}

		want, wanted := "", false
		if cookies := r.CookiesNamed("x"); len(cookies) > 0 {
			want, wanted = cookies[0].Value, true
		}

		if got, there := basepath.CookieValue(r, "x"); got != want || there != wanted {
			t.Errorf("%q: got %q, %t, want %q, %t", lines, got, there, want, wanted)
		}
	}
}
