package config

import "time"

// Command is what the command line asks for: one of [Demo], [Serve], [Show], [Backup], [Restore], [AuditVerify],
// [AuditAccept], [AuditExport], [AuditPublicKey], [Healthcheck], [Version] and [Help].
type Command interface{ isCommand() }

// Demo runs the console over a synthetic platform.
type Demo struct {
	Console

	// Speed is how fast the synthetic day passes: 0 holds it still.
	Speed float64
	Seed  uint64
	// DataDir is the folder of the demo's database.
	DataDir string
}

// Serve serves the console.
type Serve struct {
	Console

	OIDC OIDC
}

// Healthcheck asks a console whether it is alive.
type Healthcheck struct {
	URL     string // of /healthz
	Timeout time.Duration
}

// Version prints the version.
type Version struct{}

// Help has been printed.
type Help struct{}

func (Demo) isCommand()        {}
func (Serve) isCommand()       {}
func (Show) isCommand()        {}
func (Healthcheck) isCommand() {}
func (Version) isCommand()     {}
func (Help) isCommand()        {}
