package delivery_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/delivery"
)

func TestLanesKeepRoomForReceiversThatWork(t *testing.T) {
	t.Parallel()
	l := delivery.NewLanes[string](4)
	assert.True(t, l.Begin("a", true))
	assert.False(t, l.Begin("a", true), "it has one")
	assert.True(t, l.Begin("b", true))
	assert.False(t, l.Begin("c", true), "half of the lanes are for those that work")
	assert.True(t, l.Begin("d", false))
	assert.True(t, l.Begin("e", false))
	assert.False(t, l.Begin("f", false), "there are no more")
	l.End("a")
	assert.True(t, l.Begin("c", true))
}
