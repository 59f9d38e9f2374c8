package e2e_test

import (
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/freeport"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	address, api := strings.TrimPrefix(d.url, "http://"), strings.TrimPrefix(d.api, "http://")

	tests := []struct {
		args string
		code int
		says string
	}{
		{"version", 0, "opsconsole "},
		{"--help", 0, "Usage: opsconsole"},
		{"demo --help", 0, "OPSCONSOLE_DEMO_SPEED"},
		{"config demo", 0, `OPSCONSOLE_ENVIRONMENT="demo" # default`},
		{"healthcheck --addr " + address, 0, ""},
		{"healthcheck --addr 127.0.0.1:1", 1, "opsconsole: "},
		{"", 2, "a command is missing"},
		{"help", 0, "Usage: opsconsole"},
		{"--version", 0, "opsconsole "},
		{"dance", 2, "unexpected argument dance"},
		{"demo --unknown", 2, "unknown flag --unknown"},
		{"demo --addr 0.0.0.0:8080", 2, "--addr (OPSCONSOLE_ADDR) is 0.0.0.0, which is not loopback"},
		{"config", 2, `OPSCONSOLE_OIDC_ISSUER="" # default`},
		{"serve --embedded --database-url sqlite://x.db", 2, "--oidc-issuer (OPSCONSOLE_OIDC_ISSUER) is missing"},
		{"demo --addr " + address + " --api-addr " + freeport.Address(t) + " --data-dir x", 1, "listen on " + address},
		{"demo --addr " + freeport.Address(t) + " --api-addr " + api + " --data-dir y", 1, "listen on " + api},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()

			cmd := command(t, strings.Fields(tt.args)...)
			out, _ := cmd.CombinedOutput() // the exit code is looked at

			if code := cmd.ProcessState.ExitCode(); code != tt.code || !strings.Contains(string(out), tt.says) {
				t.Errorf("ended with %d and\n%swant %d and %q", code, out, tt.code, tt.says)
			}

			if strings.Contains(string(out), "Sign in as") {
				t.Errorf("it invites to where it is not:\n%s", out)
			}
		})
	}
}
