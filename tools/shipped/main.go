// Command shipped tells what the program is made of, besides what is written here.
//
//	go run ./tools/shipped notices           the licences of all that is shipped, for THIRD_PARTY_NOTICES.txt
//	go run ./tools/shipped complete <A.json  a CycloneDX list of Go modules, as cyclonedx-gomod makes it,
//	                                         with licences and with what is shipped for browsers
//
// Both are run from the root, and write to standard output.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "shipped:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 || args[0] != "notices" && args[0] != "complete" {
		return errors.New("say notices or complete")
	}

	all, err := parts(ctx, ".")
	if err != nil {
		return err
	}

	if args[0] == "complete" {
		return complete(in, out, all)
	}

	return notices(out, all)
}
