package main

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

func TestNoticesAreThoseOfWhatIsShipped(t *testing.T) {
	t.Parallel()

	all, err := parts(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}

	var want bytes.Buffer
	if err := notices(&want, all); err != nil {
		t.Fatal(err)
	}

	got, err := os.ReadFile(root + "/THIRD_PARTY_NOTICES.txt")
	if err != nil {
		t.Fatal(err)
	}

	if !bytes.Equal(got, want.Bytes()) {
		t.Error("THIRD_PARTY_NOTICES.txt is not of what is shipped: ./task notices, and commit")
	}

	// What is checked above would also be equal if nothing were found.
	for _, line := range []string{"\ngithub.com/labstack/echo/v4 v", "\nstd as built: BSD-3-Clause\n", "\nhtmx.org ", "\nlucide-static "} {
		if !strings.Contains(string(got), line) {
			t.Errorf("THIRD_PARTY_NOTICES.txt has no line that begins with %q", line)
		}
	}
}

func TestLicensesAreTold(t *testing.T) {
	t.Parallel()

	for text, want := range map[string][]string{
		"Apache License\n  Version 2.0, January 2004":                            {"Apache-2.0"},
		"Redistribution and use in source\nand binary forms, with or without":    {"BSD-2-Clause"},
		"Licensed under the Apache License, Version 2.0 (the \"License\")":       {"Apache-2.0"},
		"Mozilla Public License Version 2.0\n====":                               {"MPL-2.0"},
		"This is free and unencumbered software released into the public domain": {"Unlicense"},
		"Copyright 2020 The Authors. All rights are reserved.":                   nil,
	} {
		if got := kindsOf(text); !slices.Equal(got, want) {
			t.Errorf("%q is under %q, not %q", text, got, want)
		}
	}

	if _, err := (part{name: "x", version: "v1", texts: []string{"Ask us."}}).licenses(); err == nil {
		t.Error("a licence that nobody knows is none to worry about")
	}
}

func TestTheListOfModulesIsCompleted(t *testing.T) {
	t.Parallel()

	all := []part{
		{kind: "golang", name: "example.com/a", version: "v1.0.0", texts: []string{"Apache License Version 2.0"}},
		{kind: "npm", name: "b", version: "2.0.0", texts: []string{"This is free and unencumbered software released into the public domain"}},
	}

	var out bytes.Buffer
	if err := complete(strings.NewReader(`{"specVersion": "1.6", "components": [{"name": "example.com/a"}]}`), &out, all); err != nil {
		t.Fatal(err)
	}

	var list struct {
		SpecVersion string `json:"specVersion"` //nolint:tagliatelle // CycloneDX spells it so
		Components  []struct {
			PURL     string `json:"purl"`
			Licenses []struct {
				License struct {
					ID string `json:"id"`
				} `json:"license"`
			} `json:"licenses"`
		} `json:"components"`
	}
	if err := json.Unmarshal(out.Bytes(), &list); err != nil {
		t.Fatal(err)
	}

	if list.SpecVersion != "1.6" || len(list.Components) != 2 || list.Components[1].PURL != "pkg:npm/b@2.0.0" ||
		list.Components[0].Licenses[0].License.ID != "Apache-2.0" || list.Components[1].Licenses[0].License.ID != "Unlicense" {
		t.Errorf("the list is %s", out.String())
	}

	if err := complete(strings.NewReader(`{"components": [{"name": "example.com/unknown"}]}`), &out, all); err == nil {
		t.Error("a list of another program is completed")
	}
}
