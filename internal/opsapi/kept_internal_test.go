package opsapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/ops"
)

// TestOnlyWhatIsOKIsKept asks twice for what is answered with each status.
func TestOnlyWhatIsOKIsKept(t *testing.T) {
	t.Parallel()

	for status, want := range map[int]int{http.StatusOK: 1, http.StatusAccepted: 2, http.StatusNoContent: 2} {
		s := &server{
			who:         Authenticator{HeaderNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
			dataVersion: func(context.Context) (string, error) { return "1", nil },
		}
		asked := 0
		handle := s.keep(func(*server, ops.Caller, echo.Context) (answer, error) {
			asked++

			return answer{status: status, data: asked}, nil
		})

		for range 2 {
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/ops/state", http.NoBody)
			request.RemoteAddr = "127.0.0.1:5000"
			request.Header.Set(ops.HeaderUsername, "dave")
			request.Header.Set(ops.HeaderUserRole, string(ops.RoleOps))

			recorder := httptest.NewRecorder()
			if err := handle(echo.New().NewContext(request, recorder)); err != nil || recorder.Code != status {
				t.Errorf("%d: got %d, %v", status, recorder.Code, err)
			}
		}

		if asked != want {
			t.Errorf("%d: asked %d times, want %d", status, asked, want)
		}
	}
}
