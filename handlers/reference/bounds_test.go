package reference

import (
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

func shown(spans []pages.Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Code {
			b.WriteString("`" + s.Text + "`")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestBounds(t *testing.T) {
	t.Parallel()
	one, ten, three, half := 1.0, 10.0, 3, 0.5
	texts := &huma.Schema{Type: huma.TypeString, MaxLength: &three, Pattern: "^[a-z]+$"}
	for want, s := range map[string]*huma.Schema{
		"":                            {Type: huma.TypeString},
		"1 to 10; default `5`":        {Type: huma.TypeInteger, Minimum: &one, Maximum: &ten, Default: 5},
		"at least 1":                  {Type: huma.TypeInteger, Minimum: &one},
		"at most 10":                  {Type: huma.TypeInteger, Maximum: &ten},
		"0.5 to 1, exclusive":         {Type: huma.TypeNumber, ExclusiveMinimum: &half, ExclusiveMaximum: &one},
		"a multiple of 10":            {Type: huma.TypeInteger, MultipleOf: &ten},
		"3 characters":                {Type: huma.TypeString, MinLength: &three, MaxLength: &three},
		"one of `a` `b`; default `a`": {Type: huma.TypeString, Enum: []any{"a", "b"}, Default: "a"},
		"one of `c`":                  {Type: huma.TypeString, Nullable: true, Extensions: map[string]any{"enum": []any{"c", nil}}},
		"at least 3 items; each once": {Type: huma.TypeArray, MinItems: &three, UniqueItems: true, Items: &huma.Schema{Type: huma.TypeString}},
		"at most 3 entries":           {Type: huma.TypeObject, MaxProperties: &three},
		"default `false`":             {Type: huma.TypeBoolean, Default: false},
		"at most 3 items; each at most 3 characters; pattern `^[a-z]+$`": {Type: huma.TypeArray, MaxItems: &three, Items: texts},
	} {
		assert.Equal(t, want, shown(view{}.bounds(s)))
	}
	assert.Empty(t, view{}.bounds(nil))
}

func TestPartsOfNames(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"/oauth", "/clients", "/{client_id}", "/secrets"}, parts("/oauth/clients/{client_id}/secrets", "/"))
	assert.Equal(t, []string{"users[]", ".phone", "_number"}, parts("users[].phone_number", "._"))
	assert.Equal(t, []string{"id"}, parts("id", "._"))
	assert.Equal(t, []string{""}, parts("", "/"))
	assert.Equal(t, []string{"/"}, parts("/", "/"))
}
