package notify

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goodsign/monday"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed messages/*.json
var messageFiles embed.FS

// defaultLanguage is that of recipients whose language is unknown or has no file.
const defaultLanguage = "en"

// catalogue are the texts of one language, by key.
type catalogue struct {
	tag   language.Tag
	texts map[string]string
}

// readCatalogues reads a language from each file, the default one first.
func readCatalogues() ([]catalogue, error) {
	entries, err := messageFiles.ReadDir("messages")
	if err != nil {
		return nil, fmt.Errorf("notify: %w", err)
	}
	var all []catalogue
	for _, entry := range entries {
		content, err := messageFiles.ReadFile("messages/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("notify: %w", err)
		}
		c := catalogue{}
		if c.tag, err = language.Parse(strings.TrimSuffix(entry.Name(), path.Ext(entry.Name()))); err != nil {
			return nil, fmt.Errorf("notify: %s: %w", entry.Name(), err)
		}
		if err := json.Unmarshal(content, &c.texts); err != nil {
			return nil, fmt.Errorf("notify: %s: %w", entry.Name(), err)
		}
		if locale := monday.Locale(c.texts["date.locale"]); !slices.Contains(monday.ListLocales(), locale) {
			return nil, fmt.Errorf("notify: %s: the dates of %q are not known", entry.Name(), locale)
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b catalogue) int { // ReadDir sorts by name
		return strings.Compare(strconv.FormatBool(b.tag.String() == defaultLanguage), strconv.FormatBool(a.tag.String() == defaultLanguage))
	})
	return all, nil
}

// localized is the address of a page in the language of the mail: the browser that opens it may prefer
// another one. An SMS has no room for it; empty stays empty.
func (c *catalogue) localized(by Channel, address string) string {
	if by == SMS || address == "" {
		return address
	}
	separator := "?"
	if strings.Contains(address, separator) {
		separator = "&"
	}
	return address + separator + "ui_locales=" + c.tag.String()
}

// text fails for a missing key: a message without the text would go unnoticed.
func (c *catalogue) text(key string) (string, error) {
	text, ok := c.texts[key]
	if !ok {
		return "", fmt.Errorf("notify: no text %q in %s", key, c.tag)
	}
	return text, nil
}

// duration is a time in the largest unit of which it is a whole number, in the plural form of the
// language. A unit need not have all forms; it has "other".
func (c *catalogue) duration(d time.Duration) (string, error) {
	unit, n := "minutes", int(d.Round(time.Minute)/time.Minute)
	switch {
	case n%(24*60) == 0 && n > 24*60:
		unit, n = "days", n/24/60
	case n%60 == 0:
		unit, n = "hours", n/60
	}
	form := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many"}[plural.Cardinal.MatchPlural(c.tag, n, 0, 0, 0, 0)]
	text, ok := c.texts[unit+"."+form]
	if !ok {
		var err error
		if text, err = c.text(unit + ".other"); err != nil {
			return "", err
		}
	}
	return strings.ReplaceAll(text, "{n}", strconv.Itoa(n)), nil
}

// date is a time in the form of the language. It says in which zone: that of the profile, or UTC where it is not known.
func (c *catalogue) date(at time.Time, zone string) (string, error) {
	locale, err := c.text("date.locale")
	if err != nil {
		return "", err
	}
	layout, err := c.text("date.layout")
	if err != nil {
		return "", err
	}
	in, err := time.LoadLocation(zone) // the empty one is UTC
	if err != nil || zone == "Local" {
		in = time.UTC
	}
	return monday.Format(at.In(in), layout, monday.Locale(locale)), nil
}
