package consent_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

func newCatalogue(t *testing.T) *consent.Catalogue {
	t.Helper()
	store := storagetest.SQLite(t, time.Now)
	return consent.NewCatalogue(store, audit.NewGate(store, store, (*event.Bus)(nil), time.Now, rand.Reader), time.Now)
}

func TestInvalidScopesAreRefused(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	_, err := c.Create(t.Context(), audittest.Operator(), consent.Scope{Name: "crm", Descriptions: map[string]string{"DE": "Kunden sehen"}, Claims: []string{"email", "name"}})
	require.NoError(t, err)
	for _, name := range []string{"", "two words", `a"b`, `a\b`, "tab\t", "é", strings.Repeat("a", 501)} {
		_, err := c.Create(t.Context(), audittest.Operator(), consent.Scope{Name: name})
		refused(t, "name", err)
	}
	many := map[string]string{}
	for a := 'a'; a <= 'z'; a++ {
		many["en-x-"+string(a)], many["de-x-"+string(a)] = "x", "x"
	}
	for property, list := range map[string][]consent.Scope{
		"description": {{Description: "two\nlines"}, {Description: "daer\u202e"}, {Description: "a\u009b2J"}, {Description: strings.Repeat("a", 301)}},
		"descriptions": {
			{Descriptions: map[string]string{"no tag": "x"}},
			{Descriptions: map[string]string{"": "x"}},
			{Descriptions: map[string]string{"de": ""}},
			{Descriptions: map[string]string{"de": "Kunden sehen", "DE": "Kunden lesen"}},
			{Descriptions: map[string]string{"pt-br": "Ler", "pt-BR": "Ler"}},
			{Descriptions: map[string]string{"de": "two\nlines"}},
			{Descriptions: map[string]string{"de": "nesel\u202e"}},
			{Descriptions: many},
		},
		"claims": {{Claims: []string{"shoe_size"}}, {Claims: []string{"sub"}}, {Name: "email", Claims: []string{"name"}}, {Name: audit.ReadScope("users"), Claims: []string{"name"}}},
	} {
		for _, s := range list {
			if s.Name == "" {
				s.Name = "scope"
			}
			_, err := c.Create(t.Context(), audittest.Operator(), s)
			refused(t, property, err)
			if s.Name == "scope" {
				_, err = c.Change(t.Context(), audittest.Operator(), "crm", func(kept *consent.Scope) error { *kept = s; return nil })
				refused(t, property, err)
			}
		}
	}
	list, err := c.List(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, map[string]string{"de": "Kunden sehen"}, list[0].Descriptions)
	assert.Equal(t, []string{"name", "email"}, list[0].Claims, "in the order of the page")
}

func refused(t *testing.T, property string, err error) {
	t.Helper()
	var invalid *consent.InvalidScope
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, property, invalid.Property)
}

// Readers get the description of their language, or the one without a language.
func TestDescriptionsAreInTheLanguageOfTheReader(t *testing.T) {
	t.Parallel()
	s := consent.Scope{Description: "Read", Descriptions: map[string]string{"de": "Lesen", "pt-BR": "Ler", "zh-Hant": "讀"}}
	for preferred, want := range map[string]string{
		"de": "Lesen", "de-AT,en;q=0.5": "Lesen", "en,de": "Read", "fr,de;q=0.1": "Lesen", "pt": "Ler", "zh-TW": "讀", "ja": "Read", "": "Read", "en-GB": "Read",
	} {
		tags, _, err := language.ParseAcceptLanguage(preferred)
		require.NoError(t, err)
		assert.Equal(t, want, s.In(tags...), preferred)
	}
}

func TestEnsureAddsOnlyWhatIsMissing(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	_, err := c.Create(t.Context(), audittest.Operator(), consent.Scope{Name: "read", Description: "Read things"})
	require.NoError(t, err)
	added, err := c.Ensure(t.Context(), audittest.Operator(), []string{"read", "write", "Read"})
	require.NoError(t, err)
	assert.Equal(t, []string{"write", "Read"}, added)
	list, err := c.List(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 3)
	assert.Equal(t, "Read things", list[1].Description, "what was described stays so")
	_, err = c.Change(t.Context(), audittest.Operator(), "nothing", func(*consent.Scope) error { return nil })
	require.ErrorIs(t, err, provider.ErrNotFound)
}

func TestStandardScopesCannotBeDeleted(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	_, err := c.Ensure(t.Context(), audittest.Operator(), []string{"openid", "read"})
	require.NoError(t, err)
	for _, name := range consent.StandardScopes() { // whether the catalogue describes them or not
		assert.ErrorIs(t, c.Delete(t.Context(), audittest.Operator(), name), consent.ErrStandardScope, name)
	}
	require.NoError(t, c.Delete(t.Context(), audittest.Operator(), "read"))
	require.ErrorIs(t, c.Delete(t.Context(), audittest.Operator(), "read"), provider.ErrNotFound)
	list, err := c.List(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, "openid", list[0].Name)
}

// A description from before it was refused stays beside what is changed.
func TestOldDescriptionsDoNotKeepAScopeFromBeingChanged(t *testing.T) {
	t.Parallel()
	store := storagetest.SQLite(t, time.Now)
	c := consent.NewCatalogue(store, audit.NewGate(store, store, (*event.Bus)(nil), time.Now, rand.Reader), time.Now)
	old := consent.Scope{Name: "read", Description: "daer\u202e", Descriptions: map[string]string{"de": "nesel\u202e"}}
	require.NoError(t, store.CreateScope(t.Context(), old))
	_, err := c.Change(t.Context(), audittest.Operator(), "read", func(s *consent.Scope) error { s.Claims = []string{"email"}; return nil })
	require.NoError(t, err)
	_, err = c.Change(t.Context(), audittest.Operator(), "read", func(s *consent.Scope) error { s.Description = "a daer\u202e"; return nil })
	refused(t, "description", err)
	require.EqualError(t, err, "a description must not have U+202E, which changes the direction of text")
	_, err = c.Change(t.Context(), audittest.Operator(), "read", func(s *consent.Scope) error { s.Descriptions["fr"] = "eril\u202e"; return nil })
	refused(t, "descriptions", err)
}
