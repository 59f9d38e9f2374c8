package auth_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

type claims = map[string]any

// fakeIDP is a provider that sends whatever a test wants: it approves at once, and
// its token endpoint answers what the functions below make of the good answer.
type fakeIDP struct {
	*httptest.Server

	clock *worldtest.Clock
	key   *rsa.PrivateKey

	mu    sync.Mutex
	nonce string
	// spent counts the refresh tokens that came.
	spent int

	// arrived is called when a token request comes in.
	arrived func()

	// What else a test may change; the lock is held when they are called.
	authorize func(answer url.Values)
	// authorized sees what an authorization request asked.
	authorized func(query url.Values)
	idToken    func(claims claims)
	sign       func(claims []byte) string
	// access makes the access token; the default is opaque.
	access   func(claims claims) string
	respond  func(request *http.Request, body claims) (status int)
	userinfo func() (status int, body claims)
	down     bool
	// keys are what its set of keys has, nil for its own key; document changes what is discovered.
	keys     func() (status int, set claims)
	document func(document claims)
	moved    claims // a set of keys elsewhere
	// asked counts the requests by path while it is up.
	asked map[string]int
	// authMethods are what the discovery document says of the token endpoint, nil for nothing.
	authMethods []string
}

const keyID = "the key"

// testKeys are the key that the provider publishes, and one that it does not.
var testKeys = sync.OnceValues(func() (published, strange *rsa.PrivateKey) {
	return newTestKey(), newTestKey()
})

// testKeyBits are as few as crypto/rsa makes: twice as many cost five times as long to make, and to sign with.
const testKeyBits = 1024

func newTestKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, testKeyBits)
	if err != nil {
		panic(err)
	}

	return key
}

func newFakeIDP(t *testing.T) *fakeIDP {
	t.Helper()

	key, _ := testKeys()
	standard := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: keyID, Algorithm: oidc.RS256}}}
	f := &fakeIDP{clock: worldtest.NewClock(time.Now()), key: key, asked: map[string]int{}}
	f.sign = f.signWith(key, oidc.RS256)

	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		standard.ServeHTTP(recorded, r)

		var document claims
		if err := json.Unmarshal(recorded.Body.Bytes(), &document); err != nil {
			t.Error(err)
		}

		f.mu.Lock()
		defer f.mu.Unlock()

		if f.authMethods != nil {
			document["token_endpoint_auth_methods_supported"] = f.authMethods
		}

		if f.document != nil {
			f.document(document)
		}

		if f.userinfo != nil {
			document["userinfo_endpoint"] = f.URL + "/userinfo"
		}

		reply(w, http.StatusOK, document)
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		change := f.keys
		f.mu.Unlock()

		if change == nil {
			standard.ServeHTTP(w, r)

			return
		}

		status, set := change()
		reply(w, status, set)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()

		reply(w, http.StatusOK, f.moved)
	})
	mux.HandleFunc("/auth", f.serveAuthorize)
	mux.HandleFunc("/token", f.serveToken)
	mux.HandleFunc("/userinfo", func(w http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()

		status, body := f.userinfo()
		reply(w, status, body)
	})
	mux.Handle("/", standard)

	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		down := f.down

		if !down {
			f.asked[r.URL.Path]++
		}
		f.mu.Unlock()

		if down {
			panic(http.ErrAbortHandler)
		}

		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	standard.SetIssuer(f.URL)

	return f
}

// use points a console at the provider, on the same clock.
func (f *fakeIDP) use(cfg *auth.Config) {
	cfg.Issuer = f.URL
	cfg.HTTPClient = f.Client()
	cfg.Now = f.clock.Now
}

// set changes what the provider does.
func (f *fakeIDP) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()

	change()
}

// requests counts those for a path.
func (f *fakeIDP) requests(path string) int {
	f.mu.Lock()
	defer f.mu.Unlock()

	return f.asked[path]
}

// renewals counts the uses of refresh tokens.
func (f *fakeIDP) renewals() int {
	f.mu.Lock()
	defer f.mu.Unlock()

	return f.spent
}

// standardClaims are those of a good token.
func (f *fakeIDP) standardClaims() claims {
	now := f.clock.Now()

	return claims{
		"iss": f.URL, "aud": clientID, "sub": "user-1",
		"iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(),
		"preferred_username": "dave", "email": "dave@graph-olap.example.com",
		auth.DefaultRolesClaim: []string{"ops"},
	}
}

// accessClaims are those of a good access token.
func (f *fakeIDP) accessClaims() claims {
	all := f.standardClaims()
	all["scope"] = "openid profile"

	return all
}

func (f *fakeIDP) signWith(key crypto.PrivateKey, algorithm string) func([]byte) string {
	return func(payload []byte) string { return oidctest.SignIDToken(key, keyID, algorithm, string(payload)) }
}

func (f *fakeIDP) jwt(c claims) string {
	payload, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}

	return f.sign(payload)
}

func (f *fakeIDP) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()

	query := r.URL.Query()
	f.nonce = query.Get("nonce")

	answer := url.Values{"code": {"the code"}, "state": {query.Get("state")}}
	if f.authorized != nil {
		f.authorized(query)
	}

	if f.authorize != nil {
		f.authorize(answer)
	}

	http.Redirect(w, r, query.Get("redirect_uri")+"?"+answer.Encode(), http.StatusSeeOther) //nolint:gosec // it has one client
}

func (f *fakeIDP) serveToken(w http.ResponseWriter, r *http.Request) {
	if f.arrived != nil {
		f.arrived()
	}

	f.mu.Lock()
	defer f.mu.Unlock()

	id := f.standardClaims()
	if r.PostFormValue("grant_type") == "refresh_token" {
		f.spent++
	} else {
		id["nonce"] = f.nonce
	}

	accessClaims := maps.Clone(id)
	delete(accessClaims, "nonce")

	accessClaims["scope"] = "openid profile"

	if f.idToken != nil {
		f.idToken(id)
	}

	access := "opaque " + rand.Text()
	if f.access != nil {
		access = f.access(accessClaims)
	}

	body := claims{
		"access_token": access, "token_type": "Bearer", "expires_in": 600,
		"refresh_token": "refresh " + rand.Text(), "id_token": f.jwt(id),
	}

	status := http.StatusOK
	if f.respond != nil {
		status = f.respond(r, body)
	}

	reply(w, status, body)
}

func reply(w http.ResponseWriter, status int, body claims) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) //nolint:errchkjson // a test that gets less will say so
}
