package pages

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"
)

// Logo is the operator's logo.
type Logo struct {
	asset   string
	content []byte
	width   int
}

// Bounds of a logo: of the file in bytes, and of a PNG in pixels.
const (
	maxLogo       = 64 << 10
	maxLogoPixels = 2048
)

// Sizes of the icon in the header, in CSS pixels.
const (
	iconHeight   = 28
	minIconWidth = 14
	maxIconWidth = 168
)

// NewLogo reads an SVG or PNG image.
func NewLogo(content []byte) (*Logo, error) {
	if len(content) > maxLogo {
		return nil, fmt.Errorf("has %d bytes; at most 64 KiB are served with every page", len(content))
	}
	if bytes.HasPrefix(content, []byte("\x89PNG")) {
		return newPNG(content)
	}
	return newSVG(content)
}

func newPNG(content []byte) (*Logo, error) {
	config, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("is not a PNG image: %w", err)
	}
	if config.Width > maxLogoPixels || config.Height > maxLogoPixels {
		return nil, fmt.Errorf("has %d by %d pixels; at most 2048 by 2048 can be shown", config.Width, config.Height)
	}
	if _, err := png.Decode(bytes.NewReader(content)); err != nil {
		return nil, fmt.Errorf("is not a whole PNG image: %w", err)
	}
	return &Logo{"logo.png", content, iconWidth(float64(config.Width), float64(config.Height))}, nil
}

// newSVG refuses what has no place in a logo. Scripts would not run in any case: an image of a page
// runs none, and opened on its own it is served under a policy without them.
func newSVG(content []byte) (*Logo, error) {
	reader := xml.NewDecoder(bytes.NewReader(content))
	var root *xml.StartElement
	for {
		token, err := reader.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("is neither a PNG nor an SVG image: %w", err)
		}
		start, isStart := token.(xml.StartElement)
		if !isStart {
			continue
		}
		if root == nil {
			root = &start
		}
		if active(start) {
			return nil, fmt.Errorf("contains a script or an event handler (in the element %s): remove it", start.Name.Local)
		}
	}
	if root == nil || root.Name.Local != "svg" || root.Name.Space != "http://www.w3.org/2000/svg" {
		return nil, errors.New("is neither a PNG nor an SVG image")
	}
	width, height := svgSize(root)
	return &Logo{"logo.svg", content, iconWidth(width, height)}, nil
}

// active tells whether an element could run something.
func active(element xml.StartElement) bool {
	if name := strings.ToLower(element.Name.Local); name == "script" || name == "foreignobject" {
		return true
	}
	for _, attribute := range element.Attr {
		value := strings.ToLower(strings.TrimSpace(attribute.Value))
		if strings.HasPrefix(strings.ToLower(attribute.Name.Local), "on") || strings.HasPrefix(value, "javascript:") {
			return true
		}
	}
	return false
}

// svgSize is the size of an image by its view box, or else by its width and height; zero: unknown.
func svgSize(root *xml.StartElement) (width, height float64) {
	for _, attribute := range root.Attr {
		number, _ := strconv.ParseFloat(strings.TrimSuffix(attribute.Value, "px"), 64)
		switch attribute.Name.Local {
		case "width":
			width = number
		case "height":
			height = number
		}
	}
	for _, attribute := range root.Attr {
		if box := strings.Fields(strings.ReplaceAll(attribute.Value, ",", " ")); attribute.Name.Local == "viewBox" && len(box) == 4 {
			width, _ = strconv.ParseFloat(box[2], 64)
			height, _ = strconv.ParseFloat(box[3], 64)
		}
	}
	return width, height
}

// iconWidth keeps the shape of the image, within bounds. Without a size it is a square.
func iconWidth(width, height float64) int {
	ratio := width / height
	if !(ratio > 0) || math.IsInf(ratio, 0) { // also when it is not a number
		return iconHeight
	}
	return int(min(max(math.Round(iconHeight*ratio), minIconWidth), maxIconWidth))
}
