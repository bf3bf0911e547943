package origin

import (
	"slices"

	"github.com/mileusna/useragent"
)

// longestAgent bounds what is read of a User-Agent, in bytes.
const longestAgent = 512

// Device is what a browser says about itself in its User-Agent, such as "Firefox, Windows", without a word of any
// language; empty: nothing that is known. It is for messages to people, who see whether it is theirs.
func Device(agent string) string {
	known := useragent.Parse(agent[:min(len(agent), longestAgent)])
	// Of others the words are the sender's own, who would have them in a message of ours.
	if !slices.Contains(knownBrowsers(), known.Name) || !slices.Contains(knownSystems(), known.OS) {
		return ""
	}
	return known.Name + ", " + known.OS
}

func knownBrowsers() []string {
	return []string{useragent.Chrome, useragent.HeadlessChrome, useragent.Edge, useragent.Firefox, useragent.Opera, useragent.OperaMini, useragent.OperaTouch, useragent.Safari, useragent.SamsungBrowser, useragent.Vivaldi, useragent.InternetExplorer}
}

func knownSystems() []string {
	return []string{useragent.Windows, useragent.Linux, useragent.MacOS, useragent.IOS, useragent.Android, useragent.ChromeOS}
}
