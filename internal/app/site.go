package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"
)

// site is what is served on an address.
type site struct {
	address string
	// flag is the one that gives the address.
	flag    string
	handler http.Handler
}

func (s site) listen(ctx context.Context) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.address)
	if err != nil {
		err = fmt.Errorf("listen on %s: %w", s.address, err)
		if errors.Is(err, syscall.EADDRINUSE) {
			err = fmt.Errorf("%w; stop the program that uses it, or give another address with %s", err, s.flag)
		}

		return nil, err
	}

	return listener, nil
}

const (
	// headerTimeout bounds how long a client may take to say what it wants.
	headerTimeout = 10 * time.Second
	bodyTimeout   = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	answerTimeout = 2 * time.Minute
	// shutdownGrace is how long answers may take once the program is asked to end.
	shutdownGrace = 10 * time.Second
)

// newServer serves the handler; the context is that of all its requests.
func newServer(requests context.Context, handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, IdleTimeout: idleTimeout,
		// What takes longer, streams and exports, puts it off as it goes.
		WriteTimeout: answerTimeout,
		BaseContext:  func(net.Listener) context.Context { return requests },
	}
}
