package logo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/webp"

	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

const (
	// maxBytes is the maximum size of a copy in bytes, maxSide in pixels: a few hundred bytes of
	// PNG can describe an image that takes gigabytes to show.
	maxBytes = 256 << 10
	maxSide  = 2048
)

// accept is sent with a fetch. SVG is deliberately missing.
const accept = "image/webp, image/png, image/jpeg, image/gif"

const mediaJPEG = "image/jpeg"

// errUnusable: the response is not an image that may be shown.
var errUnusable = errors.New("not usable as a logo")

// format is an accepted image format.
type format struct {
	mediaType string
	magic     func(body []byte) bool
	header    func(r io.Reader) (image.Config, error)
}

func formats() []format {
	begins := func(magics ...string) func([]byte) bool {
		return func(body []byte) bool {
			for _, magic := range magics {
				if bytes.HasPrefix(body, []byte(magic)) {
					return true
				}
			}
			return false
		}
	}
	isWebP := func(body []byte) bool {
		return len(body) > 12 && string(body[:4]) == "RIFF" && string(body[8:12]) == "WEBP"
	}
	return []format{
		{"image/png", begins("\x89PNG\r\n\x1a\n"), png.DecodeConfig},
		{mediaJPEG, begins("\xff\xd8\xff"), jpeg.DecodeConfig},
		{"image/gif", begins("GIF87a", "GIF89a"), gif.DecodeConfig},
		{"image/webp", isWebP, webp.DecodeConfig},
	}
}

// inspect determines the format of a fetched image. The bytes decide and not the media type; but a
// response that is not even declared as an image was not meant as one, such as a file that a user
// uploaded to that server.
func inspect(answer outbound.Fetched) (Picture, error) {
	if !strings.HasPrefix(answer.MediaType, "image/") {
		return Picture{}, fmt.Errorf("%w: sent as %q", errUnusable, answer.MediaType)
	}
	mediaType, size, err := Measure(answer.Body)
	if err != nil {
		return Picture{}, err
	}
	if size.Width < 1 || size.Height < 1 || size.Width > maxSide || size.Height > maxSide {
		return Picture{}, fmt.Errorf("%w: %d by %d pixels", errUnusable, size.Width, size.Height)
	}
	return newPicture(mediaType, answer.Body), nil
}

// Measure tells which of the accepted formats an image has by its bytes, and its size by its header. Nothing is
// decoded, so that the size can be judged before. A JPEG that would take too many scans to decode is refused.
func Measure(body []byte) (mediaType string, size image.Config, err error) {
	for _, f := range formats() {
		if !f.magic(body) {
			continue
		}
		if size, err = measure(f, body); err != nil {
			return "", size, fmt.Errorf("%w: %s: %w", errUnusable, f.mediaType, err)
		}
		if f.mediaType == mediaJPEG && scans(body) > maxScans {
			return "", size, fmt.Errorf("%w: more than %d scans", errUnusable, maxScans)
		}
		return f.mediaType, size, nil
	}
	return "", size, fmt.Errorf("%w: neither PNG, JPEG, GIF nor WebP", errUnusable)
}

// measure reads the header of an image. A decoder that panics on foreign bytes would end the whole
// server: fetches run in their own goroutines, where no handler recovers.
func measure(f format, body []byte) (size image.Config, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("decoder: %v", fault)
		}
	}()
	return f.header(bytes.NewReader(body))
}
