package announce_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
)

func TestServe(t *testing.T) {
	t.Parallel()

	types := map[string]string{
		announce.PagePath:     "text/html; charset=utf-8",
		announce.CalendarPath: "text/calendar; charset=utf-8", announce.AtomPath: "application/atom+xml; charset=utf-8",
		announce.JSONPath: "application/json", announce.UptimesPath: "application/json", announce.BannerPath: "text/javascript; charset=utf-8",
	}

	for _, path := range announce.Paths() {
		t.Run(path, func(t *testing.T) {
			t.Parallel()

			f := newWorld().feeds(nil)
			r := get(t, f, "/below"+path)
			plain := r.Body.String()

			if r.Code != http.StatusOK || r.Header().Get("Content-Type") != types[path] || plain == "" ||
				r.Header().Get("Content-Length") != strconv.Itoa(len(plain)) || r.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("it answered %d, %v; want 200, %s, %d bytes and nosniff", r.Code, r.Header(), types[path], len(plain))
			}

			tag := r.Header().Get("ETag")
			if !strings.HasPrefix(tag, `"`) || !strings.HasPrefix(r.Header().Get("Cache-Control"), "public, max-age=") {
				t.Errorf("caches are told %v, want an ETag in quotes and public, max-age=", r.Header())
			}

			checkNotModified(t, f, path, r.Header())
			checkCompressed(t, f, path, plain, tag)
		})
	}
}

func checkNotModified(t *testing.T, f http.Handler, path string, headers http.Header) {
	t.Helper()

	for name, value := range map[string]string{
		"If-None-Match": `"other", ` + headers.Get("ETag"), "If-Modified-Since": headers.Get("Last-Modified"),
	} {
		again := get(t, f, path, name+": "+value)
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 || again.Header().Get("ETag") != headers.Get("ETag") ||
			again.Header().Get("Cache-Control") != headers.Get("Cache-Control") {
			t.Errorf("with %s: %s it answered %d, %v; want 304, empty, with the same ETag and Cache-Control", name, value, again.Code, again.Header())
		}
	}

	if r := get(t, f, path, `If-None-Match: "other"`); r.Code != http.StatusOK {
		t.Errorf("with another ETag it answered %d, want 200", r.Code)
	}
}

