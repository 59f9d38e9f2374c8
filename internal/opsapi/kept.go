package opsapi

import (
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/ops"
)

const (
	// keptFor is how long an answer is kept at most, also where nothing is written.
	keptFor = time.Second
	// keptMost is how many bytes of answers are kept.
	keptMost = 4 << 20
)

// kept are answers of one version of the data, as bytes. Each is for one caller alone, in one role: whether they
// may have it was found out with it, from the same data.
type kept struct {
	mu      sync.Mutex
	version string
	since   time.Time
	answers map[keptKey][]byte
	size    int
}

type keptKey struct {
	username string
	role     ops.Role
	uri      string
}

// get returns the answer that is kept of the version, nil for none. It forgets what is of another one, or too old.
func (k *kept) get(version string, key keptKey, now time.Time) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()

	if age := now.Sub(k.since); k.version != version || age < 0 || age >= keptFor {
		k.version, k.since, k.answers, k.size = version, now, map[keptKey][]byte{}, 0
	}

	return k.answers[key]
}

// put keeps an answer that was made after the version was asked for.
func (k *kept) put(version string, key keptKey, body []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()

	size := len(body) + len(key.username) + len(key.uri)
	if k.version != version || k.size+size > keptMost {
		return
	}

	k.size += size
	k.answers[key] = body
}

// keep is serve for an operation whose answer is that of the data alone: while no more than that was committed, whoever asks the
// same again is sent the same bytes. Which data there is, is asked for each request after it came.
func (s *server) keep(run operation) echo.HandlerFunc {
	return func(c echo.Context) error {
		caller, err := s.caller(c)
		if err != nil {
			return err
		}

		version, err := s.dataVersion(c.Request().Context())
		if err != nil || version == "" { // whatever is wrong, the operation tells of it
			return s.answer(c, run, caller)
		}

		key := keptKey{caller.Username, caller.Role, c.Request().URL.RequestURI()}
		if body := s.kept.get(version, key, time.Now()); body != nil {
			return c.Blob(http.StatusOK, jsonType, body)
		}

		a, err := run(s, caller, c)

		switch {
		case err != nil:
			return err
		case a.status != http.StatusOK: // What is kept is sent as that.
			return send(c, a)
		}

		body, err := encode(envelope{Data: a.data, Meta: a.meta})
		if err != nil {
			return err
		}

		s.kept.put(version, key, body)

		return c.Blob(a.status, jsonType, body)
	}
}
