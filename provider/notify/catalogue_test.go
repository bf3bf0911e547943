package notify_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

func newTexts(t testing.TB) *notify.Texts {
	t.Helper()
	texts, err := notify.NewTexts(notify.Brand{Product: "Example", Issuer: "https://id.example.com"})
	require.NoError(t, err)
	return texts
}

const (
	code = "12345678"
	link = "https://id.example.com/verify?v=01900000-0000-7000-8000-000000000001&c=12345678"
)

// sample is a message with everything that it can have.
func sample(channel notify.Channel, kind notify.Kind, locale string) notify.Message {
	m := notify.Message{
		ID: provider.ID{1}, Channel: channel, To: "alice@example.com", Kind: kind, Locale: locale,
		Data: notify.Data{
			Username: "alice", Address: "new@example.com", Device: "Firefox on Windows", Network: "192.0.2.0/24", At: time.Date(2026, 3, 1, 15, 4, 0, 0, time.UTC), Due: time.Date(2026, 3, 15, 15, 4, 0, 0, time.UTC), Valid: 15 * time.Minute,
		},
	}
	if channel == notify.SMS {
		m.To = "+4915112345678"
	}
	return m
}

// contactChanges are all that can happen to a contact.
func contactChanges(d notify.Data) []notify.Data {
	var all []notify.Data
	for _, contact := range []string{"new@example.com", "+4915112345678"} {
		replaced, added, removed := d, d, d
		replaced.Address = contact
		added.Address, added.Added = contact, true
		removed.Address, removed.Removed = "", contact
		all = append(all, replaced, added, removed)
	}
	return all
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

// A language is complete when it has the texts of the default one, with the same values in them. It may
// have other plural forms.
func TestLanguagesAreComplete(t *testing.T) {
	t.Parallel()
	all := newTexts(t).Catalogues()
	assert.Subset(t, slices.Collect(maps.Keys(all)), []string{"en", "de", "fr", "es"})
	form := regexp.MustCompile(`^(minutes|hours|days)\.(zero|one|two|few|many)$`)
	for name, texts := range all {
		for key, text := range texts {
			original, ok := all["en"][key]
			assert.True(t, ok || form.MatchString(key), "%s has %q, which nothing uses", name, key)
			assert.NotEmpty(t, strings.TrimSpace(text), "%s: %s", name, key)
			if ok {
				assert.ElementsMatch(t, placeholder.FindAllString(original, -1), placeholder.FindAllString(text, -1), "%s: %s", name, key)
			}
		}
		for key := range all["en"] {
			assert.True(t, form.MatchString(key) || texts[key] != "", "%s lacks %q", name, key)
		}
	}
}

// French sets a space before these marks, at which no line may end. SMS have an ordinary one: another character
// would halve what fits into one.
func TestFrenchMarksHaveASpaceThatDoesNotBreak(t *testing.T) {
	t.Parallel()
	for key, text := range newTexts(t).Catalogues()["fr"] {
		switch {
		case key == "date.layout":
		case strings.HasSuffix(key, ".sms"):
			assert.NotRegexp(t, `[^ ][:;!?]`, text, key)
		default:
			assert.NotRegexp(t, `(^|[^\x{a0}\x{202f}])[:;!?]`, text, key)
		}
	}
	letter, err := newTexts(t).Render(sample(notify.Mail, notify.NewSignIn, "fr"), "", "")
	require.NoError(t, err)
	assert.Contains(t, letter.Text, "\nAppareil\u00a0: Firefox on Windows\n")
	assert.Contains(t, letter.Text, "mot de passe\u00a0:\nhttps://")
}

// Every text is in some message, and every message has all its values.
func TestEveryTextIsUsed(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	for name, catalogue := range texts.Catalogues() {
		plain := maps.Clone(catalogue)
		for key := range catalogue {
			if !strings.HasPrefix(key, "date.") {
				catalogue[key] = "‹" + key + "›" + strings.Join(placeholder.FindAllString(catalogue[key], -1), " ")
			}
		}
		var said strings.Builder
		for _, channel := range notify.Channels() {
			for _, kind := range notify.Kinds() {
				for _, valid := range []time.Duration{time.Minute, 15 * time.Minute, time.Hour, 5 * time.Hour, 24 * time.Hour, 72 * time.Hour} {
					m := sample(channel, kind, name)
					m.Data.Valid = valid
					letter, err := texts.Render(m, code, link)
					require.NoError(t, err)
					assert.Equal(t, name, letter.Language)
					fmt.Fprintln(&said, letter.Subject, letter.Text, letter.HTML)
					letter, err = texts.Render(m, "", "") // the link is used by now
					require.NoError(t, err)
					fmt.Fprintln(&said, letter.Text)
					for _, m.Data = range contactChanges(m.Data) {
						letter, err := texts.Render(m, code, link)
						require.NoError(t, err)
						fmt.Fprintln(&said, letter.Subject, letter.Text)
					}
				}
				for _, factor := range []string{"totp", "passkey", "hardware_key", "mail"} {
					m := sample(channel, kind, name)
					m.Data.Factor, m.Data.FactorName, m.Data.Ended = factor, "Blue key", "mail"
					letter, err := texts.Render(m, code, link)
					require.NoError(t, err)
					fmt.Fprintln(&said, letter.Text)
				}
			}
		}
		for key := range catalogue {
			if !strings.HasPrefix(key, "date.") && key != "days.one" { // a day is 24 hours
				assert.Contains(t, said.String(), "‹"+key+"›", name)
			}
		}
		assert.NotRegexp(t, placeholder, said.String(), name)
		maps.Copy(catalogue, plain)
	}
}

func TestDatesAndDurationsHaveTheFormOfTheLanguage(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	for locale, expected := range map[string][]string{
		"en":    {"1 March 2026, 15:04 UTC", "1 minute.", "15 minutes.", "24 hours.", "3 days."},
		"de-AT": {"1. März 2026, 15:04 UTC", "1 Minute.", "15 Minuten.", "24 Stunden.", "3 Tage."},
		"fr-CA": {"1 mars 2026, 15:04 UTC", "1 minute.", "15 minutes.", "24 heures.", "3 jours."},
		"es-MX": {"1 de marzo de 2026, 15:04 UTC", "1 minuto.", "15 minutos.", "24 horas.", "3 días."},
	} {
		for i, valid := range []time.Duration{0, time.Minute, 15 * time.Minute, 24 * time.Hour, 72 * time.Hour} {
			m := sample(notify.Mail, notify.ContactChanged, locale)
			m.Data.Valid = valid
			letter, err := texts.Render(m, "", link)
			require.NoError(t, err)
			assert.Contains(t, letter.Text, expected[i], locale)
			assert.Contains(t, letter.HTML, expected[i], locale)
		}
	}
}

func TestUnknownLanguagesGetTheDefaultOne(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	for locale, expected := range map[string]string{
		"": "en", "tlh": "en", "ja": "en", "not a language": "en", "de-CH": "de", "gsw": "de", "fr_FR": "fr", "es-419": "es", "en-GB": "en",
	} {
		letter, err := texts.Render(sample(notify.Mail, notify.PasswordChanged, locale), "", "")
		require.NoError(t, err)
		assert.Equal(t, expected, letter.Language, locale)
	}
}
