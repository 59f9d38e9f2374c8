package config_test

import (
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/config"
)

func TestWhatIsSaidOfAWrongLine(t *testing.T) {
	t.Parallel()

	for args, want := range map[string]string{
		"serve --adr=:1":           `unknown flag --adr, did you mean "--addr"?; try opsconsole --help`,
		"serve --log":              `unknown flag --log, did you mean one of "--log-level", "--log-format"?; try opsconsole --help`,
		"serve -x":                 `unknown flag -x, did you mean "-h"?; try opsconsole --help`,
		"serve --no-embedded":      "unknown flag --no-embedded; try opsconsole --help",
		"serve --addr":             "--addr: expected text value, and nothing follows; try opsconsole --help",
		"serve --addr --embedded":  `--addr: expected text value but got "--embedded" (long flag); perhaps try --addr="--embedded"?; try opsconsole --help`,
		"serve --addr -x":          `--addr: expected text value but got "-x" (short flag); perhaps try --addr="-x"?; try opsconsole --help`,
		"serve --embedded false":   "unexpected argument false; try opsconsole --help",
		"serv":                     `unexpected argument serv, did you mean "serve"?; try opsconsole --help`,
		"--addr=:1 serve":          "unknown flag --addr; try opsconsole --help",
		"audit":                    `expected one of "verify", "accept", "export", "public-key"; try opsconsole --help`,
		"backup":                   `expected "<file>"; try opsconsole --help`,
		"backup a b":               "unexpected argument b; try opsconsole --help",
		"config stray":             "unexpected argument stray; try opsconsole --help",
		"config --addr=:1 demo":    `flag --addr applies to the default command "serve", not "demo"; try opsconsole --help`,
		"help nonsense":            "unexpected argument nonsense; try opsconsole --help",
		"serve --nonsense --help":  "unknown flag --nonsense; try opsconsole --help",
		"--":                       `expected one of "demo", "serve", "config", "backup", "restore", ...; try opsconsole --help`,
		"config -- --addr=:1":      "unexpected argument --addr=:1; try opsconsole --help",
		"-- serve --addr=:1":       "unexpected argument --addr=:1; try opsconsole --help",
		"serve --oidc-scope=email": `unknown flag --oidc-scope, did you mean "--oidc-scopes"?; try opsconsole --help`,
	} {
		if _, err := parse(t, strings.Fields(args)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v\nwant %s", args, err, want)
		}
	}
}

func TestWhatIsGivenOnTheLine(t *testing.T) {
	t.Parallel()

	for args, want := range map[string]string{
		"config demo --addr=127.0.0.1:1 --addr 127.0.0.1:2":       `OPSCONSOLE_ADDR="127.0.0.1:2" # flag`,
		"config --addr=:1 serve --addr=:2":                        `OPSCONSOLE_ADDR=":2" # flag`,
		"config --addr=:1":                                        `OPSCONSOLE_ADDR=":1" # flag`,
		"config":                                                  `OPSCONSOLE_ADDR="127.0.0.1:8080" # default`,
		"config serve --oidc-scopes=a --oidc-scopes b,c":          `OPSCONSOLE_OIDC_SCOPES="a,b,c" # flag`,
		"config serve":                                            `OPSCONSOLE_OIDC_SCOPES="x" # environment`,
		"config serve --embedded":                                 `OPSCONSOLE_EMBEDDED="true" # flag`,
		"config serve --embedded=no":                              `OPSCONSOLE_EMBEDDED="no" # flag`,
		"config serve --environment=":                             `OPSCONSOLE_ENVIRONMENT="" # flag`,
		"config demo --kubernetes-selector=-x":                    `OPSCONSOLE_KUBERNETES_SELECTOR="-x" # flag`,
		"config serve --audit-keys=k1:secret":                     `OPSCONSOLE_AUDIT_KEYS="(set)" # flag`,
		"config serve --database-url=postgres://o:hunter2@db/ops": `OPSCONSOLE_DATABASE_URL="postgres://o:xxxxx@db/ops" # flag`,
	} {
		command, err := parse(t, strings.Fields(args), "OPSCONSOLE_OIDC_SCOPES=x")
		if err != nil {
			t.Errorf("%s: %v", args, err)

			continue
		}

		var out strings.Builder
		if _, err := command.(config.Show).WriteTo(&out); err != nil || !strings.Contains("\n"+out.String(), "\n"+want+"\n") {
			t.Errorf("%s: got %v\n%s\nwant %s", args, err, out.String(), want)
		}
	}
}

func TestHelpIsAsWideAsTheTerminal(t *testing.T) {
	t.Parallel()

	help := func(args ...string) string {
		var out strings.Builder
		if _, err := config.Parse(t.Context(), args, machine(&out, "COLUMNS=60")); err != nil {
			t.Fatal(err)
		}

		return out.String()
	}

	want := `Usage: opsconsole restore [<file>] [flags]

Make a database from such a file.

Arguments:
  [<file>]    File that opsconsole backup made.

Flags:
  -h, --help                       Show context-sensitive
                                   help.

`
	if got := help("restore", "--help"); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant it to begin with\n%s", got, want)
	}

	for line := range strings.Lines(help("help", "serve")) {
		line = strings.TrimRight(line, "\n")
		if width := len([]rune(line)); width > 60 && strings.Contains(strings.TrimSpace(line), " ") { // a word alone may be wider
			t.Errorf("a line is %d wide: %s", width, line)
		}
	}
}
