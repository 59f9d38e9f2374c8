package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// static serves the embedded files. Their addresses carry a hash of their content, so
// a browser may keep them for ever.
func (h *Handlers) static() echo.HandlerFunc {
	files := http.StripPrefix("/static/", http.FileServerFS(h.Static))

	return func(c echo.Context) error {
		if c.QueryParam("v") != "" {
			c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}

		files.ServeHTTP(c.Response(), c.Request())

		return nil
	}
}
