package logo_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/logo"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

// fixture is a cache with a client's web server. The id of a client is the path of its logo.
type fixture struct {
	*logo.Cache
	*httptest.Server

	t       *testing.T
	now     atomic.Pointer[time.Time]
	fetches atomic.Int64
	handler atomic.Pointer[http.HandlerFunc]
}

func newFixture(t *testing.T, allow ...string) *fixture {
	t.Helper()
	h := &fixture{t: t}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	h.now.Store(&at)
	h.serve("image/png", picture(t, "png"))
	h.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.fetches.Add(1)
		(*h.handler.Load())(w, r)
	}))
	t.Cleanup(h.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Certificate().Raw})
	fetch, err := outbound.New(outbound.Options{CA: ca, Allow: allow})
	require.NoError(t, err)
	h.Cache = logo.NewCache(h, fetch, func() time.Time { return *h.now.Load() })
	return h
}

// open is a fixture that may connect to the server.
func open(t *testing.T) *fixture { t.Helper(); return newFixture(t, "127.0.0.1") }

func (h *fixture) Client(_ context.Context, id string) (*client.Client, error) {
	switch id {
	case "unknown":
		return nil, provider.ErrNotFound
	case "plain":
		return &client.Client{ID: id}, nil
	}
	return &client.Client{ID: id, LogoURI: h.uri(id), Disabled: id == "disabled"}, nil
}

func (h *fixture) uri(id string) string { return h.URL + "/" + id }

func (h *fixture) answer(handler http.HandlerFunc) { h.handler.Store(&handler) }

func (h *fixture) serve(mediaType string, body []byte) {
	h.answer(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{mediaType}
		_, _ = w.Write(body)
	})
}

func (h *fixture) pass(d time.Duration) {
	at := h.now.Load().Add(d)
	h.now.Store(&at)
}

func (h *fixture) get(id string) (logo.Picture, error) {
	return h.Picture(h.t.Context(), id, logo.Version(h.uri(id)))
}

// picture is a small image.
func picture(t *testing.T, kind string) []byte {
	t.Helper()
	canvas := image.NewRGBA(image.Rect(0, 0, 3, 2))
	var b bytes.Buffer
	switch kind {
	case "png":
		require.NoError(t, png.Encode(&b, canvas))
	case "jpeg":
		require.NoError(t, jpeg.Encode(&b, canvas, nil))
	case "gif":
		require.NoError(t, gif.Encode(&b, canvas, nil))
	case "webp":
		return unpacked(t, "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	case "webp lossless":
		return unpacked(t, "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	}
	return b.Bytes()
}

func unpacked(t *testing.T, text string) []byte {
	t.Helper()
	body, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	return body
}

// pngHeader is a PNG header of the given size without any pixels.
func pngHeader(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	header = append(binary.BigEndian.AppendUint32(header, height), 8, 6, 0, 0, 0)
	body := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), 13)
	body = append(body, header...)
	return binary.BigEndian.AppendUint32(body, crc32.ChecksumIEEE(header))
}

func gifHeader(width, height uint16) []byte {
	body := binary.LittleEndian.AppendUint16([]byte("GIF89a"), width)
	return append(binary.LittleEndian.AppendUint16(body, height), 0, 0, 0)
}

func jpegHeader(width, height uint16) []byte {
	body := binary.BigEndian.AppendUint16([]byte("\xff\xd8\xff\xc0\x00\x0b\x08"), height)
	body = append(binary.BigEndian.AppendUint16(body, width), 1, 1, 0x11, 0)
	return append(body, "\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"...)
}

func webpHeader(width, height uint32) []byte {
	body := []byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00")
	return append(body, byte(width-1), byte((width-1)>>8), byte((width-1)>>16), byte(height-1), byte((height-1)>>8), byte((height-1)>>16))
}

// padded makes an image of the given size in bytes.
func padded(body []byte, size int) []byte { return append(body, make([]byte, size-len(body))...) }
