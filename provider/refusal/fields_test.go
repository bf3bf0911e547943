package refusal_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// A record names the fields that are wrong and says why, without a value: a message may quote one.
func TestFieldsAreComparedWithoutValues(t *testing.T) {
	t.Parallel()
	problems := []refusal.Problem{
		{Pointer: "", Message: `unexpected "hunter2 \" hunter2" here`},
		{Pointer: "/redirect_uris/0", Message: "must be https"},
		{Pointer: "/" + strings.Repeat("hunter2", 8), Message: "unexpected property"},
	}
	r := refusal.New(refusal.InvalidRequest, refusal.CheckFields, "").CompareFields(problems)
	assert.Equal(t, refusal.FieldFields, r.Field)
	assert.Equal(t, "unexpected … here, must be https, unexpected property", r.Expected)
	assert.Equal(t, "body, /redirect_uris/0, /hunter2hunter2hu…", r.Received)
	assert.Equal(t, problems, r.Problems, "the caller gets its own names in full")
}

// Many fields are cut to what fits, between characters.
func TestManyFieldsFitIntoARecord(t *testing.T) {
	t.Parallel()
	for shift := range 4 {
		var problems []refusal.Problem
		for range 100 {
			problems = append(problems, refusal.Problem{Pointer: strings.Repeat("x", shift) + "/ééé", Message: strings.Repeat("x", shift) + "ééé"})
		}
		r := refusal.New(refusal.InvalidRequest, refusal.CheckFields, "").For(strings.Repeat("c", 36)).CompareFields(problems)
		assert.True(t, utf8.ValidString(r.Expected+r.Received))
		assert.True(t, strings.HasSuffix(r.Received, "…"))
		recorder := refusal.NewRecorder(newSeal())
		back, err := recorder.Open(recorder.ID(refusal.Record{
			Code: r.Code, Check: r.Check, ClientID: r.ClientID, Field: r.Field, Expected: r.Expected, Received: r.Received,
			Route: "/api/v1/oauth/clients/{client_id}", RequestID: strings.Repeat("a", 32),
		}))
		require.NoError(t, err)
		assert.Equal(t, []string{r.ClientID, r.Expected, r.Received}, []string{back.ClientID, back.Expected, back.Received})
	}
}

func TestScopesThatCameAreCutToWhatFits(t *testing.T) {
	t.Parallel()
	r := refusal.New(refusal.InsufficientScope, refusal.CheckManagement, "").CompareScope("gatehouse:keys:read", []string{"a", "b"})
	assert.Equal(t, []string{"gatehouse:keys:read", "a, b"}, []string{r.Expected, r.Received})
	r.CompareScope("gatehouse:keys:read", strings.Split(strings.Repeat("gatehouse:clients:write ", 20), " "))
	assert.LessOrEqual(t, len(r.Received), 80)
	assert.Equal(t, "gatehouse:keys:read", r.Expected)
}
