// Command assets computes what the files in static/ are built from, so that it can be
// told without npm whether they are up to date.
//
//	go run ./tools/assets words    the words of the templates that decide which CSS is kept, as JSON
//	go run ./tools/assets sums     a checksum a line: the sources in assets/, the words, and what is built
//
// Both are run from the root, and write to standard output.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	root := os.DirFS(".")

	switch {
	case len(args) == 1 && args[0] == "words":
		found, err := readWords(root)
		if err != nil {
			return err
		}

		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)

		return encoder.Encode(found)
	case len(args) == 1 && args[0] == "sums":
		return writeSums(root, out)
	default:
		return errors.New("say words or sums")
	}
}
