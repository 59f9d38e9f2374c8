// Package webhooks tells other systems about maintenance as it happens: any HTTPS
// endpoint with a signed JSON body, Slack, and Teams.
//
// [Webhooks] hears of every event in the transaction that writes it, and writes a
// [Delivery] for each endpoint that wants it, with the body as it will be sent, and a
// job. [Webhooks.Deliver] sends it: the attempt is written down first and its outcome
// after, so that a crash in between repeats it, and a receiver knows it by its id. What
// fails is tried again with growing pauses for 24 hours.
//
// Where it goes is held to what the configuration allows, twice: the host's name when
// an endpoint is kept and before every attempt, and the address that the name leads to
// at the moment of dialling. Redirects are not followed, proxies not asked, and of an
// answer only the status is looked at.
package webhooks
