package services

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// FindChromium returns the path of the browser. The one that has no windows at all comes first: it takes two thirds of
// the processor time.
func FindChromium() (string, error) {
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("services: no browser is installed: apt-get install chromium-headless-shell")
}

// Chromium is FindChromium for tests, which fail without one.
func Chromium(tb testing.TB) string {
	tb.Helper()
	path, err := FindChromium()
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

// BrowserProfile makes a directory for what a browser keeps, whose name begins with the prefix. Its preferences give
// what a usual window has and a private one has not: cookies in frames of other sites.
func BrowserProfile(prefix string) (dir string, err error) {
	if dir, err = os.MkdirTemp("", prefix); err != nil {
		return "", err
	}
	const preferences = `{"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": false}}`
	if err := os.Mkdir(filepath.Join(dir, "Default"), 0o700); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	if err := os.WriteFile(filepath.Join(dir, "Default", "Preferences"), []byte(preferences), 0o600); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}
