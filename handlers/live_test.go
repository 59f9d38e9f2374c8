package handlers_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// reader is a browser's end of a stream that notes until when it may take to read.
type reader struct {
	*httptest.ResponseRecorder

	deadlines []time.Time
	flushed   func()
}

func (r *reader) SetWriteDeadline(t time.Time) error {
	r.deadlines = append(r.deadlines, t)

	return nil
}

func (r *reader) Flush() { r.flushed() }

func TestAReaderThatStopsReadingIsLetGo(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	token := w.Token("dave")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/events?page=health", http.NoBody)
	request.Header.Set("Authorization", "Bearer "+token)

	got := &reader{ResponseRecorder: httptest.NewRecorder(), flushed: cancel}
	begun := time.Now()

	w.Console.ServeHTTP(got, request)

	if len(got.deadlines) == 0 {
		t.Fatal("each message can take for ever")
	}

	if within := got.deadlines[0].Sub(begun); within <= 0 || within > time.Minute {
		t.Errorf("a message may take %v, want at most a minute", within)
	}
}
