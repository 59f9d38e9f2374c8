package zoneinfo

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// The compiled files of the IANA database, each by its name, and in releaseFile the release.
//
//go:embed zoneinfo.zip
var embedded []byte

// releaseFile is where an archive of this package says which release it is.
const releaseFile = "+VERSION"

// Database is one release of the rules.
type Database struct {
	// Release is IANA's name of it, such as 2026f; "" when it does not say.
	Release string
	// Source says where it is: "embedded" or a folder.
	Source string

	names  []string
	files  fs.FS
	loaded sync.Map // name: *time.Location
}

// Embedded returns the database that travels with the binary.
func Embedded() (*Database, error) {
	archive, err := zip.NewReader(bytes.NewReader(embedded), int64(len(embedded)))
	if err != nil {
		return nil, fmt.Errorf("read the embedded time zones: %w", err)
	}

	db := &Database{Source: "embedded", files: archive}

	for _, file := range archive.File {
		if file.Name != releaseFile {
			db.names = append(db.names, file.Name)

			continue
		}

		if db.Release, err = content(file); err != nil {
			return nil, fmt.Errorf("read the release of the embedded time zones: %w", err)
		}
	}

	slices.Sort(db.names)

	return db, nil
}

// content is what a file of an archive says. Its name would be looked up in an index, which is made at the first look.
func content(file *zip.File) (string, error) {
	r, err := file.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()

	text, err := io.ReadAll(r)

	return strings.TrimSpace(string(text)), err
}

// Names lists the zones, sorted.
func (d *Database) Names() []string { return slices.Clone(d.names) }

// Has reports whether there is a zone of that name, which is one of IANA's, in its spelling.
func (d *Database) Has(name string) bool {
	_, found := slices.BinarySearch(d.names, name)

	return found
}

// Location returns the rules of a zone; "" is UTC.
func (d *Database) Location(name string) (*time.Location, error) {
	if name == "" || name == "UTC" {
		return time.UTC, nil
	}

	if known, ok := d.loaded.Load(name); ok {
		return known.(*time.Location), nil //nolint:forcetypeassert // nothing else is stored
	}

	if !d.Has(name) {
		return nil, fmt.Errorf("there is no time zone %q", name)
	}

	data, err := fs.ReadFile(d.files, path.Clean(name))
	if err != nil {
		return nil, fmt.Errorf("read the time zone %s: %w", name, err)
	}

	loc, err := time.LoadLocationFromTZData(name, data)
	if err != nil {
		return nil, fmt.Errorf("read the time zone %s: %w", name, err)
	}

	known, _ := d.loaded.LoadOrStore(name, loc)

	return known.(*time.Location), nil //nolint:forcetypeassert // nothing else is stored
}

// newer reports whether d is a later release than other. IANA's names sort by age; a database
// that does not say which it is counts as older than one that does.
func (d *Database) newer(other *Database) bool { return d.NewerThan(other.Release) }

// NewerThan reports whether d is a later release than that.
func (d *Database) NewerThan(release string) bool { return d.Release > release }
