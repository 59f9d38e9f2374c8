package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// static serves the embedded files. Their addresses carry a hash of their content, so
// a browser may keep them for ever.
func (h *Handlers) static() echo.HandlerFunc {
	files := http.StripPrefix("/static/", http.FileServerFS(h.Static))

	return func(c echo.Context) error {
		// What is in a folder is nobody's business.
		if strings.HasSuffix(c.Request().URL.Path, "/") {
			return echo.ErrNotFound
		}

		if c.QueryParam("v") != "" {
			c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}

		files.ServeHTTP(c.Response(), c.Request())

		return nil
	}
}
