package logo

import (
	"crypto/sha256"
	"encoding/hex"
)

// Picture is the copy of a logo. It is shared between requests: do not change it.
type Picture struct {
	MediaType string // of one of the four formats
	Body      []byte
	Checksum  string // of Body
}

func newPicture(mediaType string, body []byte) Picture {
	return Picture{MediaType: mediaType, Body: body, Checksum: checksum(body)}
}

// Version identifies the logo_uri of a copy. It is part of the copy's URL: when a client is
// registered with another logo the URL changes, and no browser shows the old one.
func Version(uri string) string { return checksum([]byte(uri)) }

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
