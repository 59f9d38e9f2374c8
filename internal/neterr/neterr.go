// Package neterr tells why a request over HTTP has no answer; what to say of it is for whoever asked.
package neterr

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"syscall"
)

// Reason is why there is no answer.
type Reason int

// The reasons, of which the first that holds counts.
const (
	// Unreachable is any that is none of the others.
	Unreachable Reason = iota
	// Stopped is that whoever asked did not wait for it.
	Stopped
	// UnknownHost is that nobody has the name, NoLookup that nobody could be asked for it.
	UnknownHost
	NoLookup
	// BadCertificate is one that is not trusted, or not valid for the host or at this time.
	BadCertificate
	// NotTLS is that the host answered otherwise.
	NotTLS
	// TimedOut is that it took too long.
	TimedOut
	// Refused is that the host refused the connection.
	Refused
)

// ReasonOf returns the reason of an error of an [http.Client], or of reading its answer.
func ReasonOf(err error) Reason {
	var (
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		header      tls.RecordHeaderError
		timeout     interface{ Timeout() bool }
	)

	switch {
	case errors.Is(err, context.Canceled):
		return Stopped
	case errors.As(err, &dns) && dns.IsNotFound:
		return UnknownHost
	case errors.As(err, &dns):
		return NoLookup
	case errors.As(err, &certificate):
		return BadCertificate
	case errors.As(err, &header) || errors.Is(err, http.ErrSchemeMismatch):
		return NotTLS
	case errors.As(err, &timeout) && timeout.Timeout():
		return TimedOut
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	default:
		return Unreachable
	}
}
