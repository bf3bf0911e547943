package logo

import "encoding/binary"

// maxScans is the maximum number of scans of a JPEG. Each goes over all pixels again, whatever its size: a few
// kilobytes take whoever decodes them minutes, here or in a browser. Progressive images have 10 or so.
const maxScans = 20

// The markers of a JPEG, each after a byte of 0xff (ITU-T T.81 table B.1).
const (
	markerOf                  = 0xff
	stuffed                   = 0x00 // no marker: a byte of the pixels
	firstRestart, lastRestart = 0xd0, 0xd7
	endOfImage, startOfScan   = 0xd9, 0xda
)

// scans counts the scans of a JPEG up to its end. What its segments contain, such as a small copy of the image, does
// not count, nor does what follows the image, such as the film that belongs to a photo.
func scans(body []byte) (count int) {
	for at := 2; at+1 < len(body); { // after the start of the image
		marker := body[at+1]
		if body[at] != markerOf || marker == markerOf || marker == stuffed || (marker >= firstRestart && marker <= lastRestart) {
			at++ // among pixels, or a byte that fills
			continue
		}
		if marker == endOfImage {
			return count
		}
		if marker == startOfScan {
			count++
		}
		if at+4 > len(body) {
			return count
		}
		at += 2 + max(2, int(binary.BigEndian.Uint16(body[at+2:]))) // the length of a segment has its own two bytes
	}
	return count
}
