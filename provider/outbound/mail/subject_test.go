package mail

import (
	"mime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSubjectsAreEncodedWords(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "Confirm your address for Example", subject("Confirm your address for Example"))
	assert.Equal(t, "=?UTF-8?q?Best=C3=A4tigen_Sie?=", subject("Bestätigen Sie"))
	for _, text := range []string{
		strings.Repeat("ä", 200), strings.Repeat("日本語", 50), "a=b?c_d é " + strings.Repeat("x", 100), strings.Repeat("🔑 ", 30), "line\r\nBcc: mallory@example.org é",
	} {
		words := subject(text)
		for word := range strings.SplitSeq(words, " ") {
			assert.LessOrEqual(t, len(word), longestWord, word)
		}
		assert.NotContains(t, words, "\n")
		read, err := new(mime.WordDecoder).DecodeHeader(words)
		require.NoError(t, err)
		assert.Equal(t, text, read)
	}
}
