package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
)

// sumsFile holds the sums of the last build.
const sumsFile = "assets/built.sha256"

// writeSums writes a line for each source and each file that is built, as sha256sum does.
func writeSums(root fs.FS, out io.Writer) error {
	for _, folder := range []string{"assets", "static"} {
		err := fs.WalkDir(root, folder, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.Name() == "node_modules":
				return fs.SkipDir
			case entry.IsDir() || name == sumsFile:
				return nil
			}

			content, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}

			_, err = fmt.Fprintf(out, "%x  %s\n", sha256.Sum256(content), name)

			return err
		})
		if err != nil {
			return err
		}
	}

	return nil
}
