package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

const head = `What opsconsole ships that others wrote, and under which licences.

Made by ./task notices; the licences of what browsers are sent are served at /static/LICENSES.txt, too.
The rules of the time zones in the program are of the IANA time zone database, which is in the public domain.
`

const rule = "=============================================================================="

// notices writes each part with its licences, and then each text once, with the parts that it is of.
func notices(out io.Writer, all []part) error {
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "%s\n", head)

	users, texts := map[string][]string{}, []string{}

	for _, p := range all {
		licenses, err := p.licenses()
		if err != nil {
			return err
		}

		fmt.Fprintf(w, "%s: %s\n", p, strings.Join(licenses, ", "))

		for _, text := range p.texts {
			if users[text] == nil {
				texts = append(texts, text)
			}

			users[text] = append(users[text], p.name)
		}
	}

	for _, text := range texts {
		fmt.Fprintf(w, "\n%s\n%s\n\n%s\n", rule, strings.Join(users[text], "\n"), text)
	}

	return w.Flush()
}
