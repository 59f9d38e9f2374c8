package zoneinfo

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// folders are where systems keep their zones, as package time looks for them.
func folders() []string {
	return []string{"/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo"}
}

// sourceFile is the whole database as text, which systems install beside the compiled files;
// versionFile is what some BSDs install instead: zic(8), "Theory and pragmatics", file names.
const (
	sourceFile  = "tzdata.zi"
	versionFile = "+VERSION"
)

// Folder returns the database in a folder. One that does not say which release it is has the
// embedded one's names.
func Folder(dir string) (*Database, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("read the time zones: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("read the time zones: %s is not a folder", dir)
	}

	db := &Database{Source: dir, files: os.DirFS(dir)}

	err := db.readSource()
	if errors.Is(err, fs.ErrNotExist) {
		err = db.readVersion()
	}

	return db, err
}

// readSource reads release and names from the text of the database.
func (d *Database) readSource() error {
	file, err := d.files.Open(sourceFile)
	if err != nil {
		return err
	}
	defer file.Close()

	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if line := lines.Bytes(); len(line) == 0 || !strings.ContainsRune("#ZL", rune(line[0])) {
			continue // a rule, as most are
		}

		words := strings.Fields(lines.Text())

		switch {
		case len(words) == 3 && words[0] == "#" && words[1] == "version":
			d.Release = words[2]
		case len(words) > 1 && words[0] == "Z":
			d.names = append(d.names, words[1])
		case len(words) > 2 && words[0] == "L":
			d.names = append(d.names, words[2])
		}
	}

	slices.Sort(d.names)

	return lines.Err()
}

func (d *Database) readVersion() error {
	known, err := Embedded()
	if err != nil {
		return err
	}

	d.names = known.names

	release, err := fs.ReadFile(d.files, versionFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}

	d.Release = strings.TrimSpace(string(release))

	return err
}

// Newest returns the newer of the embedded database and the system's; dir names the system's
// folder, "" looks for it where systems keep it. A folder that was named and cannot be read is
// an error, one that is not where it was looked for is none.
func Newest(dir string) (*Database, error) {
	newest, err := Embedded()
	if err != nil {
		return nil, err
	}

	if dir != "" {
		named, err := Folder(dir)
		if err != nil {
			return nil, fmt.Errorf("--zoneinfo (OPSCONSOLE_ZONEINFO): %w", err)
		}

		if named.newer(newest) {
			newest = named
		}

		return newest, nil
	}

	for _, dir := range folders() {
		if found, err := Folder(dir); err == nil && found.newer(newest) {
			newest = found
		}
	}

	return newest, nil
}
