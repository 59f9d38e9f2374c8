// Package tracing follows a request: by its id, which every line of the log about it has, and, where
// an OpenTelemetry collector is configured, by a trace from the request to the calls of the control
// plane that it makes, which goes on there: W3C Trace Context.
package tracing
