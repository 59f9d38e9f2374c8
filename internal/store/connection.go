package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// connectTimeout is how long a connection may take to be made, unless the URL says it for each host: a
// host that drops what it is sent would hold up whoever asks for minutes.
const connectTimeout = 5 * time.Second

// connector makes connections within a time: the driver bounds that of the network alone, and
// a server that hangs accepts connections on which it says nothing.
type connector struct {
	driver.Connector

	within time.Duration
}

// Connect implements [driver.Connector].
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.within)
	defer cancel()

	made, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}

	whole, ok := made.(*driverConn)
	if !ok {
		return nil, errors.Join(errors.New("the PostgreSQL driver's connections are not what they were"), made.Close())
	}

	return &pipelinedConn{driverConn: whole}, nil
}

// connError is an error of the connection to PostgreSQL itself. The driver passes such
// errors on as the network has them, and then nothing tells whose connection broke.
type connError struct{ cause error }

func (e *connError) Error() string { return e.cause.Error() }
func (e *connError) Unwrap() error { return e.cause }

// conn marks the errors of a connection.
type conn struct{ net.Conn }

func (c conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)

	return n, marked(err)
}

func (c conn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)

	return n, marked(err)
}

func marked(err error) error {
	if err == nil {
		return nil
	}

	return &connError{err}
}

// dialMarked dials connections whose errors are [connError].
func dialMarked(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}

		return conn{c}, nil
	}
}
