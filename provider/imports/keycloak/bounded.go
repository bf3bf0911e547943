package keycloak

import (
	"encoding/json"
	"errors"
	"io"
)

// maxValue bounds, in bytes, what the decoder has to hold at once: an entry, or a text elsewhere.
const maxValue = 16 << 20

var errTooLarge = errors.New("too large")

// bounded ends the source of a decoder when it holds too much: it holds a value until it is whole, and
// a file may have one without an end.
type bounded struct {
	r       io.Reader
	decoder *json.Decoder
	read    int64
}

// Read is called when the decoder has used what it can of what it holds.
func (b *bounded) Read(p []byte) (int, error) {
	held := b.read - b.decoder.InputOffset()
	if held > maxValue {
		return 0, errTooLarge
	}
	n, err := b.r.Read(p)
	b.read += int64(n)
	return n, err
}
