package main

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console"
)

// Every setting has a secret in it here, and none is shown.
func TestShownSettingsHaveNoSecrets(t *testing.T) {
	t.Parallel()
	const secret = "sesame"
	for _, value := range []string{secret, "postgres://gatehouse:" + secret + "@db.example/gatehouse?password=" + secret, "https://sms.example/hooks/" + secret, "redis:" + secret, "host=db password=" + secret, "smtps://u:" + secret + "@%zz"} {
		c := config{origin: map[string]string{}}
		of := reflect.ValueOf(&c).Elem()
		for _, field := range settingFields() {
			key := field.Tag.Get("koanf")
			if !slices.Contains(slices.Concat(secretSettings(), secretURLs()), key) {
				continue
			}
			switch into := of.FieldByIndex(field.Index); into.Kind() {
			case reflect.String:
				into.SetString(value)
			case reflect.Slice:
				into.Set(reflect.ValueOf([]string{value}))
			default:
				require.Fail(t, "a secret of another type", key)
			}
		}
		for _, s := range c.shownSettings(nil) {
			assert.NotContains(t, s.Value, secret, s.Name)
		}
	}
}

// A new setting that sounds like a secret has to be judged.
func TestSettingsThatSoundSecretAreJudged(t *testing.T) {
	t.Parallel()
	plain := []string{"client_secret_jwt", "access_token_lifetime", "id_token_lifetime", "refresh_token_idle", "refresh_token_lifetime", "legacy_token_check", "key_rotation", "key_publish_ahead", "private_key_path", "tls_key", "client_registration_tokens"}
	sounds := regexp.MustCompile(`secret|pass(word|phrase)|token|key|url|credential`)
	for _, key := range settingKeys() {
		if strings.HasPrefix(key, "passkey_") || strings.HasPrefix(key, proxyPrefix) || strings.HasSuffix(key, "_file") || !sounds.MatchString(key) {
			continue
		}
		assert.Contains(t, slices.Concat(plain, secretSettings(), secretURLs()), key)
	}
}

func TestShownSettingsSayWhereTheyCameFrom(t *testing.T) {
	t.Parallel()
	c := defaults()
	c.origin = map[string]string{"issuer": "--issuer", "listen": "GATEHOUSE_LISTEN", "log_level": "/etc/gatehouse.yaml: log_level", "secret": "GATEHOUSE_SECRET_FILE"}
	c.Issuer, c.Secret, c.DatabaseURL, c.RateLimits = "https://id.example", "s", "postgres://u:p@db.example/x", []string{"a", "b"}
	shown := map[string]console.Setting{}
	for _, s := range c.shownSettings(nil) {
		shown[s.Name] = s
	}
	assert.Equal(t, console.Setting{Name: "issuer", Variable: "GATEHOUSE_ISSUER", Value: "https://id.example", Kind: console.FlagSetting, From: "--issuer"}, shown["issuer"])
	assert.Equal(t, console.VariableSetting, shown["listen"].Kind)
	assert.Equal(t, console.FileSetting, shown["log_level"].Kind)
	assert.Equal(t, console.Setting{Name: "secret", Variable: "GATEHOUSE_SECRET", Hidden: true, Kind: console.VariableSetting, From: "GATEHOUSE_SECRET_FILE"}, shown["secret"])
	assert.Equal(t, "postgres://db.example", shown["database_url"].Value)
	assert.Equal(t, console.DefaultSetting, shown["session_idle"].Kind)
	assert.Equal(t, "8h0m0s", shown["session_idle"].Value)
	assert.Equal(t, "a, b", shown["rate_limits"].Value)
	assert.NotContains(t, shown, "proxy_listen")

	c = defaults()
	for _, s := range c.shownSettings(nil) {
		if s.Name == "secret" {
			assert.Equal(t, console.Setting{Name: "secret", Variable: "GATEHOUSE_SECRET", Hidden: true, Kind: console.FileSetting, From: "data/secret"}, s, "it is generated")
		}
	}
}

// What each does stands beside it.
func TestEverySettingIsDescribed(t *testing.T) {
	t.Parallel()
	texts, err := readSettingTexts()
	require.NoError(t, err)
	c := defaults()
	for _, s := range c.shownSettings(texts) {
		assert.NotEmpty(t, s.About, s.Name)
		assert.Zero(t, strings.Count(s.About, "`")%2, "code that does not end: %s", s.Name)
		assert.NotContains(t, s.About, `\`, s.Name)
	}
}
