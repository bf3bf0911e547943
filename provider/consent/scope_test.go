package consent_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

func TestCatalogueRefusesInvalidScopeNames(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	for _, name := range []string{"", "two words", `a"b`, `a\b`, "tab\t", "é", strings.Repeat("a", 501)} {
		_, err := c.Create(t.Context(), audittest.Operator(), name, "")
		assert.ErrorIs(t, err, consent.ErrMalformedScope, "%q", name)
	}
	for _, text := range []string{"two\nlines", strings.Repeat("a", 301)} {
		_, err := c.Create(t.Context(), audittest.Operator(), "scope", text)
		require.ErrorIs(t, err, consent.ErrMalformedDescription)
		assert.ErrorIs(t, c.Describe(t.Context(), audittest.Operator(), "scope", text), consent.ErrMalformedDescription)
	}
}

func TestEnsureAddsOnlyWhatIsMissing(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	_, err := c.Create(t.Context(), audittest.Operator(), "read", "Read things")
	require.NoError(t, err)
	added, err := c.Ensure(t.Context(), audittest.Operator(), []string{"read", "write", "Read"})
	require.NoError(t, err)
	assert.Equal(t, []string{"write", "Read"}, added)
	list, err := c.List(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 3)
	assert.Equal(t, "Read things", list[1].Description, "what was described stays so")
	require.ErrorIs(t, c.Describe(t.Context(), audittest.Operator(), "nothing", "x"), provider.ErrNotFound)
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
