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
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run returns the exit code: 1 if it could not measure or if any response was wrong.
func run(ctx context.Context, args []string, in io.Reader, out, progress io.Writer) int {
	if len(args) == 1 && args[0] == bareCommand {
		return fail(progress, serveBare(ctx, in, out))
	}
	o, err := parseOptions(args, progress)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return fail(progress, err)
	}
	r, err := bench(ctx, o, progress)
	if err != nil {
		return fail(progress, err)
	}
	if o.json {
		err = r.printJSON(out)
	} else {
		err = r.printTable(out)
	}
	return fail(progress, errors.Join(err, r.fault()))
}

func fail(w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(w, "load:", err)
	return 1
}
