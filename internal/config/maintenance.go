package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Audiences are who can read the announcements of maintenance.
func Audiences() []string { return []string{"public", "signed-in", "off"} }

func (r *reader) maintenance(f *maintenanceFlags) Maintenance {
	return Maintenance{
		Announcements:   r.oneOf(f.Announcements, Audiences()...),
		Components:      r.components(&f.AnnouncementComponents),
		Zone:            f.AnnouncementZone.text,
		Origins:         r.origins(&f.AnnouncementOrigins),
		WebhookHosts:    r.hosts(&f.WebhookAllowedHosts),
		WebhookNetworks: r.networks(&f.WebhookAllowedNetworks, "webhooks could reach everything that this machine can"),
		BlockedAuthors:  f.BlockedAuthors.items(),
		Alertmanager:    r.alertmanager(f),
	}
}

// components reads items such as database or starburst=Queries.
func (r *reader) components(l *list) []NamedComponent {
	var components []NamedComponent

	for _, item := range l.items() {
		name, label, named := strings.Cut(item, "=")
		c := NamedComponent{Name: strings.TrimSpace(name), Label: strings.TrimSpace(label)}

		switch {
		case c.Name == "" || named && c.Label == "":
			r.badf(l.setting, "has %q; write NAME or NAME=LABEL, such as starburst=Queries", item)
		case slices.ContainsFunc(components, func(other NamedComponent) bool { return other.Name == c.Name }):
			r.badf(l.setting, "has %s twice", c.Name)
		default:
			components = append(components, c)
		}
	}

	return components
}

// origins reads origins as browsers send them. Every site at once is refused: what the
// banner tells could be for signed-in users alone.
func (r *reader) origins(l *list) []string {
	var origins []string

	for _, item := range l.items() {
		u, err := url.Parse(strings.ToLower(item))

		switch {
		case item == "*":
			r.badf(l.setting, "has *, which means every site; list the sites")
		case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Scheme+"://"+u.Host != strings.ToLower(item):
			r.badf(l.setting, "has %q, which is not an origin; write one such as https://notebooks.example.com", item)
		case u.Scheme != "https" && !isLoopback(u.Hostname()):
			r.badf(l.setting, "has %q, which is not https", item)
		default:
			origins = append(origins, originOf(u))
		}
	}

	return origins
}

// originOf leaves the port of the scheme out, as browsers do.
func originOf(u *url.URL) string {
	defaults := map[string]string{"http": ":80", "https": ":443"}

	return u.Scheme + "://" + strings.TrimSuffix(u.Host, defaults[u.Scheme])
}

var hostName = regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// hosts reads names of hosts, of which *.example.com stands for all below it.
func (r *reader) hosts(l *list) []string {
	var hosts []string

	for _, item := range l.items() {
		host := strings.ToLower(item)
		if !hostName.MatchString(host) || strings.HasPrefix(host, "*.") && !strings.Contains(host[2:], ".") {
			r.badf(l.setting, "has %q, which is not a host name; write one such as hooks.slack.com or *.webhook.office.com", item)

			continue
		}

		hosts = append(hosts, host)
	}

	return slices.Compact(slices.Sorted(slices.Values(hosts)))
}
