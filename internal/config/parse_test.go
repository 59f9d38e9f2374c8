package config_test

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/config"
)

// machine has the variables NAME=value, and knows one host beside localhost by name.
func machine(out *strings.Builder, variables ...string) config.Machine {
	return config.Machine{
		LookupEnv: func(name string) (string, bool) {
			for _, v := range variables {
				if value, ok := strings.CutPrefix(v, name+"="); ok {
					return value, true
				}
			}

			return "", false
		},
		LookupHost: func(_ context.Context, host string) ([]netip.Addr, error) {
			switch host {
			case "here.example.com":
				return []netip.Addr{netip.MustParseAddr("127.0.1.1")}, nil
			case "both.example.com":
				return []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("192.0.2.7")}, nil
			case "0.0.0.0", "192.0.2.7":
				return []netip.Addr{netip.MustParseAddr(host)}, nil
			default:
				return nil, errors.New("no such host")
			}
		},
		Out: out,
	}
}

func parse(t *testing.T, args []string, variables ...string) (config.Command, error) {
	t.Helper()

	var out strings.Builder

	return config.Parse(t.Context(), args, machine(&out, variables...))
}

// serveArgs is a serve that has all it needs, with more arguments.
func serveArgs(more ...string) []string {
	return append([]string{
		"serve", "--database-url=sqlite:///var/lib/opsconsole/opsconsole.db", "--oidc-issuer=https://id.example.com",
		"--oidc-client-id=opsconsole", "--control-plane-url=https://cp.example.com",
	}, more...)
}

func parseServe(t *testing.T, args []string, variables ...string) config.Serve {
	t.Helper()

	command, err := parse(t, args, variables...)
	if err != nil {
		t.Fatal(err)
	}

	return command.(config.Serve)
}

func TestCommands(t *testing.T) {
	t.Parallel()

	for args, want := range map[string]config.Command{
		"version":                         config.Version{},
		"--version":                       config.Version{},
		"help":                            config.Help{},
		"help serve":                      config.Help{},
		"healthcheck":                     config.Healthcheck{URL: "http://127.0.0.1:8080/healthz", Timeout: 5e9},
		"healthcheck --addr :9":           config.Healthcheck{URL: "http://localhost:9/healthz", Timeout: 5e9},
		"healthcheck --addr 0.0.0.0:9":    config.Healthcheck{URL: "http://localhost:9/healthz", Timeout: 5e9},
		"healthcheck --addr [::]:9":       config.Healthcheck{URL: "http://localhost:9/healthz", Timeout: 5e9},
		"healthcheck --addr 192.0.2.7:80": config.Healthcheck{URL: "http://192.0.2.7:80/healthz", Timeout: 5e9},
		"healthcheck --timeout 1s":        config.Healthcheck{URL: "http://127.0.0.1:8080/healthz", Timeout: 1e9},
	} {
		if got, err := parse(t, strings.Fields(args)); err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", args, got, err, want)
		}
	}
}

func TestArgumentsOutsideTheCommandLine(t *testing.T) {
	t.Parallel()

	for args, want := range map[string]string{
		"":                           "a command is missing; give one of those above",
		"run":                        "unexpected argument run",
		"serve --no-such-flag":       "unknown flag --no-such-flag",
		"serve stray":                "unexpected argument stray",
		"demo --oidc-issuer=https:x": "unknown flag --oidc-issuer",
		"serve --addr":               "--addr: expected text value",
	} {
		_, err := parse(t, strings.Fields(args))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", args, err, want)
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()

	var out strings.Builder

	got, err := config.Parse(t.Context(), []string{"serve", "--help"}, machine(&out))
	if err != nil {
		t.Fatal(err)
	}

	if _, ok := got.(config.Help); !ok {
		t.Errorf("got %T, want config.Help", got)
	}

	for _, want := range []string{"--oidc-issuer", "$OPSCONSOLE_OIDC_ISSUER", "$OPSCONSOLE_OIDC_CLIENT_SECRET_FILE", "Default 5s."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the help does not say %s", want)
		}
	}
}

func TestFlagBeforeEnvironmentBeforeFileBeforeDefault(t *testing.T) {
	t.Parallel()

	file := write(t, "from file\n")

	fromFile := "OPSCONSOLE_OIDC_CLIENT_SECRET_FILE=" + file
	fromEnvironment := "OPSCONSOLE_OIDC_CLIENT_SECRET=from environment"
	fromFlag := "--oidc-client-secret=from flag"

	for want, s := range map[string]config.Serve{
		"":                 parseServe(t, serveArgs()),
		"from file":        parseServe(t, serveArgs(), fromFile),
		"from environment": parseServe(t, serveArgs(), fromFile, fromEnvironment),
		"from flag":        parseServe(t, serveArgs(fromFlag), fromFile, fromEnvironment),
	} {
		if got := string(s.OIDC.ClientSecret); got != want {
			t.Errorf("the secret is %q, want %q", got, want)
		}
	}

	for want, s := range map[string]config.Serve{
		"production": parseServe(t, serveArgs()),
		"staging":    parseServe(t, serveArgs(), "OPSCONSOLE_ENVIRONMENT=staging"),
		"test":       parseServe(t, serveArgs("--environment=test"), "OPSCONSOLE_ENVIRONMENT=staging"),
	} {
		if s.Environment.Name != want {
			t.Errorf("the environment is %q, want %q", s.Environment.Name, want)
		}
	}
}

