package handlers

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/announce"
)

// static serves the embedded files. Their addresses carry a hash of their content, so a browser may keep them for ever. Most
// are there as they were compressed when they were built: sending them costs nothing.
func (c *console) static() echo.HandlerFunc {
	files := http.StripPrefix("/static/", http.FileServerFS(c.Static))

	return func(e echo.Context) error {
		name := e.Param("*")

		// What is in a folder is nobody's business.
		if strings.HasSuffix(e.Request().URL.Path, "/") {
			return echo.ErrNotFound
		}

		keepForEver(e)

		packed, err := fs.ReadFile(c.Static, name+".gz")
		if err != nil {
			files.ServeHTTP(e.Response(), e.Request())

			return nil //nolint:nilerr // it is a file that is not compressed, or none, which is said
		}

		header := e.Response().Header()
		header.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)

		body, coding := c.coded(e.Request(), name, packed)
		if coding == "" {
			return unpack(e, name, packed)
		}

		header.Set(echo.HeaderContentEncoding, coding)
		header.Set(echo.HeaderContentLength, strconv.Itoa(len(body)))

		return e.Blob(http.StatusOK, mime.TypeByExtension(path.Ext(name)), body)
	}
}

// coded is a file in the smallest coding that the client takes, "" for none; packed is the file by gzip.
func (c *console) coded(r *http.Request, name string, packed []byte) (body []byte, coding string) {
	if announce.Accepts(r, "br") {
		if body, err := fs.ReadFile(c.Static, name+".br"); err == nil {
			return body, "br"
		}
	}

	if announce.Accepts(r, "gzip") {
		return packed, "gzip"
	}

	return nil, ""
}

// unpack answers who takes no coding, or asks for a part of the file, which is one of it as it is.
func unpack(e echo.Context, name string, packed []byte) error {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}

	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}

	http.ServeContent(e.Response(), e.Request(), name, time.Time{}, bytes.NewReader(body))

	return nil
}

// keepForEver has a browser keep a file whose address says what is in it.
func keepForEver(e echo.Context) {
	if e.QueryParam("v") != "" {
		e.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
}
