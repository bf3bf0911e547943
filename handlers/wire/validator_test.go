package wire_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

func TestNotModified(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]bool{
		`"abc"`: true, `W/"abc"`: true, `"x", "abc"`: true, `"x,y",W/"abc" , "z"`: true, "*": true, " * ": true,
		"": false, `"ab"`: false, `abc`: false, `"abc`: false, `"x", "*"`: false, `"ABC"`: false, `W/"x"`: false,
	} {
		r := &http.Request{Header: http.Header{"If-None-Match": {sent}}}
		assert.Equal(t, want, wire.NotModified(r, `"abc"`), sent)
	}
	r := &http.Request{Header: http.Header{"If-None-Match": {`"x"`, `"abc"`}}}
	assert.True(t, wire.NotModified(r, `"abc"`), "in a separate header line")
	assert.False(t, wire.NotModified(&http.Request{}, `"abc"`))
}
