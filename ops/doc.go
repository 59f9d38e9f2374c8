// Package ops is the platform's operations contract in Go: the fifteen calls an
// operator may make, the values they speak, the rules those values keep and the
// errors they answer with.
//
// Two interfaces stand for a control plane. [Platform] hands out a [Service] that
// acts as one [Caller]; [Instances] is the small part of the platform that creates
// and ends instances. Two things implement them: [Client], over REST, and the
// embedded control plane of opsconsole. Package opstest holds the suite that both
// must pass.
//
// The package imports nothing but the standard library, so it can be used on its
// own as a Go SDK for platform operations.
package ops
