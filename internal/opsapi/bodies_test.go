package opsapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// limits is a body with every concurrency limit as a new platform has it, but for pairs of
// a name and its JSON, "" for none.
func limits(changed ...string) string {
	section, err := ops.SectionOf(ops.SectionConcurrency)
	if err != nil {
		panic(err)
	}

	var members []string

	for _, f := range section.Fields {
		if !slices.Contains(changed, f.Name) {
			members = append(members, fmt.Sprintf("%q: %v", f.Name, f.Default))
		}
	}

	for pair := range slices.Chunk(changed, 2) {
		if pair[1] != "" {
			members = append(members, fmt.Sprintf("%q: %s", pair[0], pair[1]))
		}
	}

	return "{" + strings.Join(members, ", ") + "}"
}

func TestBodies(t *testing.T) {
	t.Parallel()

	server := sqliteWorld(t).serve(t)

	const (
		concurrency = "/api/config/concurrency"
		maintenance = "/api/config/maintenance"
		lifecycle   = "/api/config/lifecycle"
	)

	for name, test := range map[string]struct {
		path, body string
		kind       string // the content type, application/json unless it is set
		status     int    // 422 unless it is set
		want       string
	}{
		"nothing":  {path: concurrency, want: "body missing"},
		"half":     {path: concurrency, body: `{"per_analyst": 5, "cluster`, want: "body json_invalid"},
		"and more": {path: concurrency, body: limits() + `{}`, want: "body json_invalid"},
		"a comment": {
			path: concurrency, body: `{"per_analyst": 5, /* five */ "cluster_total": 50}`,
			want: "body json_invalid",
		},
		"a list": {path: concurrency, body: `[5, 50]`, want: "body object_type"},
		"null":   {path: concurrency, body: `null`, want: "body object_type"},
		"a text": {path: concurrency, body: `"per_analyst"`, want: "body object_type"},
		"deep": {
			path: concurrency, body: strings.Repeat("[", 1<<19) + strings.Repeat("]", 1<<19),
			want: "body json_invalid",
		},
		"no UTF-8": {path: maintenance, body: "{\"enabled\": true, \"message\": \"\xff\"}", want: "body string_unicode"},
		"a form": {
			path: concurrency, kind: "application/x-www-form-urlencoded", body: `per_analyst=5`,
			want: "header.content-type content_type",
		},
		"no content type": {
			path: concurrency, kind: "-", body: limits(),
			want: "header.content-type content_type",
		},
		"too large": {
			path: maintenance, body: `{"message": "` + strings.Repeat("x", 1<<20) + `"}`, status: http.StatusRequestEntityTooLarge,
			want: "body too_large",
		},
		"missing": {path: concurrency, body: limits("per_analyst", "", "cluster_total", ""), want: "body.per_analyst missing, body.cluster_total missing"},
		"null in place of": {
			path: concurrency, body: limits("per_analyst", "null"),
			want: "body.per_analyst int_type",
		},
		"a text for a number": {
			path: concurrency, body: limits("per_analyst", `"5"`),
			want: "body.per_analyst int_type",
		},
		"a fraction": {
			path: concurrency, body: limits("per_analyst", "5.5"),
			want: "body.per_analyst int_type",
		},
		"a whole fraction": {
			path: concurrency, body: limits("per_analyst", "5.0", "cluster_total", "5e1"),
			want: "body.per_analyst int_type, body.cluster_total int_type",
		},
		"a huge number": {
			path: concurrency, body: limits("cluster_total", "99999999999999999999"),
			want: "body.cluster_total int_size",
		},
		"truth for a number": {
			path: concurrency, body: limits("per_analyst", "true", "cluster_total", "[50]"),
			want: "body.per_analyst int_type, body.cluster_total int_type",
		},
		"twice": {
			path: concurrency, body: strings.Replace(limits(), "{", `{"per_analyst": 6, `, 1),
			want: "body.per_analyst duplicate",
		},
		"in another case": {
			path: concurrency, body: limits("cluster_total", "", "Cluster_Total", "50"),
			want: "body.cluster_total missing, body.Cluster_Total extra_forbidden",
		},
		"more than is known": {
			path: concurrency, body: limits("b", "{}", "a", "1"),
			want: "body.a extra_forbidden, body.b extra_forbidden",
		},
		"a number for truth":    {path: maintenance, body: `{"enabled": 1}`, want: "body.enabled bool_type"},
		"a text for truth":      {path: maintenance, body: `{"enabled": "true"}`, want: "body.enabled bool_type"},
		"null for a message":    {path: maintenance, body: `{"enabled": true, "message": null}`, want: "body.message string_type"},
		"NUL":                   {path: maintenance, body: `{"enabled": true, "message": "a\u0000b"}`, want: "body.message encoding"},
		"a text for an object":  {path: lifecycle, body: `{"mapping": "P1D"}`, want: "body.mapping object_type"},
		"a number for duration": {path: lifecycle, body: `{"mapping": {"max_ttl": 86400}}`, want: "body.mapping.max_ttl string_type"},
		"twice, inside": {
			path: lifecycle, body: `{"mapping": {"max_ttl": "P1D", "max_ttl": "P2D"}}`,
			want: "body.mapping.max_ttl duplicate",
		},
		"misspelt, inside": {
			path: lifecycle, body: `{"mapping": {"max_tll": "P1D"}, "mappings": {}}`,
			want: "body.mappings extra_forbidden, body.mapping.max_tll extra_forbidden",
		},
		"a long name": {
			path: lifecycle, body: `{"` + strings.Repeat("ü", 500) + `": 1}`,
			want: "body." + strings.Repeat("ü", 47) + "… extra_forbidden",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			header := asDave()
			if test.kind != "" {
				header.Set("Content-Type", strings.TrimPrefix(test.kind, "-"))
			}

			status := test.status
			if status == 0 {
				status = http.StatusUnprocessableEntity
			}

			answer := server.send(t, http.MethodPut, test.path, test.body, header)
			if answer.status != status {
				t.Errorf("HTTP %d, want %d", answer.status, status)
			}

			if got := fieldsOf(t, answer.body); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()

	server := sqliteWorld(t).serve(t)

	for path, want := range map[string]string{
		"/api/ops/export-jobs?limit=":                     "query.limit int_parsing",
		"/api/ops/export-jobs?limit=ten":                  "query.limit int_parsing",
		"/api/ops/export-jobs?limit=-1":                   "query.limit range",
		"/api/ops/export-jobs?limit=1&limit=2":            "query.limit duplicate",
		"/api/ops/export-jobs?limit=99999999999999999999": "query.limit int_size",
		"/api/ops/export-jobs?limit=1%zz":                 "query query_invalid",
		"/api/ops/export-jobs?status=failed&status=x":     "query.status duplicate",
		"/api/instances?offset=-1":                        "query.offset range",
		"/api/instances?limit=0&offset=x":                 "query.offset int_parsing, query.limit range",
		"/api/instances?search=%00":                       "query.search encoding",
		"/api/instances?owner=%ff":                        "query.owner encoding",
		"/api/instances/99999999999999999999":             "path.instance_id int_size",
		"/api/instances/1%2F2":                            "path.instance_id int_parsing",
	} {
		answer := server.send(t, http.MethodGet, path, "", asDave())
		if got := fieldsOf(t, answer.body); got != want || answer.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, %s; want %s", path, answer.status, got, want)
		}
	}

	for _, path := range []string{"/api/ops/export-jobs?status=&sort_by=x", "/api/instances?status=&offset=0&created_after="} {
		if answer := server.send(t, http.MethodGet, path, "", asDave()); answer.status != http.StatusOK {
			t.Errorf("%s: got %d %s, want 200", path, answer.status, answer.body)
		}
	}
}
