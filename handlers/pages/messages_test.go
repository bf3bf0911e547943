package pages_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// tags are the languages that there is a file of messages for.
func tags(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("messages/*.json")
	require.NoError(t, err)
	for i, file := range files {
		files[i] = strings.TrimSuffix(filepath.Base(file), ".json")
	}
	require.Subset(t, files, []string{"en", "de", "fr", "es"})
	return files
}

// texts are the messages of a language by key, and by plural category where they have any.
func texts(t *testing.T, tag string) map[string]map[string]string {
	t.Helper()
	content, err := os.ReadFile("messages/" + tag + ".json")
	require.NoError(t, err)
	var raw map[string]any
	require.NoError(t, json.Unmarshal(content, &raw))
	all := map[string]map[string]string{}
	for key, value := range raw {
		all[key] = map[string]string{}
		switch value := value.(type) {
		case string:
			all[key]["other"] = value
		case map[string]any:
			for category, text := range value {
				all[key][category], _ = text.(string)
			}
		}
	}
	return all
}

// usedKeys are the keys that templates and code ask for. Developers is whether they are of a page
// that is in English only.
func usedKeys(t *testing.T) map[string]bool {
	t.Helper()
	used := map[string]bool{"language": false, "dates": false}
	files, err := filepath.Glob("templates/*.html")
	require.NoError(t, err)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, key := range regexp.MustCompile(`\bt "([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
			used[key[1]] = strings.HasPrefix(key[1], "demo.") || strings.HasPrefix(key[1], "reference.") || strings.HasPrefix(key[1], "outbox.") || strings.HasPrefix(key[1], "playground.")
		}
	}
	for _, claim := range consent.Claims() { // the consent page names the parts of a profile
		if consent.ScopeOf(claim) == "profile" {
			used["claim."+claim] = false
		}
	}
	for _, scope := range consent.StandardScopes() {
		if consent.StandardDescription(scope) != "" {
			used["scope."+scope] = false
		}
	}
	for _, problem := range []pages.AccountProblem{
		pages.UsernameInvalid, pages.UsernameMissing, pages.UsernameTaken, pages.EmailInvalid, pages.EmailTaken, pages.EmailDomain, pages.PhoneInvalid, pages.PhoneTaken,
		pages.ContactMissing, pages.ContactUnreachable, pages.PasswordLength, pages.PasswordCommon, pages.PasswordWrong, pages.FieldInvalid,
		pages.CodeWrong, pages.CodeClosed, pages.LinkClosed, pages.TooManyMessages, pages.TooManySMS, pages.TooManyPasswords, pages.PasswordMissing, pages.InvitationClosed,
		pages.URLInvalid, pages.BirthdateInvalid, pages.ZoneInvalid, pages.LocaleInvalid, pages.TextLong, pages.PictureInvalid, pages.PictureLarge, pages.ContactUnchanged, pages.ContactLast, pages.ContactFactor,
	} {
		used["problem."+string(problem)] = false
	}
	for _, problem := range []pages.FactorProblem{pages.WrongCode, pages.WrongMailCode, pages.TooManyMails, pages.WrongRecovery, pages.TooManyCodes, pages.PasskeyFailed, pages.PasskeyAltered, pages.PasskeyExists, pages.PasskeyModel, pages.PasskeyName, pages.FactorNeeded} {
		used["problem."+string(problem)] = false
	}
	for _, asked := range []pages.AskedFactor{pages.AskedSecond, pages.AskedPasskey, pages.AskedHardware} {
		used["set_up.asked_"+string(asked)] = false
	}
	for _, change := range pages.AccountChanges() {
		for _, part := range []string{"", ".lead", ".next"} {
			used["done."+string(change)+part] = false
		}
	}
	for _, done := range pages.OwnDones() {
		used["own.said."+string(done)] = false
	}
	for _, way := range pages.OwnWays() {
		used["own.how."+string(way)] = false
	}
	for _, action := range pages.OwnActions() {
		used["own.act."+action] = false
	}
	for _, link := range (pages.Own{Deletion: true}).Nav() {
		used["own.nav."+link.Name] = false
	}
	for _, name := range pages.OwnFields() {
		used["own.field."+name] = false
	}
	for _, name := range pages.OwnNotes() {
		used["own.field."+name+".note"] = false
	}
	for _, unit := range []string{"day", "hour", "minute", "second"} {
		used["wait."+unit], used["duration."+unit] = false, false
	}
	return used
}

// A missing text would fail when the page is shown, an unused one would be translated for nothing.
func TestEveryLanguageHasTheTextsThatPagesUse(t *testing.T) {
	t.Parallel()
	used := usedKeys(t)
	for _, tag := range tags(t) {
		all := texts(t, tag)
		for key, developers := range used {
			if developers && tag != "en" {
				assert.NotContains(t, all, key, "%s: pages for developers are in English", tag)
				continue
			}
			assert.NotEmpty(t, all[key]["other"], "%s: %s is missing", tag, key)
		}
		for key := range all {
			if !strings.HasPrefix(key, "refusal.") {
				assert.Contains(t, used, key, "%s: %s is not used", tag, key)
			}
		}
	}
}

// French sets a space before these marks, at which no line may end.
func TestFrenchMarksHaveASpaceThatDoesNotBreak(t *testing.T) {
	t.Parallel()
	for key, forms := range texts(t, "fr") {
		for _, text := range forms {
			assert.NotRegexp(t, `(^|[^\x{a0}\x{202f}])[:;!?]`, text, key)
		}
	}
}

// A text says the same in every language: it has the placeholders that it has in English, in every
// plural form.
func TestPlaceholdersAreTheSameInEveryLanguage(t *testing.T) {
	t.Parallel()
	placeholders := func(text string) []string {
		found := regexp.MustCompile(`\{[^}]*\}`).FindAllString(text, -1)
		slices.Sort(found)
		return found
	}
	english := texts(t, "en")
	for _, tag := range tags(t) {
		for key, forms := range texts(t, tag) {
			for category, text := range forms {
				assert.Equal(t, placeholders(english[key]["other"]), placeholders(text), "%s: %s (%s)", tag, key, category)
				assert.Equal(t, strings.TrimSpace(text), text, "%s: %s", tag, key)
			}
		}
	}
}

// A text with a number has a form for each plural category of the language, and none that it does
// not have.
func TestNumbersHaveThePluralFormsOfTheLanguage(t *testing.T) {
	t.Parallel()
	names := map[plural.Form]string{plural.Other: "other", plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many"}
	for _, tag := range tags(t) {
		want := map[string]bool{}
		for n := range 1000 {
			want[names[plural.Cardinal.MatchPlural(language.Make(tag), n, 0, 0, 0, 0)]] = true
		}
		for key, forms := range texts(t, tag) {
			if strings.Contains(forms["other"], "{count}") {
				assert.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(forms)), "%s: %s", tag, key)
			} else {
				assert.Len(t, forms, 1, "%s: %s", tag, key)
			}
		}
	}
}

// The refusals that end on a page of this server, before the request is known to be an
// application's, or because the person is meant.
func checksOfPeople() []refusal.Check {
	return []refusal.Check{
		refusal.CheckInternal, refusal.CheckStorage, refusal.CheckBusy, refusal.CheckTimeout, refusal.CheckThrottled, refusal.CheckRateLimit,
		refusal.CheckNotFound, refusal.CheckMethod, refusal.CheckBodySize, refusal.CheckContentType, refusal.CheckFormEncoding,
		refusal.CheckDuplicate, refusal.CheckMissing, refusal.CheckParameter, refusal.CheckCrossSite,
		refusal.CheckApplication, refusal.CheckRedirectURI, refusal.CheckUserOfClient, refusal.CheckFlow, refusal.CheckFinished, refusal.CheckLogout,
	}
}

// Every language has the refusals that people see, whole, and none that does not exist.
func TestRefusalsThatPeopleSeeAreInEveryLanguage(t *testing.T) {
	t.Parallel()
	known := refusal.NewCatalogue(refusal.Limits{}).Checks()
	parts := []string{"title", "explanation", "hint"}
	first := map[string]bool{}
	for key := range texts(t, "de") {
		first[key] = true
	}
	for _, tag := range tags(t) {
		all := texts(t, tag)
		if tag == "en" {
			for key := range all {
				assert.False(t, strings.HasPrefix(key, "refusal."), "English is in the catalogue of refusals")
			}
			continue
		}
		for _, check := range checksOfPeople() {
			for _, part := range parts {
				assert.NotEmpty(t, all["refusal."+string(check)+"."+part]["other"], "%s: %s of %s", tag, part, check)
			}
		}
		for key := range all {
			if rest, ok := strings.CutPrefix(key, "refusal."); ok {
				check, part, _ := strings.Cut(rest, ".")
				assert.Contains(t, known, refusal.Check(check), tag)
				assert.Contains(t, parts, part, "%s: %s", tag, key)
				assert.True(t, first[key], "%s: %s is not in German", tag, key)
			}
		}
	}
}

func TestSentencesWithNumbersAndDates(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	const day = 24 * time.Hour
	for _, tc := range []struct {
		tag      string
		wait     time.Duration
		lasts    time.Duration
		want     string
		duration string
	}{
		{"en", 0, day, "Try again in 1 second.", "This lasts for up to 1 day."},
		{"en", 90 * time.Second, 90 * time.Minute, "Try again in 90 seconds.", "This lasts for up to 90 minutes."},
		{"de", 2 * day, 2 * day, "Versuchen Sie es in 2 Tagen erneut.", "Dies gilt höchstens 2 Tage."},
		{"de", 1500 * time.Millisecond, time.Hour, "Versuchen Sie es in 2 Sekunden erneut.", "Dies gilt höchstens 1 Stunde."},
		{"fr", 2 * time.Minute, 36 * time.Hour, "Réessayez dans 2 minutes.", "Cette autorisation dure au plus 36 heures."},
		{"es", 11*time.Minute + time.Second, 30 * day, "Inténtelo de nuevo en 12 minutos.", "Este permiso dura como máximo 30 días."},
		{"es", time.Hour, time.Second, "Inténtelo de nuevo en 1 hora.", "Este permiso dura como máximo 1 segundo."},
	} {
		in := set.For(reader(tc.tag))
		w := httptest.NewRecorder()
		require.NoError(t, in.Error(w, http.StatusTooManyRequests, pages.Error{Wait: pages.WaitFor(tc.wait)}))
		assert.Contains(t, w.Body.String(), "<p>"+tc.want+"</p>")
		w = httptest.NewRecorder()
		require.NoError(t, in.Consent(w, pages.Consent{Lasts: pages.Lasts{For: tc.lasts}}))
		assert.Contains(t, w.Body.String(), tc.duration)
	}
	for tag, want := range map[string]string{
		"en": "2 January 2026, 03:04:05 UTC", "de": "2. Januar 2026, 03:04:05 UTC", "fr": "2 janvier 2026, 03:04:05 UTC", "es": "2 de enero de 2026, 03:04:05 UTC",
	} {
		body := everyPage(t, pages.Settings{}, tag)["explanation"].Body.String()
		assert.Contains(t, body, `<time datetime="2026-01-02T03:04:05Z">`+want+`</time>`)
	}
}

// What a page has in English only says so, for the voice that reads it out.
func TestTextsInEnglishAreMarked(t *testing.T) {
	t.Parallel()
	for _, tag := range tags(t) {
		all := everyPage(t, pages.Settings{}, tag)
		_, content, _ := strings.Cut(all["error"].Body.String(), "<main")
		content, _, _ = strings.Cut(content, "</main>")
		foreign := strings.Count(content, ` lang="en">`)
		translated := all["error_in_the_language"].Body.String()
		switch tag {
		case "en":
			assert.Zero(t, foreign)
			assert.NotContains(t, translated, "Technical description")
		default:
			assert.Equal(t, 3, foreign, tag)
			assert.Contains(t, translated, texts(t, tag)["refusal.flow.title"]["other"])
			assert.Contains(t, translated, `<dd lang="en">`, "the description of the protocol")
		}
	}
}
