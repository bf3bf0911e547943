package storagetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// A client that will have no secret is found before that, and none that has another one.
func testEndingSecrets(t *testing.T, f *fixture) {
	ctx, now := t.Context(), f.clock()
	in := func(d time.Duration) *time.Time { at := now.Add(d); return &at }
	for id, ends := range map[string][]*time.Time{
		"ends": {in(time.Hour), in(2 * time.Hour)}, "ends first": {in(time.Hour)}, "twice": {in(3 * time.Hour), in(3 * time.Hour)},
		"rotated": {in(time.Hour), nil}, "rotated with an end": {in(time.Hour), in(100 * time.Hour)}, "later": {in(25 * time.Hour)}, "ended": {in(-time.Hour)}, "never": {nil}, "none": {}, "disabled": {in(time.Hour)},
	} {
		c := sampleClient(id, now)
		c.Name, c.Disabled = "The "+id, id == "disabled"
		for _, at := range ends {
			c.Secrets = append(c.Secrets, client.Secret{ID: f.newID(), Hash: "$sha256$one", CreatedAt: now, ExpiresAt: at})
		}
		require.NoError(t, f.CreateClient(ctx, c))
	}
	list, err := f.EndingSecrets(ctx, now, now.Add(24*time.Hour), 10)
	require.NoError(t, err)
	assert.Equal(t, []client.EndingSecret{
		{ClientID: "ends first", Name: "The ends first", At: *in(time.Hour)},
		{ClientID: "ends", Name: "The ends", At: *in(2 * time.Hour)},
		{ClientID: "twice", Name: "The twice", At: *in(3 * time.Hour)},
	}, list)
	list, err = f.EndingSecrets(ctx, now, now.Add(24*time.Hour), 1)
	require.NoError(t, err)
	assert.Len(t, list, 1)
}
