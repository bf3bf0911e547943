package grant

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// standingKey is the same for the same client and the same sets of scopes and audiences, in any
// order. Every part is preceded by its length, so that no two requests share a key because their
// parts concatenate to the same text.
func standingKey(clientID string, scopes, audience []string) [sha256.Size]byte {
	buf := make([]byte, 0, 256)
	add := func(part string) {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(part))) //nolint:gosec // bounded by the request body
		buf = append(buf, part...)
	}
	addSet := func(set []string) {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(set))) //nolint:gosec // bounded by the request body
		for _, part := range slices.Sorted(slices.Values(set)) {
			add(part)
		}
	}
	add(clientID)
	addSet(scopes)
	addSet(audience)
	return sha256.Sum256(buf)
}
