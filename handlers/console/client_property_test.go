package console

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Everything that the command line can change has its place in the form, except for who may use the client, which is
// changed on its page.
func TestEveryPropertyIsInTheForm(t *testing.T) {
	t.Parallel()
	var shown []string
	for _, g := range registrationGroups() {
		shown = append(shown, g.fields...)
	}
	shown = append(shown, "restricted")
	slices.Sort(shown)
	assert.Equal(t, slices.Sorted(maps.Keys(properties())), shown)
}

func TestDurationsAreReadAsTheyAreShown(t *testing.T) {
	t.Parallel()
	for text, d := range map[string]time.Duration{"": 0, "30d": 30 * 24 * time.Hour, "36h": 36 * time.Hour, "15m": 15 * time.Minute, "1m30s": 90 * time.Second} {
		assert.Equal(t, text, durationText(d))
		back, ok := parseDuration(text)
		assert.True(t, ok, text)
		assert.Equal(t, d, back)
	}
	for _, text := range []string{"d", "-1d", "1.5d", "99999d", "day", "5"} {
		_, ok := parseDuration(text)
		assert.False(t, ok, text)
	}
}

// A method that is chosen is the only one; a client whose secret may be sent either way stays one.
func TestAuthenticationMethods(t *testing.T) {
	t.Parallel()
	for _, m := range []client.AuthMethod{client.SecretBasic, client.SecretPost} {
		c := &client.Client{AuthMethod: m}
		assert.Equal(t, anyMethod, authMethod(c))
		setAuthMethod(c, anyMethod)
		assert.Equal(t, &client.Client{AuthMethod: m}, c)
		setAuthMethod(c, string(client.SecretPost))
		assert.Equal(t, &client.Client{AuthMethod: client.SecretPost, AuthMethodPinned: true}, c)
		setAuthMethod(c, anyMethod)
		assert.False(t, c.AuthMethodPinned)
	}
	c := &client.Client{AuthMethod: client.None}
	setAuthMethod(c, string(client.None))
	assert.Equal(t, &client.Client{AuthMethod: client.None}, c)
}
