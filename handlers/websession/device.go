package websession

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// A browser that signed in keeps a cookie for each account, up to a number that a household needs.
// It does not authenticate: password attempts with it are counted separately from those of unknown
// browsers, with which an attacker could lock the user out by guessing wrong often enough.
const (
	deviceLifetime = 180 * 24 * time.Hour
	deviceAccounts = 3
)

// deviceEntry is one account in the cookie: 16 bytes user id, 8 bytes of randomness, and 4
// bytes of seconds since 1970.
type deviceEntry struct {
	user     provider.ID
	random   [8]byte
	signedIn time.Time
}

const deviceEntrySize = 16 + 8 + 4

// Devices are the accounts that the browser has signed in to, from entries of the cookie that open
// and are not too old.
func (s *Sessions) Devices(r *http.Request) []account.Device {
	var known []account.Device
	for _, e := range s.deviceEntries(r) {
		known = append(known, account.Device{UserID: e.user, ID: hex.EncodeToString(e.random[:])})
	}
	return known
}

// Knows tells whether the browser has signed in to an account before.
func (s *Sessions) Knows(r *http.Request, user provider.ID) bool {
	return slices.ContainsFunc(s.deviceEntries(r), func(e deviceEntry) bool { return e.user == user })
}

func (s *Sessions) deviceEntries(r *http.Request) []deviceEntry {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(s.cookie(r, deviceCookie))
	if err != nil {
		return nil
	}
	plain, err := s.Config.Devices.OpenFor(nil, sealed)
	if err != nil || len(plain)%deviceEntrySize != 0 {
		return nil
	}
	var entries []deviceEntry
	oldest := s.Clock.Now(r.Context()).Add(-deviceLifetime)
	for part := range slices.Chunk(plain, deviceEntrySize) {
		var e deviceEntry
		copy(e.user[:], part)
		copy(e.random[:], part[16:])
		e.signedIn = time.Unix(int64(binary.BigEndian.Uint32(part[24:])), 0)
		if e.signedIn.After(oldest) {
			entries = append(entries, e)
		}
	}
	return entries
}

// rememberDevice puts the account that just signed in before the others. An existing entry keeps
// its id: with a new one at each sign-in, a thief of the password would gain another set of
// attempts each time.
func (s *Sessions) rememberDevice(w http.ResponseWriter, r *http.Request, user provider.ID) {
	entry := deviceEntry{user: user, signedIn: s.Clock.Now(r.Context())}
	entries := s.deviceEntries(r)
	known := slices.IndexFunc(entries, func(e deviceEntry) bool { return e.user == user })
	if known >= 0 {
		entry.random = entries[known].random
		entries = slices.Delete(entries, known, known+1)
	} else if _, err := io.ReadFull(s.Random, entry.random[:]); err != nil {
		panic("websession: no randomness: " + err.Error())
	}
	entries = append([]deviceEntry{entry}, entries...)
	entries = entries[:min(len(entries), deviceAccounts)]

	var plain []byte
	for _, e := range entries {
		plain = append(append(plain, e.user[:]...), e.random[:]...)
		plain = binary.BigEndian.AppendUint32(plain, uint32(e.signedIn.Unix())) //nolint:gosec // until 2106
	}
	value := base64.RawURLEncoding.EncodeToString(s.Config.Devices.SealFor(nil, plain))
	s.setCookie(w, deviceCookie, value, int(deviceLifetime/time.Second))
}
