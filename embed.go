package main

import (
	"embed"
	"io/fs"
)

//go:embed static
var embedded embed.FS

// staticFiles are the built assets, without the folder's name.
func staticFiles() (fs.FS, error) { return fs.Sub(embedded, "static") }
