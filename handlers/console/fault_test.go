package console

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// What can be wrong with a value is said in the language of the viewer, whatever it is, with no value that the fault
// does not have.
func TestEveryFaultHasATextInEveryLanguage(t *testing.T) {
	t.Parallel()
	names := regexp.MustCompile(`\{\w+\}`)
	for _, tag := range []string{"en", "de", "es", "fr"} {
		texts := messagesOf(t, tag)
		for _, code := range fault.Codes() {
			if code == fault.Other {
				continue
			}
			text, ok := texts["fault."+string(code)].(string)
			assert.True(t, ok, "%s %s", tag, code)
			assert.Subset(t, names.FindAllString(fault.English(code), -1), names.FindAllString(text, -1), "%s %s", tag, code)
		}
	}
}

func TestFaultsAreSaidInTheLanguageOfThePages(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	section, err := set.Section(files)
	require.NoError(t, err)
	in := section.For(requestIn(t, "de"))
	assert.Equal(t, "Das hat höchstens 300 Bytes.", faultText(in, fault.New(fault.ScopeDescription, "fault", fault.New(fault.Long, "bytes", 300))))
	assert.Equal(t, "must be a text", faultText(in, fault.Plain("must be a text")))
	assert.Equal(t, "Das ist keine IP-Adresse.", errorText(in, fault.New(fault.Address).Err()))
}
