package devidp

import (
	"encoding/json"
	"net/http"
)

// tokenAnswer is the token endpoint's answer as RFC 6749 has it, in sections 5.1 and 5.2.
type tokenAnswer struct {
	AccessToken  string `json:"access_token,omitempty"`
	TokenType    string `json:"token_type,omitempty"`
	RefreshToken string `json:"refresh_token,omitempty"`
	ExpiresIn    int    `json:"expires_in,omitempty"` // seconds
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope,omitempty"`

	Error       string `json:"error,omitempty"`
	Description string `json:"error_description,omitempty"`
}

func refuse(w http.ResponseWriter, code, description string) {
	answer(w, http.StatusBadRequest, tokenAnswer{Error: code, Description: description})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) //nolint:errchkjson // it may be gone by now
}
