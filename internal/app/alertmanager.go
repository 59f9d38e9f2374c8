package app

import (
	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// alerts is how windows silence alerts: not at all, where no Alertmanager is configured.
func (a *App) alerts(cfg *config.Alertmanager) maintenance.Alerts {
	if cfg == nil {
		return maintenance.Alerts{Matchers: []string{}}
	}

	client := alertmanager.New(alertmanager.Config{
		URL: cfg.URL, User: cfg.User, Password: string(cfg.Password), Token: string(cfg.Token), Files: cfg.Files, Now: now,
	})

	return maintenance.Alerts{
		Silencer: client, Matchers: cfg.Matchers, Environment: a.config.Environment.Name, PublicURL: a.config.PublicURL,
	}
}
