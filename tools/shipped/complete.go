package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

type object = map[string]any

// complete adds to a CycloneDX list what cyclonedx-gomod cannot know: the licences as our notices have them,
// and the packages whose code is in the files for browsers.
func complete(in io.Reader, out io.Writer, all []part) error {
	var list object
	if err := json.NewDecoder(in).Decode(&list); err != nil {
		return err
	}

	components, ok := list["components"].([]any)
	if !ok {
		return errors.New("the list has no components")
	}

	known := map[string]part{}
	for _, p := range all {
		known[p.name] = p
	}

	for _, c := range components {
		component, _ := c.(object)

		name, _ := component["name"].(string)

		p, ok := known[name]
		if !ok {
			return fmt.Errorf("the program has %s, which is no part of this checkout", name)
		}

		if err := license(component, p); err != nil {
			return err
		}
	}

	for _, p := range all {
		if p.kind != "npm" {
			continue
		}

		address := "pkg:npm/" + p.name + "@" + p.version
		component := object{
			"bom-ref": address, "type": "library", "name": p.name, "version": p.version, "scope": "required", "purl": address,
		}

		if err := license(component, p); err != nil {
			return err
		}

		components = append(components, component)
	}

	list["components"] = components

	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)

	return encoder.Encode(list)
}

func license(component object, p part) error {
	found, err := p.licenses()
	if err != nil {
		return err
	}

	var licenses []any
	for _, id := range found {
		licenses = append(licenses, object{"license": object{"id": id}})
	}

	component["licenses"] = licenses

	return nil
}
