package app

import (
	"fmt"
	"runtime/debug"
)

// Version is what this program was built from.
type Version struct {
	Version string // of the module: v1.2.3, or (devel)
	Commit  string // unknown where the build had no repository
	Go      string
}

// ReadVersion reads it from the program itself.
func ReadVersion() Version {
	v := Version{Version: "(devel)", Commit: "unknown", Go: "unknown"}

	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}

	v.Go = info.GoVersion
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}

	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			v.Commit = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			v.Commit += " with changes"
		}
	}

	return v
}

// String is the line that opsconsole version prints.
func (v Version) String() string {
	return fmt.Sprintf("opsconsole %s, commit %s, %s", v.Version, v.Commit, v.Go)
}
