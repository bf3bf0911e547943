package provider_test

import (
	"bytes"
	"crypto/rand"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
)

func TestIDsSortByTime(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ids := make([]string, 0, 50)
	for i := range 50 {
		ids = append(ids, provider.NewID(start.Add(time.Duration(i)*time.Millisecond), rand.Reader).String())
	}
	assert.True(t, sort.StringsAreSorted(ids))
}

func TestIDKeepsItsBirthToTheMillisecond(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.UTC)
	id := provider.NewID(at, rand.Reader)
	assert.Equal(t, at.Truncate(time.Millisecond), id.Time())
	first := provider.FirstID(at)
	assert.LessOrEqual(t, bytes.Compare(first[:], id[:]), 0)
}

func TestParseIDTakesOnlyTheCanonicalForm(t *testing.T) {
	id := provider.NewID(time.Unix(1_700_000_000, 0), rand.Reader)
	back, err := provider.ParseID(id.String())
	require.NoError(t, err)
	assert.Equal(t, id, back)

	for _, text := range []string{
		"", "x", strings.ToUpper("018bcfe5-6800-7abc-8def-0123456789ab"), "{" + id.String()[1:],
		strings.ReplaceAll(id.String(), "-", ""), id.String() + "0", "018bcfe5-6800-7abc-8def-0123456789ag",
	} {
		_, err := provider.ParseID(text)
		assert.ErrorIs(t, err, provider.ErrMalformedID, "%q", text)
	}
}

// Lenient readers, such as Postgres, take each of these for the same UUID.
func TestSpellingsOfAUUID(t *testing.T) {
	t.Parallel()
	const canonical = "018bcfe5-6800-7abc-8def-0123456789ab"
	id, err := provider.ParseID(canonical)
	require.NoError(t, err)
	for _, text := range append(id.Spellings(), "018BCFE5-6800-7abc-8def-0123456789ab", "018bcfe568007abc-8def0123456789ab", "{018bcfe568007abc8def0123456789ab}", "{018BCFE5-6800-7ABC-8DEF-0123456789AB}", "urn:uuid:"+canonical) {
		read, is := provider.ReadUUID(text)
		assert.True(t, is, text)
		assert.Equal(t, id, read, text)
		assert.Equal(t, canonical, provider.SameName(text), text)
	}
	assert.Len(t, id.Spellings(), 4)
	for _, text := range []string{"", "alice", "Alice", canonical + "0", canonical[1:], "{" + canonical, canonical[:35] + "g", "urn:x:" + canonical, "-"} {
		_, is := provider.ReadUUID(text)
		assert.False(t, is, text)
		assert.Equal(t, text, provider.SameName(text))
	}
}
