package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var red, green, blue, white = color.RGBA{255, 0, 0, 255}, color.RGBA{0, 255, 0, 255}, color.RGBA{0, 0, 255, 255}, color.RGBA{255, 255, 255, 255}

// quarters is an image with a color in each corner but the last, which is white.
func quarters(width, height int) *image.RGBA {
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			canvas.SetRGBA(x, y, map[[2]bool]color.RGBA{{true, true}: red, {false, true}: green, {true, false}: blue, {false, false}: white}[[2]bool{x < width/2, y < height/2}])
		}
	}
	return canvas
}

func asPNG(t *testing.T, of image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, of))
	return b.Bytes()
}

func asJPEG(t *testing.T, of image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, of, nil))
	return b.Bytes()
}

// corners are the colors of what is kept, at the top left, top right, bottom left and bottom right.
func corners(t *testing.T, kept []byte) (size int, colors [4]color.RGBA) {
	t.Helper()
	decoded, err := jpeg.Decode(bytes.NewReader(kept))
	require.NoError(t, err)
	bounds := decoded.Bounds()
	require.Equal(t, bounds.Dx(), bounds.Dy())
	last := bounds.Dx() - 1
	for i, at := range []image.Point{{0, 0}, {last, 0}, {0, last}, {last, last}} {
		r, g, b, _ := decoded.At(at.X, at.Y).RGBA()
		for _, channel := range []*uint32{&r, &g, &b} { // JPEG is not exact
			*channel = map[bool]uint32{true: 255, false: 0}[*channel > 0x8000]
		}
		colors[i] = color.RGBA{uint8(r), uint8(g), uint8(b), 255}
	}
	return bounds.Dx(), colors
}

func TestTheMiddleIsKeptAsASquare(t *testing.T) {
	t.Parallel()
	for _, of := range []struct{ width, height, want int }{{100, 100, 100}, {200, 100, 100}, {100, 300, 100}, {1000, 2000, 512}, {513, 513, 512}, {1, 1, 1}} {
		kept, err := Square(asPNG(t, quarters(of.width, of.height)))
		require.NoError(t, err)
		size, colors := corners(t, kept)
		assert.Equal(t, of.want, size)
		if of.want > 1 {
			assert.Equal(t, [4]color.RGBA{red, green, blue, white}, colors, of)
		}
	}
	kept, err := Square(asPNG(t, image.NewRGBA(image.Rect(0, 0, 8, 8))))
	require.NoError(t, err)
	_, colors := corners(t, kept)
	assert.Equal(t, [4]color.RGBA{white, white, white, white}, colors, "what is transparent gets a ground")
}

// exif is a segment with an orientation and a place, as a camera writes it.
func exif(order binary.AppendByteOrder, mark string, orientation uint16) []byte {
	tiff := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	tiff = order.AppendUint16(tiff, 2)
	tiff = append(order.AppendUint32(order.AppendUint16(order.AppendUint16(tiff, 0x010e), 2), 4), "HERE"...)
	tiff = order.AppendUint32(order.AppendUint16(order.AppendUint16(tiff, 0x0112), 3), 1)
	tiff = order.AppendUint16(order.AppendUint16(tiff, orientation), 0)
	content := append([]byte("Exif\x00\x00"), tiff...)
	return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(content)+2)), content...)
}

// Photos are upright however the camera was held, and nothing of what the camera wrote is kept.
func TestPhotosAreTurnedAndLoseTheirMetadata(t *testing.T) {
	t.Parallel()
	for orientation, want := range map[uint16][4]color.RGBA{
		1: {red, green, blue, white}, 2: {green, red, white, blue}, 3: {white, blue, green, red}, 4: {blue, white, red, green},
		5: {red, blue, green, white}, 6: {blue, red, white, green}, 7: {white, green, blue, red}, 8: {green, white, red, blue},
		0: {red, green, blue, white}, 9: {red, green, blue, white},
	} {
		for mark, order := range map[string]binary.AppendByteOrder{"MM": binary.BigEndian, "II": binary.LittleEndian} {
			photo := asJPEG(t, quarters(64, 64))
			photo = append(append([]byte{0xff, 0xd8}, exif(order, mark, orientation)...), photo[2:]...)
			require.Contains(t, string(photo), "HERE")
			kept, err := Square(photo)
			require.NoError(t, err)
			_, colors := corners(t, kept)
			assert.Equal(t, want, colors, "%d %s", orientation, mark)
			assert.NotContains(t, string(kept), "HERE")
			assert.NotContains(t, string(kept), "Exif")
		}
	}
}

func TestMalformedOrientationsAreIgnored(t *testing.T) {
	t.Parallel()
	good := exif(binary.BigEndian, "MM", 6)
	photo := asJPEG(t, quarters(8, 8))
	for n := range good {
		short := append(append([]byte{0xff, 0xd8}, good[:n]...), photo[2:]...)
		assert.NotPanics(t, func() { orientation(short) })
		assert.NotPanics(t, func() { orientation(append([]byte{0xff, 0xd8}, good[:n]...)) })
	}
	assert.Equal(t, 6, orientation(append([]byte{0xff, 0xd8}, good...)))
	assert.Equal(t, 1, orientation(nil))
	far := exif(binary.BigEndian, "MM", 6)
	copy(far[14:], "\xff\xff\xff\xff")
	assert.Equal(t, 1, orientation(append([]byte{0xff, 0xd8}, far...)), "a directory that is not there")
}

func TestUploadsThatAreRefused(t *testing.T) {
	t.Parallel()
	var moving bytes.Buffer
	require.NoError(t, gif.Encode(&moving, quarters(8, 8), nil))
	whole := asPNG(t, quarters(64, 64))
	for name, upload := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "GIF": moving.Bytes(), "cut off": whole[:len(whole)/2],
		"HTML that begins as a PNG": append([]byte("\x89PNG\r\n\x1a\n"), "<script>"...),
	} {
		_, err := Square(upload)
		require.ErrorIs(t, err, ErrFormat, name)
	}
	bomb := append([]byte(nil), whole...)
	binary.BigEndian.PutUint32(bomb[16:], 5000)
	binary.BigEndian.PutUint32(bomb[20:], 5000)
	_, err := Square(bomb)
	require.Error(t, err, "what its header says is judged before it is decoded")
	_, err = Square(make([]byte, MaxUpload+1))
	require.ErrorIs(t, err, ErrSize)
	_, err = Square(asPNG(t, image.NewGray(image.Rect(0, 0, 4097, 4096))))
	require.ErrorIs(t, err, ErrSize)
	_, err = Square(append(whole, "<script>alert(1)</script>"...))
	require.NoError(t, err, "what follows the image is not kept")
}
