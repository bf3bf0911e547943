package logo_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/logo"
)

// scanned is a JPEG of a number of scans, with what the last one is followed by.
func scanned(t *testing.T, count int, then string) []byte {
	t.Helper()
	whole := picture(t, "jpeg")
	start := bytes.Index(whole, []byte("\xff\xda"))
	require.Positive(t, start)
	scan := whole[start : len(whole)-2]
	return append(append(bytes.Clone(whole[:start]), bytes.Repeat(scan, count)...), then...)
}

// segment is one of an application.
func segment(body, content []byte) []byte {
	length := binary.BigEndian.AppendUint16([]byte("\xff\xd8\xff\xe1"), uint16(len(content)+2))
	return append(append(length, content...), body[2:]...)
}

// Each scan goes over all pixels again: with thousands of them a browser that shows the logo stands still.
func TestScansOfAJPEGAreBounded(t *testing.T) {
	t.Parallel()
	many := bytes.Repeat([]byte("\xff\xda"), 1000)
	for name, test := range map[string]struct {
		body    []byte
		refused bool
	}{
		"20":                        {scanned(t, 20, "\xff\xd9"), false},
		"21":                        {scanned(t, 21, "\xff\xd9"), true},
		"21 without an end":         {scanned(t, 21, ""), true},
		"21 with bytes that fill":   {bytes.ReplaceAll(scanned(t, 21, "\xff\xd9"), []byte("\xff\xda"), []byte("\xff\xff\xff\xda")), true},
		"21 with noise between":     {bytes.ReplaceAll(scanned(t, 21, "\xff\xd9"), []byte("\xff\xda"), []byte("\x00x\xff\x00\xff\xd0\xff\xda")), true},
		"cut off in a scan":         {scanned(t, 21, "\xff\xda\x00"), true},
		"cut off":                   {scanned(t, 1, "\xff\xda"), false},
		"in a segment":              {segment(scanned(t, 1, "\xff\xd9"), many), false},
		"after the image":           {append(scanned(t, 1, "\xff\xd9"), many...), false},
		"an end that is in segment": {segment(scanned(t, 21, "\xff\xd9"), []byte("\xff\xd9")), true},
	} {
		mediaType, _, err := logo.Measure(test.body)
		if test.refused {
			assert.ErrorContains(t, err, "scans", name)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, "image/jpeg", mediaType, name)
	}
}
