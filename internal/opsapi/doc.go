// Package opsapi serves any [ops.Platform] under the REST paths of the contract, so
// that the platform's client libraries work against it unchanged.
//
// A request is given an id, told apart by who sends it ([Authenticator]), read
// strictly, handed to the platform as that caller, and answered in the contract's
// envelopes. Which role may do what is the platform's to say; opsapi only says who
// asks. The table in routes.go is all there is to call.
//
// It is stricter than the control plane that operators run today in what it reads:
// a body must be one UTF-8 JSON object of at most 1 MiB, without doubled names, and
// a field that the operation does not know is refused rather than ignored, because
// a misspelt max_ttl that is ignored looks like one that was set. Query parameters
// that are not known are ignored: client libraries send some that only sort.
//
// GET /api/openapi.json describes all of it; openapi.json is changed with the table.
//
// GET /ready answers 503 when the platform is not ready, with the contract's body,
// because load balancers look at the status alone.
package opsapi
