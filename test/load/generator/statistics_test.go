package generator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

func TestPercentileIsTheNearestRank(t *testing.T) {
	t.Parallel()
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		values []time.Duration
		p      float64
		want   time.Duration
	}{
		{nil, 50, 0},
		{[]time.Duration{7}, 0, 7},
		{[]time.Duration{7}, 99, 7},
		{[]time.Duration{1, 2}, 50, 1},
		{[]time.Duration{1, 2}, 51, 2},
		{hundred, 50, 50},
		{hundred, 99, 99},
		{hundred, 99.5, 100},
		{hundred, 100, 100},
	} {
		assert.Equal(t, c.want, generator.Percentile(c.values, c.p), "p%v of %d values", c.p, len(c.values))
	}
}

func TestMedianDoesNotSortItsArgument(t *testing.T) {
	t.Parallel()
	assert.Zero(t, generator.Median(nil))
	assert.InDelta(t, 4.0, generator.Median([]float64{4}), 0)
	assert.InDelta(t, 2.5, generator.Median([]float64{9, 1, 2, 3}), 0)
	values := []float64{30, 10, 20}
	assert.InDelta(t, 20.0, generator.Median(values), 0)
	assert.Equal(t, []float64{30, 10, 20}, values)
}
