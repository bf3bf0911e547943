package ownaccount

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// How many sign-ins failed is said, and a factor that was just set up is not listed as given, too.
func TestActivityCountsFailuresAndLeavesOutWhatNobodyDid(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	refused := audit.Record{Action: audit.UserSignInRefused, Changes: audit.Changes{"wrong_password": {After: 2.0}, "throttled": {After: 1.0}}}
	assert.Equal(t, 3, attempts(refused))
	assert.Zero(t, attempts(audit.Record{Action: audit.UserSignIn, Changes: refused.Changes}))
	added := audit.Record{Action: audit.FactorAdd, At: at, Changes: audit.Details(map[string]any{"factor": "mail"})}
	assert.Equal(t, &pages.OwnActFactor{Mail: true}, factorOf(added))
	given := audit.Record{Action: audit.SessionStepUp, At: at.Add(time.Second), Changes: audit.Details(map[string]any{"amr": []any{"pwd", "hwk"}})}
	assert.True(t, bySetUp(given, added))
	assert.Equal(t, []pages.OwnWay{pages.ByPassword, pages.ByPasskey}, howOf(given))
	given.At = at.Add(time.Hour)
	assert.False(t, bySetUp(given, added))
	assert.False(t, bySetUp(given, given))
}
