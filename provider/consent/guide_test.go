package consent_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// The guide has each standard scope, and beside it the claims that it releases.
func TestGuideListsStandardScopesAndTheirClaims(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../deploy/docs/claims.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(guide), "## Standard scopes")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")
	written := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|(.*)\\|$").FindAllStringSubmatch(table, -1) {
		written[row[1]] = nil
		for _, claim := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(row[2], -1) {
			if claim[1] != "sub" { // in every token about a user
				written[row[1]] = append(written[row[1]], claim[1])
			}
		}
	}
	assert.ElementsMatch(t, consent.StandardScopes(), slices.Collect(maps.Keys(written)))
	expected := map[string][]string{}
	for _, scope := range consent.StandardScopes() {
		expected[scope] = nil
	}
	for _, claim := range consent.Claims() {
		expected[consent.ScopeOf(claim)] = append(expected[consent.ScopeOf(claim)], claim)
	}
	assert.Equal(t, expected, written)
}
