package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
)

// options are the command line options.
type options struct {
	plans    []string // short names; empty: all that apply
	modules  []string // patterns of names; empty: all
	provider string   // issuer of a server that runs already; empty: one is started
	binary   string   // of the server to start; empty: it is built
	issuer   string
	listen   string
	export   string
	timeout  time.Duration
	json     bool
	list     bool
}

func parseOptions(args []string, usage io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("conformance", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.StringVar(&o.provider, "provider", "", "issuer of a \"gatehouse serve --conformance\" that runs already (default: one is started)")
	flags.StringVar(&o.binary, "gatehouse", "", "a gatehouse binary (default: build the one of this checkout)")
	flags.StringVar(&o.issuer, "issuer", "", "issuer of the server that is started, for a suite that does not reach 127.0.0.1, such as https://host.docker.internal:9443")
	flags.StringVar(&o.listen, "listen", "", "address that it listens on then, such as 172.17.0.1:9443")
	flags.StringVar(&o.export, "export", "bin/conformance", "folder for the logs of the suite and of the server")
	flags.DurationVar(&o.timeout, "timeout", 4*time.Minute, "how long a module may take")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	flags.BoolVar(&o.list, "list", false, "print the plans and the expected results, and run nothing")
	only := flags.String("plans", "", "run only these, separated by commas: "+strings.Join(planNames(), ", "))
	modules := flags.String("modules", "", "run only modules with such names, separated by commas: oidcc-server,*-logout")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.plans, o.modules = list(*only), list(*modules)
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return o, o.validate()
}

func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
}

func (o options) validate() error {
	for _, name := range o.plans {
		if !slices.Contains(planNames(), name) {
			return fmt.Errorf("--plans: unknown plan %q; must be one of %s", name, strings.Join(planNames(), ", "))
		}
	}
	for _, pattern := range o.modules {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("--modules %q: %w", pattern, err)
		}
	}
	switch {
	case o.timeout <= 0:
		return errors.New("--timeout must be positive")
	case (o.issuer == "") != (o.listen == ""):
		return errors.New("--issuer and --listen go together")
	case o.provider != "" && (o.binary != "" || o.issuer != ""):
		return errors.New("--provider names a server that runs: --gatehouse, --issuer and --listen are for one that is started")
	}
	return nil
}

// selects tells whether a plan is to be run.
func (o options) selects(p plan) bool {
	return len(o.plans) == 0 || slices.Contains(o.plans, p.name)
}

// wants tells whether a module is to be run.
func (o options) wants(module string) bool {
	return len(o.modules) == 0 || slices.ContainsFunc(o.modules, func(pattern string) bool {
		matched, err := path.Match(pattern, module)
		return err == nil && matched
	})
}
