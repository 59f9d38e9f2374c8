package opsapi_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// FuzzRequests gives any path, query and headers. Nothing but what is written with a
// body can change a setting.
func FuzzRequests(f *testing.F) {
	worlds := fuzzedWorlds(f)

	for _, path := range []string{
		"/health", "/ready", "/metrics", "/api/cluster/health", "/api/ops/export-jobs?status=failed&limit=10",
		"/api/instances?owner=alice&status=running&search=%25&offset=0&limit=100", "/api/instances/1", "/api/config/export", "/", "//api/",
	} {
		f.Add(http.MethodGet, path, "dave", "ops", "", "", "r1")
	}

	f.Add(http.MethodDelete, "/api/instances/1", "", "", "", "k3y", "")
	f.Add(http.MethodPost, "/api/instances/1", "dave", "", "Bearer x", "", "\x00")

	f.Fuzz(func(t *testing.T, method, target, name, role, authorization, key, id string) {
		path, err := url.ParseRequestURI(target)
		if err != nil || !validMethod(method) {
			return // net/http answers this itself.
		}

		var statuses []int

		for _, w := range worlds {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.Method, r.URL, r.RequestURI, r.RemoteAddr = method, path, target, "127.0.0.1:5000"

			for header, value := range map[string]string{
				"X-Username": name, "X-User-Role": role, "Authorization": authorization, "X-Internal-Api-Key": key, "X-Request-ID": id,
			} {
				if value != "" {
					r.Header.Set(header, value)
				}
			}

			status, _ := w.ask(t, r, nil)
			statuses = append(statuses, status)
		}

		wantOneAnswer(t, statuses)
	})
}

func validMethod(method string) bool {
	_, err := http.NewRequest(method, "/", nil)

	return err == nil && method != ""
}
