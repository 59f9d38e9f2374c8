package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"
)

const (
	// forcedEvery is the least time between two requests that strange tokens of a [sender] cause.
	forcedEvery = 10 * time.Second
	// largestKeySet is in bytes.
	largestKeySet = 1 << 20
)

// Why a signature does not hold.
var (
	errSignature  = errors.New("the key that it names has not signed it")
	errUnknownKey = errors.New("no key of the provider has signed it")
)

// keySet is the set of keys that a provider publishes: RFC 7517.
type keySet struct {
	url    string
	client *http.Client
	now    func() time.Time

	flight singleflight.Group

	mu      sync.Mutex
	keys    []jose.JSONWebKey    // nil until they were fetched
	renewal map[sender]time.Time // the last attempt to fetch them again
	failure error                // of the last attempt
}

// sender is where a token came from. Each has a bound of its own, so that what strangers send
// does not keep the console from reading what the provider answers it with a new key.
type sender string

const (
	byAnybody  sender = "anybody"
	byProvider sender = "provider" // the answer to a request of ours
)

// verify returns what was signed. Its error is [errSignature], [errUnknownKey], or why the keys cannot be had.
//
// A token whose key is not known has the keys fetched, once in [forcedEvery] whatever comes:
// anybody can send such tokens. One whose key is known has not.
func (k *keySet) verify(ctx context.Context, signed *jose.JSONWebSignature, sent sender) ([]byte, error) {
	id := signed.Signatures[0].Header.KeyID

	payload, known := verifyWith(k.current(), id, signed)
	if payload != nil {
		return payload, nil
	}

	if known && id != "" {
		return nil, errSignature
	}

	keys, err := k.renewed(ctx, sent)
	if err != nil {
		return nil, err
	}

	if payload, _ = verifyWith(keys, id, signed); payload == nil {
		return nil, errUnknownKey
	}

	return payload, nil
}

// verifyWith tries the keys of that ID, or all where a token names none. known reports
// whether there were any.
func verifyWith(keys []jose.JSONWebKey, id string, signed *jose.JSONWebSignature) (payload []byte, known bool) {
	for _, key := range keys {
		if id != "" && key.KeyID != id {
			continue
		}

		known = true

		// RFC 8725, section 3.1: a key is for one algorithm.
		if key.Algorithm != "" && key.Algorithm != signed.Signatures[0].Header.Algorithm {
			continue
		}

		if payload, err := signed.Verify(key); err == nil {
			return payload, true
		}
	}

	return nil, known
}

func (k *keySet) current() []jose.JSONWebKey {
	k.mu.Lock()
	defer k.mu.Unlock()

	return k.keys
}

// renewed fetches the keys again, unless that was just done. Before there are any, everybody
// who asks has them fetched: without them nothing can be verified.
func (k *keySet) renewed(ctx context.Context, sent sender) ([]jose.JSONWebKey, error) {
	flight := k.flight.DoChan(string(sent), func() (any, error) {
		// Others wait for it too, so it does not end with the request that began it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), providerTimeout)
		defer cancel()

		return k.fetch(ctx, sent)
	})

	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-flight:
		fetched, _ := result.Val.([]jose.JSONWebKey)

		return fetched, result.Err
	}
}

// fetch keeps the keys that are there now; those at hand stay where it fails.
func (k *keySet) fetch(ctx context.Context, sent sender) ([]jose.JSONWebKey, error) {
	now := k.now()

	k.mu.Lock()
	keys, failure := k.keys, k.failure
	soon := now.Before(k.renewal[sent].Add(forcedEvery))

	if keys != nil && !soon {
		k.renewal[sent] = now
	}
	k.mu.Unlock()

	if keys != nil && soon {
		return keys, failure
	}

	keys, err := k.get(ctx)

	k.mu.Lock()
	defer k.mu.Unlock()

	k.failure = err
	if err == nil {
		k.keys = keys
	}

	return keys, err
}

func (k *keySet) get(ctx context.Context) (keys []jose.JSONWebKey, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url, http.NoBody)
	if err != nil {
		return nil, err
	}

	response, err := k.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()

	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the provider's keys: %s", response.Status)
	}

	body, err := io.ReadAll(io.LimitReader(response.Body, largestKeySet))
	if err != nil {
		return nil, err
	}

	return parseKeys(body)
}

// parseKeys reads the keys that can have signed a token, each by itself: one that is odd
// stops no other (RFC 7517, section 5).
func parseKeys(document []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys *[]json.RawMessage `json:"keys"`
	}

	if err := json.Unmarshal(document, &set); err != nil {
		return nil, fmt.Errorf("the provider's keys: %w", err)
	}

	if set.Keys == nil {
		return nil, errors.New("the provider's keys: there is no list of keys")
	}

	keys := make([]jose.JSONWebKey, 0, len(*set.Keys))

	for _, raw := range *set.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) == nil && key.Valid() && key.IsPublic() && key.Use != "enc" {
			keys = append(keys, key)
		}
	}

	return slices.Clip(keys), nil
}
