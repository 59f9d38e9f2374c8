package handlers

import (
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/announce"
)

// static serves the embedded files. Their addresses carry a hash of their content, so
// a browser may keep them for ever.
func (c *console) static() echo.HandlerFunc {
	files := http.StripPrefix("/static/", http.FileServerFS(c.Static))

	return func(e echo.Context) error {
		// What is in a folder is nobody's business.
		if strings.HasSuffix(e.Request().URL.Path, "/") {
			return echo.ErrNotFound
		}

		keepForEver(e)
		files.ServeHTTP(e.Response(), e.Request())

		return nil
	}
}

// keepForEver has a browser keep a file whose address says what is in it.
func keepForEver(e echo.Context) {
	if e.QueryParam("v") != "" {
		e.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
}

// brotli answers with the file as it was compressed when it was built, where the client takes that: it is smaller
// than what next comes to, and costs nothing.
func (c *console) brotli(next echo.HandlerFunc) echo.HandlerFunc {
	return func(e echo.Context) error {
		name := e.Param("*")

		body, err := fs.ReadFile(c.Static, name+".br")
		if err != nil || !announce.Accepts(e.Request(), "br") {
			return next(e)
		}

		header := e.Response().Header()
		header.Set(echo.HeaderContentEncoding, "br")
		header.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
		keepForEver(e)

		return e.Blob(http.StatusOK, mime.TypeByExtension(path.Ext(name)), body)
	}
}
