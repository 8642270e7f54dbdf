package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand prints what the Go toolchain wrote into the binary.
type versionCommand struct{}

// Run prints one line: version, revision when the build knew it, Go, platform.
func (versionCommand) Run(h host) error {
	_, err := fmt.Fprintln(h.stdout, versionLine(debug.ReadBuildInfo()))
	return err
}

func versionLine(info *debug.BuildInfo, ok bool) string {
	version, revision := "(unknown)", ""
	if ok {
		version = info.Main.Version
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = " " + s.Value + revision
			case s.Key == "vcs.modified" && s.Value == "true":
				revision += " (modified)"
			}
		}
	}
	return fmt.Sprintf("gatehouse %s%s %s %s/%s", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
