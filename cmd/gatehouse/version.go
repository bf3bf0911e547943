package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker when a release is built.
var version = "development"

type versionView struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // of the source, with + where it was changed
	BuiltAt  string `json:"source_time,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func newVersion(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Show the version",
		Example: "  gatehouse version\n  gatehouse version --json",
		Args:    cobra.NoArgs,
	}
	withoutFlags(cmd, "config", "data-dir", "database-url", "dev")
	asJSON := addJSON(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		v := versionView{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
		if info, ok := debug.ReadBuildInfo(); ok {
			v.read(info)
		}
		if *asJSON {
			return printJSON(env.Out, v)
		}
		if _, err := fmt.Fprintln(env.Out, "gatehouse "+v.Version); err != nil {
			return err
		}
		return facts(env.Out, "revision", v.Revision, "source of", v.BuiltAt, "go", v.Go, "platform", v.Platform)
	}
	return cmd
}

func (v *versionView) read(info *debug.BuildInfo) {
	changed := ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.time":
			v.BuiltAt = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				changed = "+"
			}
		}
	}
	if v.Revision != "" {
		v.Revision += changed
	}
}
