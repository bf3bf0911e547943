package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// options are the command line options.
type options struct {
	duration    time.Duration
	warmUp      time.Duration
	connections int
	runs        int
	only        []string // names of flows, startName or signInsName; empty: all
	database    string
	server      string
	json        bool
	growth      bool
}

func parseOptions(args []string, usage io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.DurationVar(&o.duration, "duration", 10*time.Second, "measure each flow for this long")
	flags.DurationVar(&o.warmUp, "warm-up", 2*time.Second, "warm-up time before each measurement")
	flags.IntVar(&o.connections, "connections", 8, "keep-alive connections with one request at a time each")
	flags.IntVar(&o.runs, "runs", 3, "number of runs; the medians are shown")
	flags.StringVar(&o.database, "database", "postgres", "postgres or sqlite")
	flags.StringVar(&o.server, "server", "", "a gatehouse binary (default: build the one of this checkout)")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	flags.BoolVar(&o.growth, "growth", false, "also measure what 100,000 tokens add to each database")
	only := flags.String("flows", "", "measure only these, separated by commas: "+strings.Join(selectable(), ", "))
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.only = strings.FieldsFunc(*only, func(r rune) bool { return r == ',' })
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return o, o.validate()
}

func (o options) validate() error {
	if o.duration <= 0 || o.warmUp < 0 || o.connections < 1 || o.runs < 1 {
		return errors.New("--duration, --connections and --runs must be positive")
	}
	if !slices.Contains([]string{"postgres", "sqlite"}, o.database) {
		return fmt.Errorf("--database %q must be postgres or sqlite", o.database)
	}
	for _, name := range o.only {
		if !slices.Contains(selectable(), name) {
			return fmt.Errorf("--flows: unknown flow %q; must be one of %s", name, strings.Join(selectable(), ", "))
		}
	}
	return nil
}

func (o options) wants(name string) bool { return len(o.only) == 0 || slices.Contains(o.only, name) }

func (o options) wantsFlows() bool {
	return len(o.only) == 0 || slices.ContainsFunc(o.only, func(name string) bool { return name != startName && name != signInsName })
}

// selectable returns the names that --flows accepts.
func selectable() []string {
	names := []string{bareName}
	for _, f := range flows(&system{}) {
		names = append(names, f.name())
	}
	for _, f := range comparedFlows(&system{}) {
		names = append(names, f.name()+withoutMiddleware, f.name()+withRedis)
	}
	return append(names, startName, signInsName)
}
