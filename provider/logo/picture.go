package logo

import (
	"crypto/sha256"
	"encoding/hex"
)

// Picture is the copy of a logo. It is shared between requests: do not change it.
type Picture struct {
	MediaType string // one of the four
	Body      []byte
	Checksum  string // of Body
}

func newPicture(mediaType string, body []byte) Picture {
	return Picture{MediaType: mediaType, Body: body, Checksum: checksum(body)}
}

// Version names the logo_uri that a copy is of. It stands in the address of the copy: a client
// that is registered with another logo gets another address, and no browser shows the old one.
func Version(uri string) string { return checksum([]byte(uri)) }

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
