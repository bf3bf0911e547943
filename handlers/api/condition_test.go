package api

import (
	"testing"

	"github.com/stretchr/testify/assert"
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
