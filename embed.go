package main

import (
	"embed"
	"io/fs"
)

// What is compressed is not there a second time as it was: who takes no coding has it unpacked.
//
//go:embed static/*.br static/*.gz static/favicon.svg
var embedded embed.FS

// staticFiles are the built assets, without the folder's name.
func staticFiles() (fs.FS, error) { return fs.Sub(embedded, "static") }
