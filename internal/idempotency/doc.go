// Package idempotency keeps what was asked for under a key, so that it is done once however
// often it is asked: draft-ietf-httpapi-idempotency-key-header.
//
// A key is claimed before anything is looked at, by one request of all replicas. What the
// request does is noted in the transaction that writes it down first, as the number of its
// entry in the audit log; what never gets there leaves nothing behind. Who asks again is
// given the answer, or, where there is none, what the entry has come to by then.
package idempotency
