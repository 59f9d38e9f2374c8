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
			err = fmt.Errorf("%w; stop the program that has it, or give another address with %s", err, s.flag)
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

// serveOn serves the handler on the listener until the context is done.
func serveOn(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, IdleTimeout: idleTimeout,
		// What takes longer, streams and exports, puts it off as it goes.
		WriteTimeout: answerTimeout,
		// Streams end when the program does, instead of holding it up.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stopped := make(chan error, 1)

	context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
		defer cancel()

		stopped <- server.Shutdown(grace)
	})

	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}

	return <-stopped
}
