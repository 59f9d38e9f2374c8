package auth

import (
	"errors"
	"fmt"
	"time"
)

// authTime is when the provider last asked who it is, zero where the token does not say.
func (v verified) authTime() time.Time {
	seconds, ok := v.claims["auth_time"].(float64)
	if !ok || seconds < 1 || seconds > lastSecond {
		return time.Time{}
	}

	return time.Unix(int64(seconds), 0).UTC()
}

// lastSecond is the last of the year 9999.
const lastSecond = 253_402_300_799

// checkAge checks that the sign-in is not older than what was asked for: OpenID Connect Core 1.0,
// sections 3.1.2.1 and 3.1.3.7.
func (v verified) checkAge(maxAge time.Duration, now time.Time) error {
	switch at := v.authTime(); {
	case at.IsZero():
		return errors.New("the ID token does not say when its user was asked who they are (auth_time), although max_age was sent")
	case !isWithin(at, maxAge, now):
		return fmt.Errorf("its user was last asked who they are at %s (auth_time), although max_age was %s", at, maxAge)
	default:
		return nil
	}
}

// IsFresh reports whether the provider asked who it is within the time.
func (i Identity) IsFresh(within time.Duration, now time.Time) bool {
	return !i.AuthTime.IsZero() && isWithin(i.AuthTime, within, now)
}

// isWithin reports whether it was within the time. The clocks may be apart a little, either way: what is to come
// would be new for ever.
func isWithin(at time.Time, within time.Duration, now time.Time) bool {
	age := now.Sub(at)

	return -clockSkew <= age && age <= within+clockSkew
}
