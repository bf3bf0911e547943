package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"github.com/gatehouse-id/gatehouse/provider/logo"
)

const (
	// MaxUpload bounds an upload, in bytes: photos of phones have less.
	MaxUpload = 8 << 20
	// maxPixels bounds what is decoded. The worst case takes 8 bytes for each.
	maxPixels = 16 << 20
	// side is that of what is kept, in pixels.
	side = 512
	// quality is that of the JPEG: a square of 512 takes some 50 KB.
	quality = 85
	// maxKept is more than any such JPEG has.
	maxKept = 1 << 20
)

// The refusals of an upload.
var (
	// ErrFormat: the upload is none of the accepted formats, or is damaged.
	ErrFormat = errors.New("not a PNG, JPEG or WebP image")
	// ErrSize: the image has too many bytes or pixels.
	ErrSize = errors.New("the image is too large")
)

// Square decodes an upload and writes its middle as a JPEG of at most 512 by 512 pixels. It returns ErrFormat or
// ErrSize. A transparent image gets a white ground.
func Square(upload []byte) ([]byte, error) {
	if len(upload) > MaxUpload {
		return nil, ErrSize
	}
	mediaType, size, err := logo.Measure(upload)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if size.Width < 1 || size.Height < 1 {
		return nil, ErrFormat
	}
	if int64(size.Width)*int64(size.Height) > maxPixels {
		return nil, fmt.Errorf("%w: %d by %d pixels", ErrSize, size.Width, size.Height)
	}
	whole, err := decode(mediaType, upload)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	square := middle(whole)
	if mediaType == "image/jpeg" {
		square = upright(square, orientation(upload))
	}
	var kept bytes.Buffer
	if err := jpeg.Encode(&kept, square, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("picture: write: %w", err)
	}
	if kept.Len() > maxKept {
		return nil, ErrSize
	}
	return kept.Bytes(), nil
}

// decode decodes an image. A decoder that panics on foreign bytes makes the upload one that is damaged.
func decode(mediaType string, upload []byte) (decoded image.Image, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("decoder: %v", fault)
		}
	}()
	var from func(io.Reader) (image.Image, error)
	switch mediaType {
	case "image/png":
		from = png.Decode
	case "image/jpeg":
		from = jpeg.Decode
	case "image/webp":
		from = webp.Decode
	default: // a moving image would stand still
		return nil, ErrFormat
	}
	return from(bytes.NewReader(upload))
}

// middle is the square in the middle of an image, scaled down to the side that is kept.
func middle(whole image.Image) *image.RGBA {
	bounds := whole.Bounds()
	length := min(bounds.Dx(), bounds.Dy())
	from := image.Rect(0, 0, length, length).Add(bounds.Min).Add(image.Pt((bounds.Dx()-length)/2, (bounds.Dy()-length)/2))
	to := min(length, side)
	square := image.NewRGBA(image.Rect(0, 0, to, to))
	draw.Draw(square, square.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(square, square.Bounds(), whole, from, draw.Over, nil)
	return square
}
