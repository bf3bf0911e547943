package main

import (
	"fmt"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/console"
)

// secretSettings are those that are a secret, and secretURLs those that may have one: a password, or a key in the path
// or in the query.
func secretSettings() []string {
	return []string{"secret", "previous_secrets", "private_key_passphrase", "sms_webhook_secret", "proxy_client_secret"}
}

func secretURLs() []string {
	return []string{"database_url", "redis_url", "smtp_url", "sms_webhook_url", "breached_passwords"}
}

// proxyPrefix is that of the settings of "gatehouse proxy", which is another program.
const proxyPrefix = "proxy_"

// shownSettings are the settings of the server as the console shows them, without secrets. Texts are what they do, by
// variable.
func (c *config) shownSettings(texts map[string]string) (shown []console.Setting) {
	values := reflect.ValueOf(*c)
	for _, field := range settingFields() {
		key := field.Tag.Get("koanf")
		if strings.HasPrefix(key, proxyPrefix) {
			continue
		}
		s := console.Setting{Name: key, Value: shownSetting(values.FieldByIndex(field.Index).Interface()), From: c.origin[key]}
		s.Variable = envPrefix + strings.ToUpper(key)
		s.About = texts[s.Variable]
		s.Kind = kindOfOrigin(s.From)
		s.Value, s.Hidden = withoutSecret(key, s.Value)
		if key == "secret" && !s.Hidden && c.embedded() { // it was generated
			s.Hidden, s.Kind, s.From = true, console.FileSetting, filepath.Join(c.DataDir, "secret")
		}
		shown = append(shown, s)
	}
	return shown
}

// shownSetting is a value as it would be written.
func shownSetting(value any) string {
	switch value := value.(type) {
	case []string:
		return strings.Join(value, ", ")
	case time.Duration:
		return value.String()
	default:
		return fmt.Sprint(value)
	}
}

// withoutSecret is what may be shown of a value, and whether that is not all of it.
func withoutSecret(key, value string) (shown string, hidden bool) {
	for _, name := range secretSettings() {
		if key == name {
			return "", value != ""
		}
	}
	for _, name := range secretURLs() {
		if key != name {
			continue
		}
		u, err := url.Parse(value)
		switch {
		case value == "" || strings.HasPrefix(value, "/"): // the path of a file
			return value, false
		case err != nil || u.Scheme == "" || u.Opaque != "":
			return "", true
		default:
			return u.Scheme + "://" + u.Host, true
		}
	}
	return value, false
}

// kindOfOrigin tells from its name where a setting came from.
func kindOfOrigin(from string) console.SettingKind {
	switch {
	case from == "":
		return console.DefaultSetting
	case strings.HasPrefix(from, "--"):
		return console.FlagSetting
	case strings.HasPrefix(from, envPrefix):
		return console.VariableSetting
	default:
		return console.FileSetting
	}
}
