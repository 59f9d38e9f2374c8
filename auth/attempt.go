package auth

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// attempt is one attempt to sign in. Show all is in its cookie, and state, nonce
// and verifier follow from that: the state that comes back proves the rest.
type attempt struct {
	secret   secret
	started  time.Time
	returnTo string
	// silent is set when the provider is not to ask the user anything.
	silent bool
	// maxAge is how old the sign-in at the provider may be, in whole seconds; 0 is any age.
	maxAge time.Duration
}

// silentMark ends the cookie of an attempt that is silent.
const silentMark = ".silent"

// maxAgeMark is before the age in the cookie of an attempt that bounds it.
const maxAgeMark = ".max"

// attemptKeys are what an attempt shows to the provider.
type attemptKeys struct {
	state    string
	nonce    string
	verifier string // of PKCE
	// maxAge is the attempt's.
	maxAge time.Duration
}

func (a attempt) cookie() string { return a.secret.text() + "." + a.rest() }

func (a attempt) rest() string {
	rest := strconv.FormatInt(a.started.Unix(), 10) + "." + base64.RawURLEncoding.EncodeToString([]byte(a.returnTo))
	if a.maxAge != 0 {
		rest += maxAgeMark + strconv.Itoa(int(a.maxAge/time.Second))
	}

	if a.silent {
		rest += silentMark
	}

	return rest
}

func parseAttempt(cookie string) (a attempt, ok bool) {
	secretText, rest, _ := strings.Cut(cookie, ".")
	rest, silent := strings.CutSuffix(rest, silentMark)
	rest, ageText, aged := strings.Cut(rest, maxAgeMark)
	startedText, returnText, _ := strings.Cut(rest, ".")

	secret, ok := parseSecret(secretText)
	started, startedErr := strconv.ParseInt(startedText, 10, 64)
	returnTo, returnErr := base64.RawURLEncoding.DecodeString(returnText)

	age := 0

	var ageErr error
	if aged {
		age, ageErr = strconv.Atoi(ageText)
	}

	if !ok || ageErr != nil || startedErr != nil || returnErr != nil {
		return attempt{}, false
	}

	return attempt{
		secret: secret, started: time.Unix(started, 0), returnTo: LocalPath(string(returnTo)), silent: silent,
		maxAge: time.Duration(age) * time.Second,
	}, true
}

func (a attempt) keys() (attemptKeys, error) {
	keys := attemptKeys{maxAge: a.maxAge}

	for purpose, key := range map[string]*string{"state": &keys.state, "nonce": &keys.nonce, "verifier": &keys.verifier} {
		derived, err := a.secret.derive(purpose + " " + a.rest())
		if err != nil {
			return attemptKeys{}, err
		}

		*key = derived.text()
	}

	return keys, nil
}
