package config

import (
	"strings"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
)

// alertmanager is nil when no URL is given.
func (r *reader) alertmanager(f *maintenanceFlags) *Alertmanager {
	if f.AlertmanagerURL.text == "" {
		for _, s := range []setting{
			f.AlertmanagerMatchers, f.AlertmanagerUser, f.AlertmanagerPassword, f.AlertmanagerToken, f.AlertmanagerCA,
		} {
			if s.text != "" {
				r.badf(s, "is given without --alertmanager-url; give both or neither")
			}
		}

		return nil
	}

	a := &Alertmanager{
		URL:  r.httpURL(f.AlertmanagerURL, "give the URL of Alertmanager, such as https://alertmanager.example.com"),
		User: f.AlertmanagerUser.text, Password: Secret(f.AlertmanagerPassword.text), Token: Secret(f.AlertmanagerToken.text),
		Files: alertmanager.Files{
			Password: r.files[f.AlertmanagerPassword.flag], Token: r.files[f.AlertmanagerToken.flag], CA: f.AlertmanagerCA.text,
		},
	}

	matchers, err := alertmanager.ParseMatchers(f.AlertmanagerMatchers.text)
	if err != nil {
		r.badf(f.AlertmanagerMatchers, "%s", err)
	}

	a.Matchers = alertmanager.Strings(matchers)

	switch {
	case a.User == "" && a.Password != "":
		r.badf(f.AlertmanagerUser, "is missing; --alertmanager-password needs the user")
	case a.User != "" && a.Password == "":
		r.badf(f.AlertmanagerPassword, "is missing; --alertmanager-user needs the password")
	case a.User != "" && a.Token != "":
		r.badf(f.AlertmanagerToken, "is given together with --alertmanager-user; choose one")
	}

	if a.URL == nil {
		return a
	}

	// The API is asked for below it; whoever copies an address from a browser has more of it.
	if path := strings.TrimRight(a.URL.Path, "/"); strings.HasSuffix(path, "/api/v2") {
		r.badf(f.AlertmanagerURL, "ends with /api/v2; leave that out")
	}

	secret := a.Password != "" || a.Token != ""

	switch https := a.URL.Scheme == "https"; {
	case !https && secret && !isLoopback(a.URL.Hostname()):
		r.badf(f.AlertmanagerURL, "is not https; a password or token is only sent over https, or to this machine")
	case !https && a.Files.CA != "":
		r.badf(f.AlertmanagerCA, "is given but not used; --alertmanager-url is not https")
	case a.Files.CA != "":
		if _, err := alertmanager.ReadRoots(a.Files.CA); err != nil {
			r.badf(f.AlertmanagerCA, "%s", err)
		}
	}

	return a
}
