package console

import (
	"net/http"
	"strings"
)

const settingsPath = Path + "/settings"

// Setting is a setting in force.
type Setting struct {
	// Name is its key in the file with settings.
	Name string
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

	Settings []Setting
	// Search is the filter, as it was typed. Given: only settings that somebody has given.
	Search   string
	Given    bool
	Filtered bool
	Version  string
}

func (c *Console) serveSettings(w http.ResponseWriter, r *http.Request, v *viewer) error {
	query := r.URL.Query()
	page := settingsPage{shell: c.shell(w, r, v, settingsPath), Search: trimmed(query, "search"), Given: query.Get("given") != "", Version: c.Version}
	page.Filtered = page.Search != "" || page.Given
	sought := strings.ToLower(page.Search)
	for _, s := range c.Settings {
		if strings.Contains(s.Name, strings.TrimPrefix(sought, "gatehouse_")) && (!page.Given || s.Kind != DefaultSetting) {
			page.Settings = append(page.Settings, s)
		}
	}
	return c.pages.For(r).Write(w, http.StatusOK, "settings", page, r.URL.RequestURI())
}
