// Command zoneinfo makes the archive of internal/zoneinfo from the compiled files of a
// package tzdata of PyPI, which are in the public domain.
//
//	go run ./tools/zoneinfo tzdata-….whl internal/zoneinfo/zoneinfo.zip
//
// The same package makes the same bytes.
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

const (
	zones = "tzdata/zoneinfo/"
	// source begins with "# version 2026f".
	source  = zones + "tzdata.zi"
	release = "# version "
	// magic begins each compiled file: RFC 8536, section 3.1.
	magic = "TZif"
	// unset is no place: a clock that nobody has set shows it.
	unset = "Factory"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "zoneinfo:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("name the package and the archive to make of it")
	}

	wheel, err := zip.OpenReader(args[0])
	if err != nil {
		return err
	}
	defer wheel.Close()

	archive, err := pack(&wheel.Reader)
	if err != nil {
		return err
	}

	return os.WriteFile(args[1], archive, 0o644) //nolint:gosec,mnd // everybody may read it
}

// pack returns the archive: +VERSION and the zones, by name.
func pack(wheel *zip.Reader) ([]byte, error) {
	text, err := fs.ReadFile(wheel, source)
	if err != nil {
		return nil, err
	}

	first, _, _ := strings.Cut(string(text), "\n")

	version, found := strings.CutPrefix(first, release)
	if !found {
		return nil, fmt.Errorf("%s begins with %q", source, first)
	}

	files := map[string][]byte{"+VERSION": []byte(version)}

	for _, file := range wheel.File {
		name, isZone := strings.CutPrefix(file.Name, zones)
		if !isZone || name == unset || strings.HasSuffix(name, "/") {
			continue
		}

		data, err := fs.ReadFile(wheel, file.Name)
		if err != nil {
			return nil, err
		}

		if bytes.HasPrefix(data, []byte(magic)) {
			files[name] = data
		}
	}

	return write(files)
}

func write(files map[string][]byte) ([]byte, error) {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}

	slices.Sort(names)

	var out bytes.Buffer

	archive := zip.NewWriter(&out)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})

	for _, name := range names {
		file, err := archive.Create(name)
		if err != nil {
			return nil, err
		}

		if _, err := file.Write(files[name]); err != nil {
			return nil, err
		}
	}

	err := archive.Close()

	return out.Bytes(), err
}
