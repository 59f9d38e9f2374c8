package main

import "strings"

// kinds are the licences that we ship under, each by words that stand in it alone, blanks made one.
//
//nolint:gochecknoglobals // a table
var kinds = []struct{ id, words string }{
	{"Apache-2.0", "Apache License Version 2.0"},
	{"Apache-2.0", "Apache License, Version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License, version 2.0"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy of"},
	{"ISC", "and/or distribute this software for any purpose with or without fee is hereby granted, provided"},
	{"ISC", "and distribute this software for any purpose with or without fee is hereby granted, provided"},
	{"0BSD", "and/or distribute this software for any purpose with or without fee is hereby granted. THE"},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from this software without specific prior written permission"},
	{"Unlicense", "This is free and unencumbered software released into the public domain"},
	{"blessing", "The author disclaims copyright to this source code. In place of a legal notice, here is a blessing"},
}

const twoClauses = "Redistribution and use in source and binary forms"

// kindsOf are the licences that a text consists of, as SPDX names them; none where it only gives notice.
func kindsOf(text string) []string {
	flat := strings.Join(strings.Fields(text), " ")

	var found []string

	for _, kind := range kinds {
		if strings.Contains(strings.ToLower(flat), strings.ToLower(kind.words)) {
			found = append(found, kind.id)
		}
	}

	if len(found) == 0 && strings.Contains(flat, twoClauses) {
		found = append(found, "BSD-2-Clause")
	}

	return found
}
