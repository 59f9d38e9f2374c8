package ops

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// OptionalCall is a call on an instance that a control plane may lack: the last part of its path.
type OptionalCall string

// The calls of the contract's section 8 that change something.
const (
	CallSuspend   OptionalCall = "suspend"
	CallResume    OptionalCall = "resume"
	CallLifecycle OptionalCall = "lifecycle"
)

// OptionalCalls lists them.
func OptionalCalls() []OptionalCall { return []OptionalCall{CallSuspend, CallResume, CallLifecycle} }

// Offering is implemented by [Instances] that can find out what their control plane has without a call that does something.
type Offering interface {
	// Offers says of each call whether there is one, as far as the control plane tells: it does not of those that are left out.
	Offers(ctx context.Context) (map[OptionalCall]bool, error)
}

var _ Offering = session{}

// Offers implements [Offering] by OPTIONS, which changes nothing. No instance has the number 0. A path that is not there counts
// as missing only where the answer for one that every control plane has tells of its methods: many servers have no answer
// to OPTIONS at all. That a method is not told of means nothing, as some tell of the first alone.
func (s session) Offers(ctx context.Context) (map[OptionalCall]bool, error) {
	calls := OptionalCalls()
	missing, there := make([]bool, len(calls)), make([]bool, len(calls))

	var (
		asking sync.WaitGroup
		tells  bool
		failed error
	)

	asking.Go(func() {
		t, a, err := s.options(ctx, instancePath(0))
		if failed = err; err == nil {
			tells = a.header.Get("Allow") != "" && !t.isMissing(a)
		}
	})

	for at, call := range calls {
		asking.Go(func() {
			t, a, err := s.options(ctx, instancePath(0)+"/"+string(call))
			missing[at], there[at] = err == nil && t.isMissing(a), err == nil && a.allows(call.method())
		})
	}

	asking.Wait()

	offers := map[OptionalCall]bool{}

	for at, call := range calls {
		if tells && (missing[at] || there[at]) {
			offers[call] = there[at]
		}
	}

	return offers, failed
}

// method is the one that the call is made with.
func (c OptionalCall) method() string {
	if c == CallLifecycle {
		return http.MethodPut
	}

	return http.MethodPost
}

// allows reports whether the answer tells of the method.
func (a answer) allows(method string) bool {
	return slices.ContainsFunc(strings.Split(a.header.Get("Allow"), ","), func(m string) bool { return strings.TrimSpace(m) == method })
}

// options asks what can be done at a path, and takes any answer.
func (s session) options(ctx context.Context, path string) (*exchange, answer, error) {
	return s.exchange(ctx, call{method: http.MethodOptions, path: path})
}

// isMissing reports whether the answer says that there is no such path, rather than no such instance.
func (t *exchange) isMissing(a answer) bool {
	r, _ := readRefusal(a.status, a.body)

	return a.status == http.StatusNotFound && strings.TrimSpace(a.header.Get("Allow")) == "" && lacks(a.status, r)
}
