package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestProvideSaysWhatIsMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // no apt-get in it

	here := func() (string, error) { return "/here", nil }
	away := func() (string, error) { return "", errors.New("not found") }

	err := provide(t.Context(), []program{
		{"the first", here, []string{"one"}},
		{"the second", away, []string{"two", "three"}},
	})
	if err == nil {
		t.Fatal("nothing was said")
	}

	for _, want := range []string{"the second", "apt-get install two three", "no apt-get"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}

	if strings.Contains(err.Error(), "the first") {
		t.Errorf("%q names what is there", err)
	}
}

func TestProvideInstallsWhatIsMissing(t *testing.T) {
	bin, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))

	// An apt-get that notes what it is asked for, and a sudo that lets it.
	script(t, bin, "apt-get", `echo "$@" >>"`+log+`"`)
	script(t, bin, "sudo", `shift; exec "$@"`)

	installed := func() (string, error) {
		said, err := os.ReadFile(log)
		if err != nil || !strings.Contains(string(said), "install") {
			return "", errors.New("not found")
		}

		return "/here", nil
	}

	if err := provide(t.Context(), []program{{"the program", installed, []string{"one", "two"}}}); err != nil {
		t.Fatal(err)
	}

	said, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}

	if want := "update\ninstall --yes --no-install-recommends one two\n"; string(said) != want {
		t.Errorf("apt-get was asked for\n%swant\n%s", said, want)
	}

	never := func() (string, error) { return "", errors.New("not found") }
	if err := provide(t.Context(), []program{{"a ghost", never, []string{"ghost"}}}); err == nil {
		t.Error("what is still missing after its installation was not noticed")
	}
}

func script(t *testing.T, dir, name, body string) {
	t.Helper()

	//nolint:gosec // a script has to be executable
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}
