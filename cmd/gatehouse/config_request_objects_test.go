package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/keys"
)

func TestSettingOfRequestObjects(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		set   []string
		fault string
	}{
		{nil, ""},
		{[]string{"request"}, ""},
		{[]string{"request_uri", "encrypted"}, ""},
		{[]string{"on"}, `"on" must be one or more of request, request_uri, encrypted`},
		{[]string{"encrypted"}, "encrypted needs request or request_uri beside it"},
	} {
		c := config{RequestObjects: tc.set}
		if tc.fault == "" {
			require.NoError(t, c.validateRequestObjects(), tc.set)
			continue
		}
		require.ErrorContains(t, c.validateRequestObjects(), tc.fault)
	}
	assert.NotContains(t, (&config{RequestObjects: []string{"request"}}).keyAlgorithms(), keys.ECDHES)
	assert.Contains(t, (&config{RequestObjects: []string{"request", "encrypted"}}).keyAlgorithms(), keys.RSAOAEP256)
}
