package logo_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/logo"
)

func TestFourFormatsAreAccepted(t *testing.T) {
	t.Parallel()
	h := open(t)
	accepted := make(chan string, 1)
	for kind, mediaType := range map[string]string{"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "webp lossless": "image/webp"} {
		body := picture(t, kind)
		h.answer(func(w http.ResponseWriter, r *http.Request) {
			accepted <- r.Header.Get("Accept")
			w.Header().Set("Content-Type", mediaType+"; charset=binary")
			_, _ = w.Write(body)
		})
		got, err := h.get(strings.ReplaceAll(kind, " ", "-"))
		require.NoError(t, err, kind)
		assert.Equal(t, mediaType, got.MediaType)
		assert.Equal(t, body, got.Body)
		assert.Len(t, got.Checksum, 16)
		assert.NotContains(t, <-accepted, "svg")
	}
}

// The bytes decide. The image is served with the type of its header and with nosniff, so every
// browser treats it as an image, whatever follows the header.
func TestBytesDecideTheFormat(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.serve("image/jpeg", picture(t, "png"))
	got, err := h.get("mislabelled")
	require.NoError(t, err)
	assert.Equal(t, "image/png", got.MediaType)

	h.serve("image/svg+xml", picture(t, "gif"))
	got, err = h.get("called-svg")
	require.NoError(t, err)
	assert.Equal(t, "image/gif", got.MediaType)

	h.serve("image/png", append(picture(t, "png"), "<script>alert(1)</script>"...))
	got, err = h.get("polyglot")
	require.NoError(t, err)
	assert.Equal(t, "image/png", got.MediaType)
}

// Content that can act in this server's origin, or exhaust the memory of a browser, is refused.
func TestOtherContentIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	const svg = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	vp8l := []byte("RIFF\x12\x00\x00\x00WEBPVP8L\x05\x00\x00\x00\x2f\xff\xff\xff\x0f\x00")
	for name, tc := range map[string]struct {
		mediaType string
		body      []byte
		why       string
	}{
		"svg":              {"image/svg+xml", []byte(svg), "neither PNG"},
		"svg-as-png":       {"image/png", []byte(svg), "neither PNG"},
		"html":             {"text/html", []byte("<html>"), "sent as"},
		"html-as-png":      {"image/png", []byte("<html>"), "neither PNG"},
		"png-as-html":      {"text/html", picture(t, "png"), "sent as"},
		"png-as-bytes":     {"application/octet-stream", picture(t, "png"), "sent as"},
		"png-as-nothing":   {"", picture(t, "png"), "sent as"},
		"png-behind-html":  {"image/png", append([]byte("<html>"), picture(t, "png")...), "neither PNG"},
		"empty":            {"image/png", nil, "neither PNG"},
		"bmp":              {"image/bmp", []byte("BM\x00\x00\x00\x00"), "neither PNG"},
		"ico":              {"image/x-icon", []byte("\x00\x00\x01\x00"), "neither PNG"},
		"magic-only":       {"image/png", []byte("\x89PNG\r\n\x1a\n<script>"), "image/png"},
		"broken-checksum":  {"image/png", append(pngHeader(3, 3)[:29], 0, 0, 0, 0), "checksum"},
		"jpeg-magic-only":  {"image/jpeg", []byte("\xff\xd8\xff<script>"), "image/jpeg"},
		"gif-magic-only":   {"image/gif", []byte("GIF89a"), "image/gif"},
		"webp-magic-only":  {"image/webp", []byte("RIFF\x04\x00\x00\x00WEBP<"), "image/webp"},
		"png-too-wide":     {"image/png", pngHeader(2049, 1), "2049 by 1 pixels"},
		"png-too-high":     {"image/png", pngHeader(1, 2049), "1 by 2049 pixels"},
		"png-bomb":         {"image/png", pngHeader(30000, 30000), "30000 by 30000 pixels"},
		"png-overflow":     {"image/png", pngHeader(1<<31-1, 1<<31-1), "image/png"},
		"png-of-nothing":   {"image/png", pngHeader(0, 5), "image/png"},
		"gif-bomb":         {"image/gif", gifHeader(65535, 65535), "65535 by 65535 pixels"},
		"gif-of-nothing":   {"image/gif", gifHeader(0, 0), "0 by 0 pixels"},
		"jpeg-bomb":        {"image/jpeg", jpegHeader(65500, 65500), "65500 by 65500 pixels"},
		"webp-bomb":        {"image/webp", webpHeader(16384, 16384), "16384 by 16384 pixels"},
		"webp-lossless":    {"image/webp", vp8l, "16384 by 16384 pixels"},
		"one-byte-too-big": {"image/png", padded(picture(t, "png"), 256<<10+1), "more than 262144 bytes"},
	} {
		h.serve(tc.mediaType, tc.body)
		_, err := h.get(name)
		assert.ErrorIs(t, err, logo.ErrUnavailable, name)
		assert.ErrorContains(t, err, tc.why, name)
	}
}

func TestImagesAtTheBoundsAreAccepted(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, body := range map[string][]byte{
		// None of these has pixels: only the header is read.
		"png": pngHeader(2048, 2048), "gif": gifHeader(2048, 2048), "jpeg": jpegHeader(2048, 2048), "webp": webpHeader(2048, 2048),
		"heavy": padded(picture(t, "png"), 256<<10),
	} {
		h.serve("image/x", body)
		got, err := h.get(name)
		require.NoError(t, err, name)
		assert.Len(t, got.Body, len(body))
	}
}
