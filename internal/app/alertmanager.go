package app

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// alerts is how windows silence alerts: not at all, where no Alertmanager is configured.
func (a *App) alerts(cfg *config.Alertmanager) (maintenance.Alerts, error) {
	if cfg == nil {
		return maintenance.Alerts{Matchers: []string{}}, nil
	}

	roots, err := rootsIn(cfg.CA)
	if err != nil {
		return maintenance.Alerts{}, fmt.Errorf("--alertmanager-ca: %w", err)
	}

	client := alertmanager.New(alertmanager.Config{
		URL: cfg.URL, User: cfg.User, Password: string(cfg.Password), Token: string(cfg.Token), Roots: roots, Now: now,
	})

	return maintenance.Alerts{
		Silencer: client, Matchers: cfg.Matchers, Environment: a.config.Environment.Name, PublicURL: a.config.PublicURL,
	}, nil
}

// rootsIn are the authorities in a PEM file; nil, which is the system's, where there is none.
func rootsIn(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // none of our own
	}

	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}

	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New(path + " has no certificate in it; give a PEM file")
	}

	return roots, nil
}
