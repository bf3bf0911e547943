package accounts

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
)

func TestIdsOfLinksInEitherCase(t *testing.T) {
	t.Parallel()
	lower, err := linked("0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeef")
	require.NoError(t, err)
	upper, err := linked("0199AAAA-BBBB-7CCC-8DDD-EEEEEEEEEEEF")
	require.NoError(t, err)
	assert.Equal(t, lower, upper)
	_, err = linked("0199aaaabbbb7ccc8dddeeeeeeeeeeef")
	require.ErrorIs(t, err, provider.ErrMalformedID)
}
