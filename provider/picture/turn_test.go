package picture

import (
	"bytes"
	"context"
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An upload is decoded while all others wait. Of a JPEG each scan goes over all pixels again, which takes 33 bytes.
func TestScansOfAnUploadAreBounded(t *testing.T) {
	t.Parallel()
	whole := asJPEG(t, quarters(8, 8))
	start := bytes.Index(whole, []byte("\xff\xda"))
	of := func(count int) []byte {
		scan := whole[start : len(whole)-2]
		return append(append(bytes.Clone(whole[:start]), bytes.Repeat(scan, count)...), "\xff\xd9"...)
	}
	_, err := Square(of(20))
	require.NoError(t, err)
	_, err = Square(of(21))
	require.ErrorIs(t, err, ErrFormat)
}

// Whoever left does not hold the others up, also when their turn has come.
func TestTurnOfAClientThatLeft(t *testing.T) {
	t.Parallel()
	r := NewRegistry(nil, "https://id.example", nil, nil)
	upload := asPNG(t, image.NewRGBA(image.Rect(0, 0, 1, 1)))
	gone, leave := context.WithCancel(t.Context())
	leave()
	for range 50 { // a choice between what is ready is made at random
		_, err := r.Prepare(gone, upload)
		require.ErrorIs(t, err, context.Canceled)
	}
	_, err := r.Prepare(t.Context(), upload)
	require.NoError(t, err, "the turn is free again")
	r.turn <- struct{}{}
	_, err = r.Prepare(gone, upload)
	assert.ErrorIs(t, err, context.Canceled, "nor do they wait")
}
