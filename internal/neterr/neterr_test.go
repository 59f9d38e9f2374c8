package neterr_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"testing"

	"github.com/graph-olap/opsconsole/internal/neterr"
)

func TestReasonOf(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		err  error
		want neterr.Reason
	}{
		"anything":           {errors.New("broken"), neterr.Unreachable},
		"nothing":            {nil, neterr.Unreachable},
		"the asker left":     {context.Canceled, neterr.Stopped},
		"no such host":       {&net.DNSError{IsNotFound: true}, neterr.UnknownHost},
		"no name server":     {&net.DNSError{IsTimeout: true}, neterr.NoLookup},
		"certificate":        {&tls.CertificateVerificationError{Err: errors.New("expired")}, neterr.BadCertificate},
		"plain text":         {tls.RecordHeaderError{}, neterr.NotTLS},
		"HTTP at HTTPS":      {http.ErrSchemeMismatch, neterr.NotTLS},
		"its time":           {context.DeadlineExceeded, neterr.TimedOut},
		"nobody listens":     {syscall.ECONNREFUSED, neterr.Refused},
		"the network itself": {syscall.ENETUNREACH, neterr.Unreachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := neterr.ReasonOf(test.err); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}

			if test.err == nil {
				return
			}

			wrapped := fmt.Errorf("ask: %w", &url.Error{Op: "Get", URL: "https://example.com", Err: test.err})
			if got := neterr.ReasonOf(wrapped); got != test.want {
				t.Errorf("wrapped, got %v, want %v", got, test.want)
			}
		})
	}
}
