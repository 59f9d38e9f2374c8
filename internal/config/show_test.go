package config_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/config"
)

func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()

	secrets := []string{
		"--database-url=postgres://o:hunter2@db/o?sslpassword=hunter2", "--oidc-client-secret=hunter2",
		"--internal-api-key=hunter2", "--starburst-url=https://trino.example.com", "--starburst-user=o", "--starburst-password=hunter2",
		"--control-plane-url=", "--embedded",
	}
	s := parseServe(t, serveArgs(secrets...))

	for name, shown := range map[string]string{
		"%v": fmt.Sprintf("%v %v", s, *s.ControlPlane.Embedded), "%+v": fmt.Sprintf("%+v %+v", s, s.ControlPlane.Embedded.Starburst),
		"%#v": fmt.Sprintf("%#v", s), "String": s.OIDC.ClientSecret.String(),
		"json": marshal(t, s), "slog": logged(s),
	} {
		if strings.Contains(shown, "hunter2") {
			t.Errorf("%s shows %s", name, shown)
		}
	}

	command, err := parse(t, append([]string{"config"}, serveArgs(append(secrets, "--control-plane-api-key=hunter2")...)...))
	if err != nil {
		t.Fatal(err)
	}

	shown := show(t, command)
	if strings.Contains(shown, "hunter2") {
		t.Errorf("config shows %s", shown)
	}

	for _, want := range []string{
		`OPSCONSOLE_DATABASE_URL="postgres://o:xxxxx@db/o?(set)" # flag`, `OPSCONSOLE_OIDC_CLIENT_SECRET="(set)" # flag`,
		`OPSCONSOLE_CONTROL_PLANE_API_KEY="(set)" # flag`, `OPSCONSOLE_STARBURST_PASSWORD="(set)" # flag`,
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("config does not show %s in\n%s", want, shown)
		}
	}
}

func TestSecretsInWrongSettingsAreNotShown(t *testing.T) {
	t.Parallel()

	for _, arg := range []string{
		"--database-url=host=db password=hunter2", "--database-url=o:hunter2@db/o", "--database-url=mysql://o:hunter2@db/o",
		"--database-url=postgres://o:hunter2#@db/o", "--control-plane-url=https://o:hunter2@cp.example.com",
		"--control-plane-url=https://cp.example.com?key=hunter2", "--oidc-issuer=https://o:hunter2@id.example.com",
		"--starburst-url=o:hunter2@trino.example.com", "--oidc-issuer=https://id.example.com#hunter2",
		"--database-url=postgres://o:1#hunter2@db/o", "--database-url=postgres://o:1/hunter2@db/o",
	} {
		command, err := parse(t, append([]string{"config"}, serveArgs(arg)...))
		if err != nil {
			t.Fatal(err)
		}

		if shown := show(t, command); strings.Contains(shown, "hunter2") {
			t.Errorf("%s: config shows %s", arg, shown)
		}
	}

	command, err := parse(t, []string{"config", "--public-url=console.example.com", "--ticket-url=https://t.example.com?id={ticket}"})
	if err != nil {
		t.Fatal(err)
	}

	for _, want := range []string{
		`OPSCONSOLE_PUBLIC_URL="console.example.com" # flag`, `OPSCONSOLE_TICKET_URL="https://t.example.com?id={ticket}" # flag`,
	} {
		if shown := show(t, command); !strings.Contains(shown, want+"\n") {
			t.Errorf("config does not show %s in\n%s", want, shown)
		}
	}
}

func TestConfigShowsWhereSettingsComeFrom(t *testing.T) {
	t.Parallel()

	file := write(t, "hunter2")

	command, err := parse(t, []string{"config", "--oidc-client-id=o"}, // serve unless it says demo
		"OPSCONSOLE_OIDC_ISSUER=https://id.example.com", "OPSCONSOLE_OIDC_CLIENT_SECRET_FILE="+file)
	if err != nil {
		t.Fatal(err)
	}

	shown := show(t, command)
	for _, want := range []string{
		`OPSCONSOLE_OIDC_CLIENT_ID="o" # flag`, `OPSCONSOLE_OIDC_ISSUER="https://id.example.com" # environment`,
		`OPSCONSOLE_OIDC_CLIENT_SECRET="(set)" # file ` + file, `OPSCONSOLE_POLL_INTERVAL="5s" # default`,
		`OPSCONSOLE_PUBLIC_URL="http://127.0.0.1:8080" # default`, `OPSCONSOLE_ENVIRONMENT="production" # default`,
	} {
		if !strings.Contains(shown, want+"\n") {
			t.Errorf("config does not show %s in\n%s", want, shown)
		}
	}

	// It also shows what does not start, and says why not.
	var flags []string
	for _, p := range command.(config.Show).Problems {
		flags = append(flags, p.Flag)
	}

	if want := []string{"--database-url", "--control-plane-url"}; !slices.Equal(flags, want) {
		t.Errorf("got the problems of %v, want %v", flags, want)
	}

	if command, err = parse(t, []string{"config", "demo"}); err != nil {
		t.Fatal(err)
	}

	if shown := show(t, command); !strings.Contains(shown, `OPSCONSOLE_DATABASE_URL="sqlite://data/opsconsole.db" # default`) {
		t.Errorf("got\n%s\nwant the database's address as a default", shown)
	}
}

func show(t *testing.T, command config.Command) string {
	t.Helper()

	var out strings.Builder
	if _, err := command.(config.Show).WriteTo(&out); err != nil {
		t.Fatal(err)
	}

	return out.String()
}

func marshal(t *testing.T, v any) string {
	t.Helper()

	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

func logged(v any) string {
	var out strings.Builder

	slog.New(slog.NewTextHandler(&out, nil)).Info("configuration", slog.Any("config", v))
	slog.New(slog.NewJSONHandler(&out, nil)).Info("configuration", slog.Any("config", v))

	return out.String()
}
