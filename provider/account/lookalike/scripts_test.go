package lookalike_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/account/lookalike"
)

func TestMixedScripts(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "alice", "zoë.2", "кириллица-2", "οδυσσευσ", "日本語", "さくらサクラ", "日本のalice", "ラーメン", "佐々木", "韓國김alice", "김철수.kim", "中文name", "ㄅㄆ中a", "हिन्दी", "हिन्दी२", "ประยุทธ์",
		"نرم\u200cافزار", "שלום7", "gal·la", "\u13a0\u13a1", "a_b-c+d", "7of9", "անի",
	} {
		assert.Empty(t, lookalike.Mixed(name), name)
	}
	for name, want := range map[string]string{
		"alicе":    "Latin and Cyrillic letters",
		"аlice":    "Cyrillic and Latin letters",
		"bοb":      "Latin and Greek letters",
		"οдин":     "Greek and Cyrillic letters",
		"日本д":      "Han and Cyrillic letters",
		"さくら김":     "Hiragana and Hangul letters",
		"ㄅさ":       "Bopomofo and Hiragana letters",
		"aअ":       "Latin and Devanagari letters",
		"हिन्दी1३": "digits of several number systems",
		"سلام1۲":   "digits of several number systems",
		"aᏟ":       "Latin and Cherokee letters",
		"a\u0531":  "Latin and Armenian letters",
	} {
		assert.Equal(t, want, lookalike.Mixed(name), name)
	}
}
