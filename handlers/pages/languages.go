package pages

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/goodsign/monday"
	"golang.org/x/text/language"
)

//go:embed messages/*.json
var catalogues embed.FS

// edition is the pages in one language.
type edition struct {
	messages

	// tag is the language as HTML names it, and name what its speakers call it.
	tag, name string
	dates     monday.Locale
	templates pageTemplates
}

// Language is the language of the pages (BCP 47).
func (l Localized) Language() string { return l.tag }

// readEditions reads the language of each file of messages, English first: it is the one that is
// used when no other matches.
func readEditions() ([]*edition, error) {
	files, err := catalogues.ReadDir("messages")
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	var all []*edition
	for _, file := range files {
		e, err := readEdition(file.Name())
		if err != nil {
			return nil, fmt.Errorf("pages: %s: %w", file.Name(), err)
		}
		all = append(all, e)
	}
	english := slices.IndexFunc(all, func(e *edition) bool { return e.language == language.English })
	return slices.Concat(all[english:english+1], all[:english], all[english+1:]), nil
}

func readEdition(file string) (*edition, error) {
	e := &edition{tag: strings.TrimSuffix(file, path.Ext(file))}
	content, err := catalogues.ReadFile("messages/" + file)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, &e.texts); err != nil {
		return nil, err
	}
	if e.language, err = language.Parse(e.tag); err != nil {
		return nil, err
	}
	e.name, e.dates = e.texts["language"]["other"], monday.Locale(e.texts["dates"]["other"])
	if !slices.Contains(monday.ListLocales(), e.dates) {
		return nil, fmt.Errorf("the dates of %q are not known", e.dates)
	}
	return e, nil
}

// date is the day of a time, and clock the time of day.
func (e *edition) date(t time.Time) string {
	return monday.Format(t, monday.LongFormatsByLocale[e.dates], e.dates)
}

// day is the day of a time, short and without the year.
func (e *edition) day(t time.Time) string { return monday.Format(t, "2 Jan", e.dates) }

// hour is the time of day, without the seconds.
func hour(t time.Time) string { return t.Format("15:04") }

func clock(t time.Time) string { return t.Format("15:04:05 MST") }

// isEnglish tells whether it is the language of everything that has no translation.
func (e *edition) isEnglish() bool { return e.language == language.English }
