package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		events string
		want   summary
		out    string
	}{
		"what passes is counted and not told": {
			`{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
			{"Action":"pass","Package":"p","Test":"TestA/sub"}
			{"Action":"pass","Package":"p","Test":"TestA"}
			{"Action":"output","Package":"p","Output":"PASS\n"}
			{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
			{"Action":"pass","Package":"p"}`,
			summary{passed: 2},
			"ok  \tp\t0.1s\n\n2 passed, 0 failed, 0 skipped\n",
		},
		"what fails or is skipped is told with its output": {
			`{"Action":"output","Package":"p","Test":"TestA","Output":"a: wrong\n"}
			{"Action":"output","Package":"p","Test":"TestB","Output":"b: no server\n"}
			{"Action":"skip","Package":"p","Test":"TestB"}
			{"Action":"fail","Package":"p","Test":"TestA"}
			{"Action":"fail","Package":"p"}`,
			summary{failed: 1, skipped: 1},
			"b: no server\na: wrong\n\nSKIPPED p TestB\nFAILED  p TestA\n0 passed, 1 failed, 1 skipped\n",
		},
		"a test that is cut short by a panic tells what it said": {
			`{"Action":"output","Package":"p","Test":"TestA","Output":"panic: boom\n"}
			{"Action":"fail","Package":"p"}`,
			summary{failed: 1},
			"panic: boom\n\nFAILED  p\n0 passed, 1 failed, 0 skipped\n",
		},
		"a package that does not build is a failure": {
			`{"ImportPath":"p [p.test]","Action":"build-output","Output":"p/a.go:1: wrong\n"}
			{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}`,
			summary{failed: 1},
			"p/a.go:1: wrong\n\nFAILED  p\n0 passed, 1 failed, 0 skipped\n",
		},
		"a package without tests skips nothing": {
			`{"Action":"output","Package":"p","Output":"?   \tp\t[no test files]\n"}
			{"Action":"skip","Package":"p"}`,
			summary{},
			"?   \tp\t[no test files]\n\n0 passed, 0 failed, 0 skipped\n",
		},
		"what is no event is passed on": {
			"warning: odd\n" + `{"Action":"pass","Package":"p","Test":"TestA"}`,
			summary{passed: 1},
			"warning: odd\n\n1 passed, 0 failed, 0 skipped\n",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var out strings.Builder

			got, err := report(strings.NewReader(tt.events), &out)
			if err != nil {
				t.Fatal(err)
			}

			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}

			if out.String() != tt.out {
				t.Errorf("got\n%s\nwant\n%s", out.String(), tt.out)
			}
		})
	}
}
