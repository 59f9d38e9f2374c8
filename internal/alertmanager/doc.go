// Package alertmanager silences alerts for as long as they are not to be heard, over
// Alertmanager's API v2, as Alertmanager 0.25 and newer and Mimir have it.
//
// A silence is known by a mark in its comment: Alertmanager gives the ids, takes none of
// ours, and makes a second silence of a request that is repeated. So [Client.Keep] and
// [Client.End] look first at what is there, do one thing, and look again, until what is
// there is what is wanted: that proves it too. Neither remembers anything; whoever calls
// them again and again makes up for an answer that was lost, for an Alertmanager that was
// killed and forgot what it was told since its last snapshot, up to 15 minutes ago, and for
// what such a snapshot brings back.
package alertmanager
