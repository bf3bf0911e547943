package console

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Whatever comes next in a sign-in has a text of its own, and what the server does not know is none of them.
func TestEveryOutcomeHasItsText(t *testing.T) {
	t.Parallel()
	content, err := files.ReadFile("messages/en.json")
	require.NoError(t, err)
	texts, seen := map[string]any{}, map[string]bool{}
	require.NoError(t, json.Unmarshal(content, &texts))
	check := func(o *oauth.Outlook, u *account.User) {
		t.Helper()
		key, err := decisionOf(o, u)
		require.NoError(t, err)
		assert.Contains(t, texts, "try.decision."+key)
		assert.False(t, seen[key], "%s is of two", key)
		seen[key] = true
	}
	require.Len(t, oauth.Steps(), int(oauth.Approve), "steps are numbered from 1 on")
	for _, step := range oauth.Steps() {
		check(&oauth.Outlook{Step: step}, &account.User{})
	}
	check(&oauth.Outlook{Refused: refusal.New(refusal.AccessDenied, refusal.CheckUserOfClient, "")}, &account.User{})
	check(&oauth.Outlook{Step: oauth.Approve}, &account.User{Disabled: true})
	for _, unknown := range []oauth.Step{0, oauth.Approve + 1} {
		_, err := decisionOf(&oauth.Outlook{Step: unknown}, &account.User{})
		assert.Error(t, err)
	}
}
