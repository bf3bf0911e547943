package wire_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

func TestReadableTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"": true, "ä\n": true, "\x00": false, "a\x00b": false, "\xff": false, "\xc3(": false} {
		assert.Equal(t, want, wire.Readable(text), "%q", text)
	}
}

func TestJSONIsInUTF8(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{`"ä"`: "ä", `"\u00e4"`: "ä", "\"\xff\"": nil, "\"a\xc3(\"": nil, "{\"\xff\":1}": nil, "": nil, "1 2": nil} {
		var got any
		err := wire.ParseJSON([]byte(text), &got)
		assert.Equal(t, want, got, "%q", text)
		assert.Equal(t, want == nil, err != nil, "%q", text)
	}
}
