package api

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

func TestConditions(t *testing.T) {
	t.Parallel()
	for sent, passes := range map[string]bool{
		"": true, `"a"`: true, "*": true, `"x", "a"`: true, ` "a" `: true,
		`"b"`: false, `W/"a"`: false, "a": false, `"a`: false, ",": false, `"x","y"`: false,
	} {
		assert.Equal(t, passes, Condition{IfMatch: sent}.Check(`"a"`) == nil, sent)
	}
}

// What a user shows has its part in the ETag, also where it leaves the time of the last change as it is.
func TestVersionsOfAUser(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	due := at.Add(time.Hour)
	u := account.User{UpdatedAt: at}
	same := account.User{UpdatedAt: at.In(time.FixedZone("", 3600)), Factors: []string{}}
	assert.Equal(t, userVersion(&u), userVersion(&same))
	for name, other := range map[string]account.User{
		"a change": {UpdatedAt: at.Add(time.Microsecond)}, "a factor": {UpdatedAt: at, Factors: []string{"totp"}}, "a deletion": {UpdatedAt: at, DeleteAt: &due},
	} {
		assert.NotEqual(t, userVersion(&u), userVersion(&other), name)
		assert.Regexp(t, `^"[\w-]+"$`, userVersion(&other))
	}
}
