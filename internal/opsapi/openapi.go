package opsapi

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

// document describes what is served in OpenAPI 3.1. It is written by hand; the tests
// hold every route and every answer that they see against it.
//
//go:embed openapi.json
var document []byte

// openapi asks for no role, as a client library is generated before anybody signs in.
func (s *server) openapi(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/json", document)
}
