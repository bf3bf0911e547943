package resource

import "slices"

// byExpiry finds what can be forgotten, by the minute, without a look at the rest.
type byExpiry struct {
	minutes []int64 // since 1970, in order: some 1,500 at most, since nothing is remembered for longer than tokens live
	keys    map[int64][]revokedKey
}

func (b *byExpiry) add(until int64, key revokedKey) {
	minute := until / 60
	if b.keys == nil {
		b.keys = map[int64][]revokedKey{}
	}
	if at, known := slices.BinarySearch(b.minutes, minute); !known {
		b.minutes = slices.Insert(b.minutes, at, minute)
	}
	b.keys[minute] = append(b.keys[minute], key)
}

// expired takes out one that can be forgotten now.
func (b *byExpiry) expired(now int64) (key revokedKey, minute int64, ok bool) {
	if len(b.minutes) == 0 || (b.minutes[0]+1)*60 > now {
		return revokedKey{}, 0, false
	}
	minute = b.minutes[0]
	keys := b.keys[minute]
	last := len(keys) - 1
	key, b.keys[minute] = keys[last], keys[:last]
	if last == 0 {
		delete(b.keys, minute)
		b.minutes = b.minutes[1:]
	}
	return key, minute, true
}

// last is the last minute in which something expires.
func (b *byExpiry) last() (minute int64, ok bool) {
	if len(b.minutes) == 0 {
		return 0, false
	}
	return b.minutes[len(b.minutes)-1], true
}

// takeLast takes out those of the last minute.
func (b *byExpiry) takeLast() []revokedKey {
	last := len(b.minutes) - 1
	keys := b.keys[b.minutes[last]]
	delete(b.keys, b.minutes[last])
	b.minutes = b.minutes[:last]
	return keys
}