func TestEmptyVariablesAreNotSet(t *testing.T) {
	t.Parallel()

	s := parseServe(t, serveArgs(), "OPSCONSOLE_POLL_INTERVAL=", "OPSCONSOLE_OIDC_CLIENT_SECRET_FILE=")
	if s.PollInterval != 5e9 || s.OIDC.ClientSecret != "" {
		t.Errorf("got %s and %q, want 5s and no secret", s.PollInterval, string(s.OIDC.ClientSecret))
	}
}

func TestSecretsComeFromFiles(t *testing.T) {
	t.Parallel()

	file := write(t, "hunter2\r\n")

	s := parseServe(t, []string{
		"serve", "--oidc-issuer=https://id.example.com", "--oidc-client-id=o", "--embedded",
		"--starburst-url=https://trino.example.com", "--starburst-user=console",
	},
		"OPSCONSOLE_DATABASE_URL_FILE="+write(t, "postgres://o:hunter2@db/o"),
		"OPSCONSOLE_INTERNAL_API_KEY_FILE="+file, "OPSCONSOLE_STARBURST_PASSWORD_FILE="+file)

	e := s.ControlPlane.Embedded
	if e.InternalAPIKey != "hunter2" || e.Starburst.Password != "hunter2" || s.DatabaseURL != "postgres://o:hunter2@db/o" {
		t.Errorf("got %q, %q, %q, want hunter2 in each", string(e.InternalAPIKey), string(e.Starburst.Password), string(s.DatabaseURL))
	}

	remote := parseServe(t, serveArgs("--control-plane-auth=api-key"), "OPSCONSOLE_CONTROL_PLANE_API_KEY_FILE="+file)
	if key := remote.ControlPlane.Remote.APIKey; key != "hunter2" {
		t.Errorf("got %q, want hunter2", string(key))
	}

	_, err := parse(t, serveArgs("--control-plane-auth=api-key"), "OPSCONSOLE_CONTROL_PLANE_API_KEY_FILE=/no/such/file")
	wantProblem(t, err, "--control-plane-api-key", "cannot be read")

	_, err = parse(t, serveArgs(), "OPSCONSOLE_OIDC_CLIENT_SECRET_FILE="+write(t, "\n"))
	wantProblem(t, err, "--oidc-client-secret", "is empty")

	// What is no secret is not looked for in files.
	_, err = parse(t, []string{"serve"}, "OPSCONSOLE_OIDC_ISSUER_FILE="+file)
	wantProblem(t, err, "--oidc-issuer", "is missing")
}

func TestEverythingIsReportedAtOnce(t *testing.T) {
	t.Parallel()

	_, err := parse(t, []string{"serve", "--addr=8080", "--poll-interval=often", "--log-level=loud", "--embedded=perhaps"},
		"OPSCONSOLE_SESSION_IDLE=1s", "OPSCONSOLE_ENVIRONMENT_COLOR=pink")

	problems, ok := errors.AsType[config.SettingsError](err)
	if !ok {
		t.Fatalf("got %v, want a config.SettingsError", err)
	}

	var flags []string

	for _, p := range problems {
		flags = append(flags, p.Flag)

		if want := "OPSCONSOLE_" + strings.ToUpper(strings.ReplaceAll(strings.TrimPrefix(p.Flag, "--"), "-", "_")); p.Variable != want {
			t.Errorf("%s has the variable %s, want %s", p.Flag, p.Variable, want)
		}

		if !strings.Contains(err.Error(), p.Flag+" ("+p.Variable+") "+p.Message) {
			t.Errorf("the error does not tell of %s", p.Flag)
		}
	}

	want := []string{
		"--addr", "--database-url", "--environment-color", "--poll-interval", "--session-idle", "--log-level",
		"--oidc-issuer", "--oidc-client-id", "--embedded",
	}
	if !slices.Equal(flags, want) {
		t.Errorf("got the problems of %v, want %v", flags, want)
	}
}

func wantProblem(t *testing.T, err error, flag, message string) {
	t.Helper()

	problems, _ := errors.AsType[config.SettingsError](err)
	if len(problems) == 0 {
		t.Errorf("got %v, want a problem of %s that %s", err, flag, message)
	}

	for _, p := range problems {
		if p.Flag == flag && strings.Contains(p.Message, message) {
			return
		}
	}

	t.Errorf("got %v, want a problem of %s that %s", err, flag, message)
}

func write(t *testing.T, text string) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	return path
}
