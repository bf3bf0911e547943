package session

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Browser is what a request says about where it comes from.
type Browser struct{ Address, UserAgent string }

// maxUserAgent bounds the stored header, in bytes: its sender chooses the length.
const maxUserAgent = 200

// seenIn is the browser of the request of ctx.
func seenIn(ctx context.Context) Browser {
	from := audit.Requester(ctx, audit.UserActor, "")
	return Browser{Address: from.Address, UserAgent: strings.ToValidUTF8(from.UserAgent[:min(len(from.UserAgent), maxUserAgent)], "")}
}

// Device names browser and operating system, such as "Firefox on Linux", for people: a browser may say
// what it likes. It is empty without a user agent.
func (b Browser) Device() string {
	if b.UserAgent == "" {
		return ""
	}
	name, system := b.named(browsers), b.named(systems)
	switch {
	case name == "" && system == "":
		first, _, _ := strings.Cut(b.UserAgent, " ")
		first, _, _ = strings.Cut(first, "/")
		return first
	case name == "":
		return "Browser on " + system
	case system == "":
		return name
	default:
		return name + " on " + system
	}
}

// sign is a text of a user agent and what it stands for.
type sign struct{ text, name string }

func (b Browser) named(signs func() []sign) string {
	for _, s := range signs() {
		if strings.Contains(b.UserAgent, s.text) {
			return s.name
		}
	}
	return ""
}

// browsers are in this order because each also names those after it.
func browsers() []sign {
	return []sign{
		{"Edg", "Edge"},
		{"OPR/", "Opera"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"Vivaldi/", "Vivaldi"},
		{"FxiOS/", "Firefox"},
		{"Firefox/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"Chromium/", "Chromium"},
		{"Chrome/", "Chrome"},
		{"Safari/", "Safari"},
	}
}

// systems are in this order because Android also names Linux, and iPhones and iPads Mac OS X.
func systems() []sign {
	return []sign{
		{"Android", "Android"},
		{"iPhone", "iOS"},
		{"iPad", "iPadOS"},
		{"CrOS", "ChromeOS"},
		{"Windows", "Windows"},
		{"Mac OS X", "macOS"},
		{"Linux", "Linux"},
		{"X11", "Unix"},
	}
}
