package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// part is something that others wrote and that is shipped.
type part struct {
	// kind is "golang" or "npm", as package URLs have it.
	kind, name, version string
	// texts are its licences and notices, each once.
	texts []string
}

func (p part) String() string { return p.name + " " + p.version }

// licenses are what the texts are, as SPDX names them, sorted.
func (p part) licenses() ([]string, error) {
	var found []string

	for _, text := range p.texts {
		found = append(found, kindsOf(text)...)
	}

	if len(found) == 0 {
		return nil, fmt.Errorf("%s: its licence is none that kinds knows", p)
	}

	slices.Sort(found)

	return slices.Compact(found), nil
}

// parts are all that the program at root consists of, on every system that it is built for.
func parts(ctx context.Context, root string) ([]part, error) {
	modules := map[string]part{}

	for _, system := range []string{"linux", "darwin", "windows"} {
		if err := addModules(ctx, root, system, modules); err != nil {
			return nil, err
		}
	}

	browsers, err := bundled(filepath.Join(root, "static", "LICENSES.txt"))
	if err != nil {
		return nil, err
	}

	all := browsers
	for _, module := range modules {
		all = append(all, module)
	}

	slices.SortFunc(all, func(a, b part) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name)) })

	return all, nil
}

// goPackage is what is read of go list's answer.
type goPackage struct {
	Dir      string
	Standard bool
	Module   *struct {
		Path, Version, Dir string
		Main               bool
	}
}

func addModules(ctx context.Context, root, system string, modules map[string]part) error {
	list := exec.CommandContext(ctx, "go", "list", "-deps", "-json=Dir,Standard,Module", ".")
	list.Dir, list.Stderr = root, os.Stderr
	list.Env = append(list.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")

	said, err := list.Output()
	if err != nil {
		return fmt.Errorf("go list for %s: %w", system, err)
	}

	for decoder := json.NewDecoder(strings.NewReader(string(said))); ; {
		var p goPackage

		switch err := decoder.Decode(&p); { //nolint:musttag // go list spells them so
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}

		if err := addPackage(ctx, p, modules); err != nil {
			return err
		}
	}
}

// addPackage adds what the folders from the package's up to its module's say of licences.
func addPackage(ctx context.Context, p goPackage, modules map[string]part) error {
	switch {
	case p.Standard:
		return addStandard(ctx, modules)
	case p.Module == nil || p.Module.Main:
		return nil
	}

	module, ok := modules[p.Module.Path]
	if !ok {
		module = part{kind: "golang", name: p.Module.Path, version: p.Module.Version}
	}

	for folder := p.Dir; ; folder = filepath.Dir(folder) {
		if err := module.read(folder); err != nil {
			return err
		}

		if folder == p.Module.Dir {
			break
		}
	}

	modules[p.Module.Path] = module

	return nil
}

// addStandard adds Go's own library, which has no version here: it is that of who builds.
func addStandard(ctx context.Context, modules map[string]part) error {
	if _, ok := modules["std"]; ok {
		return nil
	}

	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}

	library := part{kind: "golang", name: "std", version: "as built"}
	err = library.read(strings.TrimSpace(string(root)))
	modules["std"] = library

	return err
}

// speaksOfLicenses are the names of files with licences and notices.
var speaksOfLicenses = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|notice)([-.](md|txt|[a-z0-9_-]+))*$`)

func (p *part) read(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}

	for _, entry := range entries {
		name := entry.Name()
		// A module's logo is not shipped.
		if entry.IsDir() || !speaksOfLicenses.MatchString(name) || strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "-LOGO") {
			continue
		}

		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}

		if tidy := tidied(string(text)); !slices.Contains(p.texts, tidy) {
			p.texts = append(p.texts, tidy)
		}
	}

	return nil
}

// tidied has the same ends of lines everywhere, and no blanks that nobody sees.
func tidied(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\f")
	}

	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// bundled reads what assets/build.mjs wrote of the packages whose code it put into static/.
func bundled(path string) ([]part, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}

	var found []part

	head := regexp.MustCompile(`^(\S+) (\S+) \(.*\)$`)

	for section := range strings.SplitSeq(string(text), "\n"+strings.Repeat("-", 78)+"\n\n") { //nolint:mnd // as build.mjs draws it
		first, license, _ := strings.Cut(section, "\n")

		words := head.FindStringSubmatch(first)
		if words == nil {
			return nil, fmt.Errorf("%s: a section begins with %q", path, first)
		}

		found = append(found, part{kind: "npm", name: words[1], version: words[2], texts: []string{tidied(license)}})
	}

	return found, nil
}
