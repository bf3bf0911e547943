package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run returns the exit code: 1 if a plan could not be run or a result was not the expected one.
func run(ctx context.Context, args []string, variable func(string) string, out, progress io.Writer) int {
	o, err := parseOptions(args, progress)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return fail(progress, err)
	case o.list:
		return fail(progress, printExpected(out))
	}
	results, err := runPlans(ctx, o, variable, progress)
	if err != nil && len(results) == 0 {
		return fail(progress, err)
	}
	print := printTable
	if o.json {
		print = printJSON
	}
	return fail(progress, errors.Join(err, print(out, results), differences(results)))
}

func fail(w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(w, "conformance:", err)
	return 1
}
