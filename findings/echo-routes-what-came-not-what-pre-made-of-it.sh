#!/usr/bin/env bash
# labstack/echo 4.16.0, with Go 1.26.
#
# Believed: what is given to Echo.Pre runs before the router, which therefore routes the request that it passes on; so a standard middleware that
# takes a prefix off, as http.StripPrefix does, puts a program under a path when it is wrapped by echo.WrapMiddleware.
# Seen: the router is asked with the *http.Request that came in. A middleware that passes on another, as the standard library's do and as
# Context.SetRequest is for, changes what the handler reads, not which handler it is: the address with the prefix is 404, and a route that has the
# prefix is served with the address that has none. Only one that writes into the request that came, as Echo's own Rewrite does, is followed.
# Bites: a program behind a proxy that keeps the path, and middleware for net/http that changes method or path on a copy, as it should.
set -euo pipefail

dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"

cat >go.mod <<'MOD'
module finding

go 1.26

require github.com/labstack/echo/v4 v4.16.0
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// under is a program that has pages at /jobs and at /ops/jobs, asked for /ops/jobs behind a middleware.
func under(before echo.MiddlewareFunc) string {
	e := echo.New()
	e.Pre(before)

	for _, path := range []string{"/jobs", "/ops/jobs"} {
		e.GET(path, func(c echo.Context) error {
			return c.String(http.StatusOK, fmt.Sprintf("the route %s reads %s", c.Path(), c.Request().URL.Path))
		})
	}

	answer := httptest.NewRecorder()
	e.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/ops/jobs", nil))

	return answer.Body.String()
}

func main() {
	strip := func(next http.Handler) http.Handler { return http.StripPrefix("/ops", next) }

	fmt.Println("http.StripPrefix:", under(echo.WrapMiddleware(strip)))
	fmt.Println("middleware.Rewrite:", under(middleware.Rewrite(map[string]string{"/ops/*": "/$1"})))

	mux := http.NewServeMux()
	mux.HandleFunc("GET /jobs", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "the route /jobs reads ", r.URL.Path) })

	answer := httptest.NewRecorder()
	strip(mux).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/ops/jobs", nil))
	fmt.Println("http.StripPrefix before http.ServeMux:", answer.Body)
}
GO
go mod tidy >/dev/null 2>&1
go run . >seen
cat seen
diff seen - <<'SEEN'
http.StripPrefix: the route /ops/jobs reads /jobs
middleware.Rewrite: the route /jobs reads /jobs
http.StripPrefix before http.ServeMux: the route /jobs reads /jobs
SEEN
