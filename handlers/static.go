package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
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

		if e.QueryParam("v") != "" {
			e.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}

		files.ServeHTTP(e.Response(), e.Request())

		return nil
	}
}
