package wire_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

func TestJSONObjectsHaveEachMemberOnce(t *testing.T) {
	t.Parallel()
	for text, twice := range map[string]bool{
		`{"a":1,"a":2}`:                       true,
		`{"a":1,"\u0061":2}`:                  true,
		`{"a":{"b":1,"c":[{}],"b":2}}`:        true,
		`[{"a":1},{"a":{},"a":[]}]`:           true,
		`{"a":"a","b":"a"}`:                   false,
		`{"a":{"a":{"a":"a"}},"b":["a","a"]}`: false,
		`[{"a":1},{"a":1},"a","a"]`:           false,
		`{"a":null,"A":null}`:                 false,
		`{}`:                                  false,
		`"a"`:                                 false,
	} {
		var got any
		err := wire.ParseJSON([]byte(text), &got)
		assert.Equal(t, twice, err != nil, "%s: %v", text, err)
	}
}

// Each half of a surrogate pair would become U+FFFD, and two names one.
func TestJSONHasWholeCharacters(t *testing.T) {
	t.Parallel()
	var got any
	require.ErrorContains(t, wire.ParseJSON([]byte(`{"a":"\ud83d"}`), &got), "half of a surrogate pair")
	require.NoError(t, wire.ParseJSON([]byte(`{"a":"\ud83d\ude00"}`), &got))
}
