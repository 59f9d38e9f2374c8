package app

import (
	"errors"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/ops"
)

// platform is the control plane that is administered, and whom the poller asks as when
// nobody is looking.
type platform struct {
	ops.Platform
	ops.InstancesPlatform

	// embedded says that it is inside this program.
	embedded bool
	// runs are those of its jobs, counted where only its metrics tell of them, else nil.
	runs    runs.Runs
	counted *runs.Counted
	// schedule has how often its jobs run, where that is known.
	schedule map[ops.JobName]time.Duration
	caller   func(a *auth.Auth) (ops.Caller, error)
	// pollTimeout is how long the poller waits for an answer; 0 is its own default.
	pollTimeout time.Duration
}

// poller is who the console is to a control plane when it asks for itself.
const poller = "opsconsole"

func asConsole(*auth.Auth) (ops.Caller, error) {
	return ops.Caller{Username: poller, Role: ops.RoleOps}, nil
}

// remotePlatform is a control plane that runs elsewhere.
func (a *App) remotePlatform(cfg config.Remote) (platform, error) {
	credentials := map[config.RemoteAuth]ops.Credentials{
		config.Passthrough:     ops.Passthrough(),
		config.APIKey:          ops.APIKey(string(cfg.APIKey)),
		config.IdentityHeaders: ops.IdentityHeaders(),
	}[cfg.Auth]

	client, err := ops.NewClient(ops.ClientConfig{
		BaseURL: cfg.URL.String(), Credentials: credentials, Timeout: cfg.Timeout,
		Transport: a.transport(), UserAgent: "opsconsole/" + ReadVersion().Version,
	})
	if err != nil {
		return platform{}, err
	}

	counted := runs.NewCounted(a.db, now)
	// A little more than the client's own, which says better what did not answer.
	p := platform{
		Platform: client, InstancesPlatform: client, runs: counted, counted: counted,
		caller: asConsole, pollTimeout: cfg.Timeout + time.Second,
	}
	if cfg.Auth == config.Passthrough {
		p.caller = asLatestOperator
	}

	return p, nil
}

// asLatestOperator borrows the token of whoever is signed in: with passthrough the
// console has no credential of its own.
func asLatestOperator(a *auth.Auth) (ops.Caller, error) {
	token, ok := a.LatestToken()
	if !ok {
		return ops.Caller{}, errors.New(
			"Nobody with the Ops role is signed in, and the control plane is asked with the users' own tokens only.")
	}

	return ops.Caller{Username: poller, Role: ops.RoleOps, Token: token}, nil
}
