package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// largestUserInfo is in bytes.
const largestUserInfo = 1 << 20

// userinfo asks the userinfo endpoint: OpenID Connect Core 1.0, section 5.3. Its error is an
// [ErrRefused] or an [ErrTokenInvalid] when the provider does not know the subject by this
// token any more, and an [ErrUnreachable] when it cannot say now.
func (e *endpoints) userinfo(ctx context.Context, accessToken, subject string) (claims map[string]any, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.discovered.UserInfoEndpoint(), http.NoBody)
	if err != nil {
		return nil, e.silent(err)
	}

	request.Header.Set("Authorization", "Bearer "+accessToken)

	response, err := e.client.Do(request)
	if err != nil {
		return nil, e.silent(err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()

	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, fail(ErrRefused, fmt.Sprintf("The identity provider at %s refuses the session", e.host),
			fmt.Errorf("userinfo endpoint: %s", response.Status))
	default:
		return nil, e.silent(fmt.Errorf("userinfo endpoint: %s", response.Status))
	}

	body, err := io.ReadAll(io.LimitReader(response.Body, largestUserInfo))
	if err != nil {
		return nil, e.silent(err)
	}

	// It may be signed: section 5.3.2.
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind == "application/jwt" {
		if body, err = e.signedUserinfo(ctx, string(body)); err != nil {
			return nil, err
		}
	}

	if err := json.Unmarshal(body, &claims); err != nil {
		return nil, e.silent(fmt.Errorf("userinfo endpoint: %w", err))
	}

	// Section 5.3.4: without the same sub, it may speak of somebody else.
	if claims[claimSubject] != subject {
		return nil, badToken(fmt.Errorf("the userinfo endpoint is about %q, not %q", claims[claimSubject], subject))
	}

	return claims, nil
}

// signedUserinfo verifies the signature; such an answer need not have times.
func (e *endpoints) signedUserinfo(ctx context.Context, raw string) ([]byte, error) {
	signed, err := parseSigned(raw)
	if err != nil {
		return nil, badToken(err)
	}

	payload, err := e.keys.verify(ctx, signed, byProvider)

	switch {
	case errors.Is(err, errSignature), errors.Is(err, errUnknownKey):
		return nil, badToken(err)
	case err != nil:
		return nil, e.silent(err)
	default:
		return payload, nil
	}
}
