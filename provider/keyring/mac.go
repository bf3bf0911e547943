package keyring

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// MACSize is the length of a MAC in bytes: key id and HMAC-SHA-256.
const MACSize = 1 + sha256.Size

// macState is a keyed hash in its initial state, kept for reuse: keying one costs as much as the
// hash itself plus two allocations, and this runs for every token presented.
type macState struct {
	hash   hash.Hash
	length [8]byte
	sum    [sha256.Size]byte
}

func newMACState(key []byte) *macState { return &macState{hash: hmac.New(sha256.New, key)} }

// appendSum prefixes every part with its length, so that ("ab", "c") and ("a", "bc") differ.
func (s *macState) appendSum(out []byte, parts [][]byte) []byte {
	s.hash.Reset()
	for _, part := range parts {
		binary.BigEndian.PutUint64(s.length[:], uint64(len(part)))
		s.hash.Write(s.length[:]) // a hash never returns an error
		s.hash.Write(part)
	}
	return s.hash.Sum(out)
}

// MAC is the keyed hash of the parts: MACSize bytes, the first of them the key id. Moving a byte
// from one part to the next changes the MAC.
func (k *Key) MAC(parts ...[]byte) []byte {
	d := k.current()
	out := make([]byte, 1, MACSize)
	out[0] = d.id
	state := d.macs.Get().(*macState)
	out = state.appendSum(out, parts)
	d.macs.Put(state)
	return out
}

// VerifyMAC tells whether mac is the MAC of the parts under any data key of this purpose. The MAC
// must be a stored one, not a caller's. The comparison takes constant time.
func (k *Key) VerifyMAC(mac []byte, parts ...[]byte) bool {
	if len(mac) != MACSize {
		return false
	}
	d := k.find(mac[0], false) // stored MACs were made by one of the replicas
	if d == nil {
		return false
	}
	state := d.macs.Get().(*macState)
	same := hmac.Equal(mac[1:], state.appendSum(state.sum[:0], parts))
	d.macs.Put(state)
	return same
}

func appendPart(out, part []byte) []byte {
	out = binary.BigEndian.AppendUint64(out, uint64(len(part)))
	return append(out, part...)
}
