package main

import (
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// words are what of the templates decides which rules of the CSS are kept.
type words struct {
	// Classes are those in class attributes.
	Classes []string `json:"classes"`
	// Values are quoted words that stand alone: an attribute's value, or a component's argument.
	Values []string `json:"values"`
}

var (
	classAttribute = regexp.MustCompile(`\bclass=(?:"([^"]*)"|\{([^}]*)\})`)
	className      = regexp.MustCompile(`[\w:./\[\]()%-]+`)
	loneWord       = regexp.MustCompile(`"([a-z][a-z0-9-]*)"`)
)

// readWords reads the templates of the root's folder of that name.
func readWords(root fs.FS) (words, error) {
	classes, values := map[string]bool{}, map[string]bool{}

	err := fs.WalkDir(root, "templates", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".templ" {
			return err
		}

		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}

		for _, match := range classAttribute.FindAllStringSubmatch(string(text), -1) {
			for _, class := range className.FindAllString(strings.Join(match[1:], " "), -1) {
				classes[class] = true
			}
		}

		for _, match := range loneWord.FindAllStringSubmatch(string(text), -1) {
			values[match[1]] = true
		}

		return nil
	})

	return words{Classes: slices.Sorted(maps.Keys(classes)), Values: slices.Sorted(maps.Keys(values))}, err
}
