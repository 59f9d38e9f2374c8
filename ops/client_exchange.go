package ops

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// exchange is one call under way. It watches how far the request came, because that
// decides what a failed write may have done.
type exchange struct {
	call

	host      string
	timeout   time.Duration
	requestID string
	parent    context.Context //nolint:containedctx // asked who gave up, the caller or our timeout

	begun     bool        // the transport was handed the request
	watched   atomic.Bool // the transport tells what it does
	connected atomic.Bool // a connection was had
	arrived   atomic.Bool // the headers went out, or an answer came back
}

// watch starts an attempt and returns the context that reports on it. net/http
// asks again for a connection only when nothing was written to the last one.
func (t *exchange) watch(ctx context.Context) context.Context {
	t.begun = true
	t.arrived.Store(false)

	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {
			t.watched.Store(true)
			t.connected.Store(false)
			t.arrived.Store(false)
		},
		GotConn:      func(httptrace.GotConnInfo) { t.connected.Store(true) },
		WroteHeaders: func() { t.arrived.Store(true) },
	})
}

// mayHaveArrived reports whether the control plane may have seen the request that
// failed with err. When in doubt it may.
func (t *exchange) mayHaveArrived(err error) bool {
	switch {
	case !t.begun:
		return false
	case t.arrived.Load():
		return true
	case t.watched.Load() && givenUp(err):
		// The headers may be going out at this moment.
		return t.connected.Load()
	case t.watched.Load():
		return false
	default:
		return !dialFailed(err)
	}
}

// fail returns the error of a call that got no answer in the contract's terms.
func (t *exchange) fail(message string, cause error) *Error {
	cause = fmt.Errorf("%s %s (request %s): %w", t.method, t.path, t.requestID, cause)

	if t.write() && t.mayHaveArrived(cause) {
		message += ". It may or may not have carried out the call"
		cause = fmt.Errorf("%w: %w", ErrOutcomeUnknown, cause)
	}

	return Unavailable(ServiceControlPlane, message).Because(cause)
}

// broken says in words why no answer came back.
func (t *exchange) broken(err error) *Error {
	var (
		unresolved *net.DNSError
		untrusted  *tls.CertificateVerificationError
	)

	switch {
	case errors.Is(err, errTooLong):
		return t.fail("The control plane at "+t.host+" answered with more than 8 MiB", err)
	case errors.Is(t.parent.Err(), context.Canceled):
		return t.fail("The call to the control plane at "+t.host+" was cancelled", err)
	case t.parent.Err() != nil:
		return t.fail("The control plane at "+t.host+" did not answer in time", err)
	case givenUp(err):
		return t.fail(fmt.Sprintf("The control plane at %s did not answer within %s", t.host, t.timeout), err)
	case errors.As(err, &unresolved):
		return t.fail("The name of the control plane, "+t.host+", cannot be resolved", err)
	case errors.As(err, &untrusted):
		return t.fail("The certificate of the control plane at "+t.host+" cannot be verified", err)
	case dialFailed(err):
		return t.fail("The control plane at "+t.host+" cannot be reached: check that it runs and that its address is right", err)
	default:
		return t.fail("The connection to the control plane at "+t.host+" broke", err)
	}
}

func givenUp(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func dialFailed(err error) bool {
	var op *net.OpError

	return errors.As(err, &op) && op.Op == "dial"
}
