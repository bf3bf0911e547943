package services

import (
	"bytes"
	"context"
	"embed"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

//go:embed axe/package.json axe/package-lock.json
var axeList embed.FS

// axeLock is the list with the version of axe-core and the hash of its package.
const axeLock = "package-lock.json"

// Axe returns the program of axe-core, which finds in a page what keeps people from using it. It is fetched into a
// folder, and again only when the list of it has changed: it is not ours, and no part of what we ship.
func Axe(tb testing.TB, folder string) string {
	tb.Helper()
	list, err := axeList.ReadFile("axe/" + axeLock)
	if err != nil {
		tb.Fatal(err)
	}
	fetched := filepath.Join(folder, "fetched")
	if known, err := os.ReadFile(fetched); err != nil || !bytes.Equal(known, list) { //nolint:gosec // a folder of ours
		fetchAxe(tb, folder)
		if err := os.WriteFile(fetched, list, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	program, err := os.ReadFile(filepath.Join(folder, "node_modules", "axe-core", "axe.min.js")) //nolint:gosec // a folder of ours
	if err != nil {
		tb.Fatal(err)
	}
	return string(program)
}

// fetchAxe has npm fetch what the list says, compare it with the hash there, and run nothing of it.
func fetchAxe(tb testing.TB, folder string) {
	tb.Helper()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		tb.Fatal(err)
	}
	for _, name := range []string{"package.json", axeLock} {
		text, err := axeList.ReadFile("axe/" + name)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), text, 0o600)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(tb.Context(), 2*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	npm.Dir = folder
	if out, err := npm.CombinedOutput(); err != nil {
		tb.Fatalf("services: axe-core could not be fetched: %v\n%s", err, out)
	}
}
