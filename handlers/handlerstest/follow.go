package handlerstest

import (
	"context"
	"net/http"
	"net/http/httptest"
)

// firstMessage is a browser's end of a stream that leaves after the first message.
type firstMessage struct {
	*httptest.ResponseRecorder

	leave func()
}

func (f *firstMessage) Flush() { f.leave() }

// Follow is the first message of a stream.
func (w *World) Follow(address string) string {
	w.t.Helper()

	ctx, leave := context.WithCancel(w.t.Context())
	defer leave()

	got := &firstMessage{httptest.NewRecorder(), leave}
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	request.Header.Set("Authorization", "Bearer "+w.Token("dave"))
	w.Console.ServeHTTP(got, request)

	return got.Body.String()
}
