// Package opstest is the conformance suite of the contract: what every control plane
// must do that is reached through [ops.Platform] and [ops.InstancesPlatform],
// whether it runs in this process or answers over REST.
//
// [Run] makes a fresh platform for each of its tests, through the function it is
// given, and uses nothing of it but the two interfaces.
package opstest
