package lookalike_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/account/lookalike"
)

func TestLookAlikes(t *testing.T) {
	t.Parallel()
	for name, others := range map[string][]string{
		"alice":   {"аlice", "alicе", "al\u0456ce", "alıce", "a1ice", "α\u217cice", "al\u200dice", "al\ufe00ice", "al\u00adice", "aӏice", "𝖺lice", "ａｌｉｃｅ"},
		"bob":     {"b0b", "bоb", "bοb", "bօb", "b๐b", "b౦b"},
		"marnie":  {"mamie", "rnarnie", "rnamie"},
		"coco":    {"сосо", "ϲοϲο", "c0c0"},
		"zoë":     {"zoe\u0308", "zоё", "z0ë"},
		"paypal1": {"раураl1", "paypall"},
		"user_10": {"user_1o", "user_l0", "user_lo"},
		"иван":    {"ивaн"},
		"кот":     {"κοτ", "ĸот"},
		"工藤":      {"エ藤"},
		"二":       {"ニ"},
	} {
		for _, other := range others {
			assert.Equal(t, lookalike.Skeleton(name), lookalike.Skeleton(other), "%s and %+q", name, other)
		}
	}
}

// Each of these is another name to whoever reads it.
func TestNamesThatDiffer(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"ian", "lan"},
		{"ila", "lia"},
		{"zoe", "zoë"},
		{"jose", "josé"},
		{"anna", "ana"},
		{"a.b", "ab"},
		{"a.b", "a-b"},
		{"a-b", "a_b"},
		{"anne2", "anne3"},
		{"wil", "vvil"},
		{"ad", "acl"},
		{"muller", "müller"},
		{"cafe", "café"},
		{"さくら", "サクラ"},
		{"山田", "山由"},
		{"김", "金"},
		{"5", "s"},
		{"8", "b"},
		{"иван", "иваи"},
		{"ї", "и"},
	} {
		assert.NotEqual(t, lookalike.Skeleton(pair[0]), lookalike.Skeleton(pair[1]), "%v", pair)
	}
}

// The whole table is found, its first and last line as well, and bytes that are no text do no harm.
func TestSkeletonOfAnything(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "''", lookalike.Skeleton(`"`), "the first line")
	assert.Equal(t, lookalike.Skeleton("\U0002f81d"), lookalike.Skeleton("\u51f5"), "of the last lines")
	assert.Empty(t, lookalike.Skeleton(""))
	for _, text := range []string{"\xff\xfe", "a\x00b", "\n", "\U0010ffff", strings.Repeat("\u0301", 300)} {
		assert.NotPanics(t, func() { lookalike.Skeleton(text) }, "%+q", text)
	}
	// An index of the database takes up to 2700 bytes, and a name has up to 254.
	for r := rune(0x80); r < 0x3ffff; r++ {
		if text := string(r); len(lookalike.Skeleton(text)) > 10*len(text) {
			assert.Contains(t, []rune{0xfdfa}, r, "%+q", text) // not a character of names
		}
	}
}