func checkCompressed(t *testing.T, f http.Handler, path, plain, plainTag string) {
	t.Helper()

	r := get(t, f, path, "Accept-Encoding: br, gzip;q=0.8")
	if r.Header().Get("Content-Encoding") != "gzip" || r.Header().Get("ETag") == plainTag ||
		!slices.Contains(r.Header().Values("Vary"), "Accept-Encoding") {
		t.Errorf("compressed it answered %v, want gzip, another ETag and Vary: Accept-Encoding", r.Header())
	}

	unzip, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Fatal(err)
	}

	got, err := io.ReadAll(unzip)
	if err != nil || string(got) != plain {
		t.Errorf("compressed it is %q, %v; want %q", got, err, plain)
	}

	if r := get(t, f, path, "Accept-Encoding: gzip", "If-None-Match: "+r.Header().Get("ETag")); r.Code != http.StatusNotModified {
		t.Errorf("with the compressed ETag it answered %d, want 304", r.Code)
	}

	for _, refusal := range []string{"gzip;q=0", "identity", "gzip;q=0.000, br"} {
		if r := get(t, f, path, "Accept-Encoding: "+refusal); r.Header().Get("Content-Encoding") != "" {
			t.Errorf("Accept-Encoding: %s got %s, want no Content-Encoding", refusal, r.Header().Get("Content-Encoding"))
		}
	}

	part := get(t, f, path, "Accept-Encoding: gzip", "Range: bytes=0-3")
	if part.Code != http.StatusPartialContent || part.Body.String() != plain[:4] {
		t.Errorf("a part of it is %d %q, want 206 %q", part.Code, part.Body, plain[:4])
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()

	f := newWorld().feeds(nil)

	for _, path := range announce.Paths() {
		for method, want := range map[string]int{
			http.MethodHead: 200, http.MethodPost: 405, http.MethodPut: 405, http.MethodDelete: 405, http.MethodOptions: 405,
		} {
			w := httptest.NewRecorder()
			f.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody))

			if w.Code != want {
				t.Errorf("%s %s answered %d, want %d", method, path, w.Code, want)
			}

			if method == http.MethodHead && (w.Body.Len() > 0 || w.Header().Get("ETag") == "") {
				t.Errorf("HEAD %s answered %d bytes, %v; want none, and an ETag", path, w.Body.Len(), w.Header())
			}
		}
	}

	if r := get(t, f, "/announcements.txt"); r.Code != http.StatusNotFound {
		t.Errorf("another path answered %d, want 404", r.Code)
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()

	const allow = "Access-Control-Allow-Origin"

	f := newWorld().feeds(nil)

	for _, path := range announce.Paths() {
		shared := path == announce.JSONPath || path == announce.UptimesPath || path == announce.BannerPath

		for origin, allowed := range map[string]bool{
			portal: true, "https://portal.example.com.evil.example": false, "http://portal.example.com": false,
			"https://PORTAL.example.com": false, "null": false, "": false,
		} {
			r := get(t, f, path, "Origin: "+origin)

			want := ""
			if allowed && shared {
				want = portal
			}

			if got := r.Header().Get(allow); got != want {
				t.Errorf("%s from %q allows %q, want %q", path, origin, got, want)
			}

			if shared && !slices.Contains(r.Header().Values("Vary"), "Origin") {
				t.Errorf("%s varies by %v, want Origin among them", path, r.Header().Values("Vary"))
			}
		}
	}

	if r := get(t, f, announce.BannerPath); r.Header().Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Error("other sites cannot load the banner")
	}

	closed := newWorld().feeds(func(c *announce.Config) { c.Origins = nil })
	if r := get(t, closed, announce.BannerPath, "Origin: "+portal); r.Header().Get(allow) != "" || r.Header().Get("Cross-Origin-Resource-Policy") != "" {
		t.Errorf("without origins it allows %v, want no other site", r.Header())
	}
}

func TestMaxAge(t *testing.T) {
	t.Parallel()

	w := newWorld()
	w.windows = []maintenance.Window{window("x", maintenance.Announced, noon.Add(20*time.Second))}
	f := w.feeds(nil)

	for path, want := range map[string]string{
		announce.JSONPath: "max-age=20,", announce.CalendarPath: "max-age=20,", announce.BannerPath: "max-age=3600,",
	} {
		if got := get(t, f, path).Header().Get("Cache-Control"); !strings.Contains(got, want) {
			t.Errorf("%s may be kept %q, want %s until the window begins", path, got, want)
		}
	}

	w.set(func(w *world) { w.now = noon.Add(time.Minute) })

	for path, want := range map[string]string{announce.JSONPath: "max-age=30,", announce.AtomPath: "max-age=300,"} {
		if got := get(t, f, path).Header().Get("Cache-Control"); !strings.Contains(got, want) {
			t.Errorf("%s may be kept %q, want %s", path, got, want)
		}
	}

	private := w.feeds(func(c *announce.Config) { c.Private = true })
	if got := get(t, private, announce.JSONPath).Header().Get("Cache-Control"); !strings.HasPrefix(got, "private,") {
		t.Errorf("for those who are signed in it may be kept %q, want private", got)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()

	f := newWorld().feeds(nil)

	var got announce.Announcements
	if err := json.Unmarshal(get(t, f, announce.JSONPath).Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}

	want := view(t, f)
	if !got.AsOf.Equal(want.AsOf) || !slices.Equal(names(got.Current), names(want.Current)) || got.Overall != want.Overall {
		t.Errorf("it is %+v, want %+v", got, want)
	}
}
