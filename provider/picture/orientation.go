package picture

import (
	"encoding/binary"
	"image"
)

// orientation reads from a JPEG how the camera was held, 1 to 8 (Exif 2.3, tag 0x0112); 1: upright, or not known.
// The tag is lost when the image is written anew, so the pixels are turned instead.
func orientation(upload []byte) int {
	const upright = 1
	rest := upload[min(2, len(upload)):] // after the start of the image
	for len(rest) >= 4 && rest[0] == 0xff && rest[1] >= 0xe0 && rest[1] <= 0xef {
		length := int(binary.BigEndian.Uint16(rest[2:]))
		if length < 2 || len(rest) < 2+length {
			return upright
		}
		segment := rest[4 : 2+length]
		if rest[1] == 0xe1 && len(segment) > 6 && string(segment[:6]) == "Exif\x00\x00" {
			return orientationIn(segment[6:])
		}
		rest = rest[2+length:]
	}
	return upright
}

// orientationIn reads it from the first directory of a TIFF header.
func orientationIn(tiff []byte) int {
	const tag, entrySize, upright = 0x0112, 12, 1
	var order binary.ByteOrder = binary.BigEndian
	if len(tiff) < 8 {
		return upright
	}
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return upright
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entrySize {
			return upright
		}
		if order.Uint16(entries) == tag {
			if value := int(order.Uint16(entries[8:])); value >= 1 && value <= 8 {
				return value
			}
			return upright
		}
		entries = entries[entrySize:]
	}
	return upright
}

// upright turns and mirrors a square by its orientation.
func upright(square *image.RGBA, by int) *image.RGBA {
	if by == 1 {
		return square
	}
	last := square.Bounds().Dx() - 1
	turned := image.NewRGBA(square.Bounds())
	for y := range last + 1 {
		for x := range last + 1 {
			from := [9]image.Point{
				2: {last - x, y}, 3: {last - x, last - y}, 4: {x, last - y},
				5: {y, x}, 6: {y, last - x}, 7: {last - y, last - x}, 8: {last - y, x},
			}[by]
			turned.SetRGBA(x, y, square.RGBAAt(from.X, from.Y))
		}
	}
	return turned
}
