package provider

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"time"
)

// ID identifies a row: 128 bits, the first 48 of them the time in milliseconds
// (UUID version 7, RFC 9562 section 5.7). Time order makes index inserts append to
// one page instead of landing at random, and lets expired rows be removed by range.
// An ID is not a secret; what proves possession is kept beside it.
type ID [16]byte

// ErrMalformedID: the text is not a UUID in its canonical form.
var ErrMalformedID = errors.New("malformed id")

// NewID makes an ID for a row born at the given time, with 62 bits from random.
// It panics when random fails: there is no safe way to go on without randomness.
func NewID(at time.Time, random io.Reader) ID {
	var id ID
	if _, err := io.ReadFull(random, id[6:]); err != nil {
		panic("provider: no randomness: " + err.Error())
	}
	id.setTime(at)
	// The fraction of the millisecond (RFC 9562 section 6.2, method 3): otherwise what follows each
	// other within one would be listed in any order.
	const steps = 1 << 12
	fraction := at.Nanosecond() % int(time.Millisecond) * steps / int(time.Millisecond)
	id[6], id[7] = byte(fraction>>8)|0x70, byte(fraction) //nolint:gosec // 12 bits
	id[8] = id[8]&0x3f | 0x80
	return id
}

// RandomID makes an ID that tells nothing, not even when it was made (UUID version 4, RFC 9562
// section 5.4). It panics when random fails, as NewID does.
func RandomID(random io.Reader) ID {
	var id ID
	if _, err := io.ReadFull(random, id[:]); err != nil {
		panic("provider: no randomness: " + err.Error())
	}
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// FirstID is the smallest ID of the given millisecond: the bound of a range over rows
// that are at least that old.
func FirstID(at time.Time) ID {
	var id ID
	id.setTime(at)
	return id
}

func (id *ID) setTime(at time.Time) {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(at.UnixMilli(), 0)))
	copy(id[:6], ms[2:])
}

// Time is when the row was born, to the millisecond.
func (id ID) Time() time.Time {
	var ms [8]byte
	copy(ms[2:], id[:6])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(ms[:]))).UTC() //nolint:gosec // 48 bits fit
}

// IsZero tells whether the ID was never set.
func (id ID) IsZero() bool { return id == ID{} }

// String is the canonical form, 36 characters in lower case.
func (id ID) String() string {
	var text [36]byte
	hex.Encode(text[:8], id[:4])
	hex.Encode(text[9:13], id[4:6])
	hex.Encode(text[14:18], id[6:8])
	hex.Encode(text[19:23], id[8:10])
	hex.Encode(text[24:], id[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// ParseID reads the canonical form and nothing else: upper case, braces or missing
// hyphens would give one row several names. It returns ErrMalformedID.
func ParseID(text string) (ID, error) {
	var id ID
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return ID{}, ErrMalformedID
	}
	digits := text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:]
	if _, err := hex.Decode(id[:], []byte(digits)); err != nil || id.String() != text {
		return ID{}, ErrMalformedID
	}
	return id, nil
}

// ReadUUID reads a UUID as lenient readers do, such as databases: in either case, with hyphens anywhere or
// none, in braces or as a URN. To those readers all of these texts are one name.
func ReadUUID(text string) (ID, bool) {
	var id ID
	text = strings.ToLower(text)
	text = strings.TrimPrefix(text, "urn:uuid:")
	if inner, braced := strings.CutPrefix(text, "{"); braced {
		text, braced = strings.CutSuffix(inner, "}")
		if !braced {
			return ID{}, false
		}
	}
	digits := strings.ReplaceAll(text, "-", "")
	if len(digits) != 2*len(id) {
		return ID{}, false
	}
	_, err := hex.Decode(id[:], []byte(digits))
	return id, err == nil
}

// Spellings are the texts by which most systems write an ID as a UUID.
func (id ID) Spellings() []string {
	canonical := id.String()
	short := strings.ReplaceAll(canonical, "-", "")
	return []string{canonical, strings.ToUpper(canonical), short, strings.ToUpper(short)}
}

// SameName is the text, or the canonical form where it is a UUID: names are told apart by it.
func SameName(text string) string {
	if id, is := ReadUUID(text); is {
		return id.String()
	}
	return text
}
