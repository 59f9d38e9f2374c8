package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// program is something that the tests or the build need on the machine.
type program struct {
	name     string
	find     func() (string, error)
	packages []string // of Debian
}

func named(names []string) ([]program, error) {
	known := []program{
		{"compiler", findCompiler, []string{"gcc", "libc6-dev"}},
		{"postgresql", postgresBin, []string{"postgresql"}},
		{"pgbouncer", findPgBouncer, []string{"pgbouncer"}},
		{"alertmanager", findAlertmanager, []string{"prometheus-alertmanager"}},
		{"prometheus", findPrometheus, []string{"prometheus"}},
		{"chromium", findChromium, []string{"chromium-headless-shell", "fonts-liberation"}},
		{"etcd", findEtcd, []string{"etcd-server"}},
		{"npm", findNPM, []string{"nodejs", "npm"}},
	}

	var found []program

	for _, name := range names {
		i := slices.IndexFunc(known, func(p program) bool { return p.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no program %q to provide", name)
		}

		found = append(found, known[i])
	}

	return found, nil
}

func findCompiler() (string, error) { return lookUp("gcc", "clang") }

// findPgBouncer looks where Debian has it, too, which is in the PATH of root alone.
func findPgBouncer() (string, error) { return lookUp("pgbouncer", "/usr/sbin/pgbouncer") }

func findAlertmanager() (string, error) { return lookUp("prometheus-alertmanager") }

// findPrometheus looks for what comes with it, too.
func findPrometheus() (string, error) {
	if _, err := lookUp("promtool"); err != nil {
		return "", err
	}

	return lookUp("prometheus")
}

func findEtcd() (string, error) { return lookUp("etcd") }

func findNPM() (string, error) { return lookUp("npm") }

func findChromium() (string, error) {
	if path := os.Getenv("OPSCONSOLE_TEST_CHROMIUM"); path != "" {
		return path, nil
	}

	// The shell is Chromium without the windows around the pages, at half the work.
	return lookUp("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
}

// postgresBin is the folder of the newest PostgreSQL server's programs, which
// Debian keeps out of PATH.
func postgresBin() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}

	best, newest := "", 0

	for _, initdb := range found {
		bin := filepath.Dir(initdb)
		if version, err := strconv.Atoi(filepath.Base(filepath.Dir(bin))); err == nil && version > newest {
			best, newest = bin, version
		}
	}

	if best != "" {
		return best, nil
	}

	initdb, err := lookUp("initdb")

	return filepath.Dir(initdb), err
}

func lookUp(names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}

	return "", fmt.Errorf("none of %s is in PATH", strings.Join(names, ", "))
}

// provide installs what is missing, as root or through a sudo that asks nothing.
func provide(ctx context.Context, wanted []program) error {
	var names, packages []string

	for _, p := range wanted {
		if _, err := p.find(); err != nil {
			names, packages = append(names, p.name), append(packages, p.packages...)
		}
	}

	if len(packages) == 0 {
		return nil
	}

	missing := fmt.Sprintf("missing: %s; on Debian: apt-get install %s", strings.Join(names, ", "), strings.Join(packages, " "))

	root, err := becomeRoot(ctx)
	if err != nil {
		return fmt.Errorf("%s (not done here: %w)", missing, err)
	}

	fmt.Fprintln(os.Stderr, "testenv: installing", strings.Join(packages, " "))

	for _, command := range [][]string{
		{"apt-get", "update"},
		append([]string{"apt-get", "install", "--yes", "--no-install-recommends"}, packages...),
	} {
		if err := passThrough(ctx, append(root, command...)); err != nil {
			return fmt.Errorf("%s: %w", missing, err)
		}
	}

	for _, p := range wanted {
		if _, err := p.find(); err != nil {
			return fmt.Errorf("%s is still missing after its installation: %w", p.name, err)
		}
	}

	return nil
}

// becomeRoot returns the words to put before a command so that it runs as root.
func becomeRoot(ctx context.Context) ([]string, error) {
	env := []string{"env", "DEBIAN_FRONTEND=noninteractive"}

	if _, err := exec.LookPath("apt-get"); err != nil {
		return nil, errors.New("there is no apt-get")
	}

	if os.Geteuid() == 0 {
		return env, nil
	}

	if err := exec.CommandContext(ctx, "sudo", "--non-interactive", "true").Run(); err != nil {
		return nil, errors.New("neither root nor a sudo without password")
	}

	return append([]string{"sudo", "--non-interactive"}, env...), nil
}

func passThrough(ctx context.Context, command []string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr

	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(command, " "), err)
	}

	return nil
}
