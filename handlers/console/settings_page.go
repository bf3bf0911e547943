package console

import (
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

const settingsPath = Path + "/settings"

// Setting is a setting in force.
type Setting struct {
	// Name is its key in the file with settings, and Variable its name in the environment.
	Name, Variable string
	// About says what it does, with code between backquotes. Settings that follow each other may have one text.
	About string
	// Value is what it is set to, as it would be written; of what may have a secret only so much as tells nothing.
	Value string
	// Hidden: the value is not all of it, or none of it.
	Hidden bool
	// Kind is where it came from, and From the name of that: of a flag, a variable, or of a file and the key in it.
	Kind SettingKind
	From string
}

// SettingKind is where a setting came from.
type SettingKind string

// Where settings come from, the later ones winning.
const (
	DefaultSetting  SettingKind = "default"
	FileSetting     SettingKind = "file"
	VariableSetting SettingKind = "variable"
	FlagSetting     SettingKind = "flag"
)

// settingsPage is the table of settings.
type settingsPage struct {
	shell

	Settings []shownSetting
	// Search is the filter, as it was typed. Given: only settings that somebody has given.
	Search   string
	Given    bool
	Filtered bool
	Version  string
}

// shownSetting is a setting in the table.
type shownSetting struct {
	Setting

	// Text is what it does; empty: the next one has the same text.
	Text []pages.Span
}

func (c *Console) serveSettings(w http.ResponseWriter, r *http.Request, v *viewer) error {
	query := r.URL.Query()
	page := settingsPage{shell: c.shell(w, r, v, settingsPath), Search: trimmed(query, "search"), Given: query.Get("given") != "", Version: c.Version}
	page.Filtered = page.Search != "" || page.Given
	for _, s := range c.Settings {
		if s.found(page.Search) && (!page.Given || s.Kind != DefaultSetting) {
			page.Settings = append(page.Settings, shownSetting{Setting: s})
		}
	}
	for i := range page.Settings {
		s := &page.Settings[i]
		if i+1 == len(page.Settings) || page.Settings[i+1].About != s.About {
			s.Text = pages.Spans(s.About)
		}
	}
	return c.pages.For(r).Write(w, http.StatusOK, "settings", page, r.URL.RequestURI())
}

// found tells whether a search finds the setting, by its name or by a part of what it does.
func (s *Setting) found(search string) bool {
	sought := strings.ToLower(search)
	return strings.Contains(s.Name, strings.TrimPrefix(sought, "gatehouse_")) || strings.Contains(strings.ToLower(strings.ReplaceAll(s.About, "`", "")), sought)
}
