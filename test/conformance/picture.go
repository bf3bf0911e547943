package main

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// words is a picture of a few lines, as a data URL.
func words(lines ...string) (string, error) {
	const width, lineHeight, margin = 640, 20, 16
	picture := image.NewRGBA(image.Rect(0, 0, width, lineHeight*len(lines)+2*margin))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	pen := font.Drawer{Dst: picture, Src: image.NewUniform(color.Black), Face: basicfont.Face7x13}
	for i, line := range lines {
		pen.Dot = fixed.P(margin, margin+lineHeight*(i+1)-6)
		pen.DrawString(line)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return "", err
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
