package notify

import (
	"io"
	"time"
)

// Next is next.
func Next(created, now time.Time, tries int, retryAfter time.Duration, random io.Reader) (time.Time, bool) {
	return next(created, now, tries, retryAfter, random)
}

// AccentOf is the color in use.
func (t *Texts) AccentOf() Accent { return t.brand.Accent }

// KnownLocale is knownLocale.
func KnownLocale(text string) string { return knownLocale(text) }

// Shown is shown.
func Shown(value string) string { return shown(value) }

// NameOnly is nameOnly.
func NameOnly(name string) string { return nameOnly(name) }

// Reachable is Channel.reachable.
func Reachable(c Channel, to string) bool { return c.reachable(to) }

// Catalogues are the texts by language and key.
func (t *Texts) Catalogues() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, c := range t.catalogues {
		all[c.tag.String()] = c.texts
	}
	return all
}
