package announce

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed banner.js
var bannerScript []byte

// The paths that [Feeds] serve, below the public URL.
const (
	PagePath     = "/announcements"
	CalendarPath = "/announcements.ics"
	AtomPath     = "/announcements.atom"
	JSONPath     = "/announcements.json"
	UptimesPath  = "/announcements/components.json"
	BannerPath   = "/announcements/banner.js"
)

// Paths lists them all, for the routes.
func Paths() []string {
	return []string{PagePath, CalendarPath, AtomPath, JSONPath, UptimesPath, BannerPath}
}

// How long a copy may be used: people press reload, calendars and readers look every few minutes, the
// banner every minute, and the script changes with a new version of the console.
const (
	pageAge   = 15 * time.Second
	jsonAge   = 30 * time.Second
	feedAge   = 5 * time.Minute
	scriptAge = time.Hour
	// staleAge is how long caches may go on with a copy while the console is down.
	staleAge = 10 * time.Minute
)

// document is a body as it is sent, plain and compressed, each with its ETag.
type document struct {
	mediaType string
	// modified is when this process first saw it.
	modified time.Time
	plain    []byte
	// gzip is compressed for the first who asks for it.
	gzip         func() []byte
	tag, gzipTag string
}

func newDocument(mediaType string, body []byte) document {
	sum := sha256.Sum256(append([]byte(mediaType), body...))
	tag := base64.RawURLEncoding.EncodeToString(sum[:])

	return document{
		mediaType: mediaType, plain: body, gzip: sync.OnceValue(func() []byte { return compressed(body) }),
		tag: `"` + tag + `"`, gzipTag: `"` + tag + `-gzip"`,
	}
}

func compressed(body []byte) []byte {
	var out bytes.Buffer

	// A buffer does not fail, and the level is one that there is.
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(body)
	_ = w.Close()

	return out.Bytes()
}

// documents renders every format of a state.
func (f *Feeds) documents(ctx context.Context, v Announcements) (map[string]document, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}

	components, err := json.Marshal(v.Uptimes)
	if err != nil {
		return nil, err
	}

	feed, err := v.Atom(f.source)
	if err != nil {
		return nil, err
	}

	documents := map[string]document{
		JSONPath:     newDocument("application/json", data),
		UptimesPath:  newDocument("application/json", components),
		AtomPath:     newDocument("application/atom+xml; charset=utf-8", feed),
		CalendarPath: newDocument("text/calendar; charset=utf-8", v.Calendar(f.source)),
	}

	if f.Page != nil {
		page, err := f.Page(ctx, v)
		if err != nil {
			return nil, err
		}

		documents[PagePath] = newDocument("text/html; charset=utf-8", page)
	}

	return documents, nil
}

// ServeHTTP serves [Paths], whatever stands before them. It compresses by itself.
func (f *Feeds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This can only be read.", http.StatusMethodNotAllowed)

		return
	}

	switch name := path.Base(r.URL.Path); name {
	case path.Base(BannerPath):
		f.allow(w, r)

		if len(f.Origins) > 0 {
			// Other sites load it as a script, which the console's pages forbid.
			w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		}

		f.send(w, r, f.banner, scriptAge)
	case path.Base(PagePath):
		if f.Page == nil {
			http.NotFound(w, r)

			return
		}

		f.serveState(w, r, PagePath, pageAge)
	case path.Base(JSONPath):
		f.allow(w, r)
		f.serveState(w, r, JSONPath, jsonAge)
	case path.Base(UptimesPath):
		f.allow(w, r)
		f.serveState(w, r, UptimesPath, feedAge)
	case path.Base(AtomPath), path.Base(CalendarPath):
		f.serveState(w, r, "/"+name, feedAge)
	default:
		http.NotFound(w, r)
	}
}

// allow lets the sites that were configured read the answer.
func (f *Feeds) allow(w http.ResponseWriter, r *http.Request) {
	if len(f.Origins) == 0 {
		return
	}

	w.Header().Add("Vary", "Origin")

	if origin := r.Header.Get("Origin"); slices.Contains(f.Origins, origin) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
	}
}

func (f *Feeds) serveState(w http.ResponseWriter, r *http.Request, name string, age time.Duration) {
	s, err := f.current(r.Context())
	if err != nil {
		if r.Context().Err() == nil {
			f.Logger.ErrorContext(r.Context(), "the announcements cannot be served", slog.Any("error", err))
		}

		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Retry-After", "10")
		http.Error(w, "The announcements cannot be read right now. Try again in a few seconds.", http.StatusServiceUnavailable)

		return
	}

	// A copy is not used beyond the moment at which a window begins or ends.
	f.send(w, r, s.documents[name], min(age, max(s.changesAt.Sub(f.Now()), time.Second)))
}

func (f *Feeds) send(w http.ResponseWriter, r *http.Request, d document, age time.Duration) {
	who := "public"
	if f.Private {
		who = "private"
	}

	h := w.Header()
	h.Set("Content-Type", d.mediaType)
	h.Set("Cache-Control", who+", max-age="+seconds(age)+", stale-if-error="+seconds(staleAge))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Accept-Encoding")

	body, tag := d.plain, d.tag

	if Accepts(r, "gzip") {
		body, tag = d.gzip(), d.gzipTag

		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}

	h.Set("ETag", tag)
	http.ServeContent(w, r, "", d.modified, bytes.NewReader(body))
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// Accepts reports whether the client takes a content coding that it names, such as gzip; parts of a body are of the plain one.
func Accepts(r *http.Request, coding string) bool {
	if r.Header.Get("Range") != "" {
		return false
	}

	for item := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		named, weight, _ := strings.Cut(strings.TrimSpace(item), ";")
		if strings.EqualFold(strings.TrimSpace(named), coding) {
			if weight == "" {
				return true
			}

			quality, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)

			return err != nil || quality > 0
		}
	}

	return false
}
