package client_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Every property of a registration is in the table: others could not be set, shown or imported.
func TestEveryPropertyIsAField(t *testing.T) {
	t.Parallel()
	apart := []string{"ID", "Disabled", "Secrets", "CreatedAt", "UpdatedAt"} // not of the registration, or with rules of their own
	var c client.Client
	seen, names, flags := map[uintptr]string{}, map[string]bool{}, map[string]bool{}
	for _, f := range client.Fields() {
		assert.False(t, names[f.Name], "%s is there twice", f.Name)
		assert.False(t, f.Flag != "" && flags[f.Flag], "--%s is there twice", f.Flag)
		assert.Equal(t, f.Flag == "", f.Help == "", "%s: a flag is explained", f.Name)
		assert.NotEmpty(t, f.Description(), f.Name)
		assert.NotRegexp(t, `gatehouse |--|=false|repeatable|flag|such as \d+[smh]`, f.Description(), "%s: a caller of the API has no command line", f.Name)
		names[f.Name], flags[f.Flag] = true, true
		seen[reflect.ValueOf(f.Pointer(&c)).Pointer()] = f.Name
		if f.IsList() {
			assert.NotEmpty(t, f.Flag, "%s: a list is changed by flags", f.Name)
		}
	}
	v := reflect.ValueOf(&c).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		_, listed := seen[v.Field(i).Addr().Pointer()]
		assert.NotEqual(t, listed, slices.Contains(apart, name), name)
	}
}

func TestFieldsReadAndWriteWhatTheyName(t *testing.T) {
	t.Parallel()
	c := client.Client{Type: client.Web, GrantTypes: []client.GrantType{client.Password}, AccessTokenLifetime: time.Minute}
	values := map[string]any{}
	for _, f := range client.Fields() {
		values[f.Name] = f.Value(&c)
	}
	assert.Equal(t, "web", values["client_type"])
	assert.Equal(t, []string{"password"}, values["grant_types"])
	assert.Equal(t, []string{}, values["redirect_uris"], "never null")
	assert.EqualValues(t, 60, values["access_token_lifetime"], "seconds")
	assert.Equal(t, "RS256", values["id_token_signed_response_alg"], "the default")
	for _, f := range client.Fields() {
		if f.Name == "grant_types" {
			f.SetList(&c, []string{"refresh_token"})
		}
		if text, ok := f.Pointer(&c).(*string); ok && f.Name == "client_type" {
			*text = "native"
		}
	}
	assert.Equal(t, []client.GrantType{client.RefreshToken}, c.GrantTypes)
	assert.Equal(t, client.Native, c.Type)
}

// The table says which values a field may have, and Validate takes these and no others.
func TestFieldsTakeTheirValuesAndNoOthers(t *testing.T) {
	t.Parallel()
	faults := func(c *client.Client, field string) (messages []string) {
		var invalid *client.Invalid
		if err := c.Validate(); err != nil {
			require.ErrorAs(t, err, &invalid)
			for _, p := range invalid.Problems {
				if p.Field == field {
					messages = append(messages, p.Fault.String())
				}
			}
		}
		return messages
	}
	seen := 0
	for _, f := range client.Fields() {
		if f.Values == nil || f.IsList() {
			continue
		}
		seen++
		for _, value := range f.Values {
			var c client.Client
			*f.Pointer(&c).(*string) = value
			for _, message := range faults(&c, f.Name) {
				assert.NotContains(t, message, "must be "+f.Values[0], "%s %s", f.Name, value)
			}
		}
		var c client.Client
		*f.Pointer(&c).(*string) = "magic"
		found := faults(&c, f.Name)
		if assert.NotEmpty(t, found, f.Name) {
			assert.Contains(t, found[0], "must be "+f.Values[0], f.Name)
		}
		assert.Equal(t, f.Default == "" && !f.Optional, len(faults(&client.Client{}, f.Name)) == 1, "%s: empty is the default, or no value, where there is one", f.Name)
	}
	assert.Equal(t, 18, seen)
}

// The document holds what has no column, and a newer version's properties do not disturb it.
func TestTheMetadataDocument(t *testing.T) {
	t.Parallel()
	c := client.Client{ID: "a", Name: "has a column", Contacts: []string{"ops@example.com"}}
	document, err := c.Document()
	require.NoError(t, err)
	assert.JSONEq(t, `{"contacts":["ops@example.com"]}`, string(document))
	document, err = (&client.Client{}).Document()
	require.NoError(t, err)
	assert.JSONEq(t, `{}`, string(document))

	var read client.Client
	require.NoError(t, read.ReadDocument([]byte(`{"contacts":["x"],"newer":{"a":1},"client_name":"not from here"}`)))
	assert.Equal(t, []string{"x"}, read.Contacts)
	assert.Empty(t, read.Name)
	require.NoError(t, read.ReadDocument(nil), "a row from before the document")
	require.Error(t, read.ReadDocument([]byte(`{"contacts":1}`)))
	require.Error(t, read.ReadDocument([]byte(`[`)))
}
