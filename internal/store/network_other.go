//go:build !linux

package store

import "syscall"

// limitUnacknowledged does nothing where systems have no such option: keep-alives have to do.
func limitUnacknowledged(string, string, syscall.RawConn) error { return nil }
