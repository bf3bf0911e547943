package services

import (
	"os/exec"
	"testing"
)

// Chromium returns the path of the browser.
func Chromium(tb testing.TB) string {
	tb.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	tb.Fatal("services: no browser is installed: apt-get install chromium")
	return ""
}
