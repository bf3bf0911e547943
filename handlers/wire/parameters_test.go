package wire_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

func TestSemicolonIsData(t *testing.T) {
	t.Parallel()
	got, err := wire.Parameters("state=a;b&scope=openid%3Bx;&c=1;d=2")
	require.NoError(t, err)
	assert.Equal(t, url.Values{"state": {"a;b"}, "scope": {"openid;x;"}, "c": {"1;d=2"}}, got)
	_, err = wire.Parameters("state=%zz")
	assert.Error(t, err)
}
