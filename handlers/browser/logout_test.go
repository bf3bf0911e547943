package browser

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// narrow has room for one frame.
type narrow struct{ logoutEndpoint }

func (narrow) Frames(_ context.Context, parties []session.Party) ([]oauth.Frame, int, error) {
	return make([]oauth.Frame, min(len(parties), 1)), max(len(parties)-1, 0), nil
}

// An operator learns that applications were not told.
func TestFramesThatHaveNoRoomAreCounted(t *testing.T) {
	t.Parallel()
	var leftOut []int
	b := New(Config{Logout: narrow{}, LeftOut: func(frames int) { leftOut = append(leftOut, frames) }})
	for parties := range 4 {
		_, err := b.frames(t.Context(), make([]session.Party, parties))
		require.NoError(t, err)
	}
	assert.Equal(t, []int{1, 2}, leftOut)
	_, err := New(Config{Logout: narrow{}}).frames(t.Context(), make([]session.Party, 2))
	require.NoError(t, err, "nobody counts them")
}
