package imports_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

func all(t *testing.T, r imports.Reader) []imports.Item {
	t.Helper()
	var items []imports.Item
	for {
		item, err := r.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return items
		}
		require.NoError(t, err)
		items = append(items, item)
	}
}

func users(t *testing.T, lines string) []imports.Item {
	t.Helper()
	return all(t, imports.NewLines(strings.NewReader(lines), imports.KindUser, imports.ParseUser))
}

func TestUserLine(t *testing.T) {
	t.Parallel()
	items := users(t, "\ufeff"+`{"id":"019a2b3c-0000-7000-8000-000000000000","sub":"s-1","username":"Ada","email":"ada@example.com","email_verified":true,"phone":"+442071838750","phone_verified":true,"name":"Ada L","given_name":"Ada","family_name":"L","middle_name":"K","nickname":"A","profile":"https://e.com/p","picture":"https://e.com/i","website":"https://e.com","gender":"female","birthdate":"1815-12-10","zoneinfo":"Europe/London","locale":"en-GB","address":{"formatted":"1 Street\nCity","country":"GB"},"roles":["editor"],"disabled":true,"created_at":"2020-01-02T03:04:05.123456789+01:00","updated_at":"2021-01-01T00:00:00Z","password_hash":"$2b$x","_note":"ignored"}`+"\r\n\n"+
		`{"email":"grace@example.com","phone_number":"+1","subject":null}`)
	require.Len(t, items, 2)
	require.Nil(t, items[0].Fault)
	assert.Equal(t, &account.User{
		ID: mustParse(t, "019a2b3c-0000-7000-8000-000000000000"), Subject: "s-1", Username: "Ada", Email: "ada@example.com", EmailVerified: true, Phone: "+442071838750", PhoneVerified: true,
		PasswordHash: "$2b$x", Roles: []string{"editor"}, Disabled: true, CreatedAt: time.Date(2020, 1, 2, 2, 4, 5, 123456000, time.UTC),
		Profile: account.Profile{
			Name: "Ada L", GivenName: "Ada", FamilyName: "L", MiddleName: "K", Nickname: "A", Page: "https://e.com/p", Picture: "https://e.com/i", Website: "https://e.com",
			Gender: "female", Birthdate: "1815-12-10", Zoneinfo: "Europe/London", Locale: "en-GB", Address: &account.Address{Formatted: "1 Street\nCity", Country: "GB"},
		},
	}, items[0].Value)
	assert.Equal(t, 3, items[1].Line)
	assert.Equal(t, &account.User{Username: "grace_at_example.com", Email: "grace@example.com", Phone: "+1"}, items[1].Value)
}

func mustParse(t *testing.T, text string) provider.ID {
	t.Helper()
	id, err := provider.ParseID(text)
	require.NoError(t, err)
	return id
}

func TestLinesThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ line, field, reason string }{
		"no JSON":             {"alice", "", "not a JSON object"},
		"an array":            {`["alice"]`, "", "not a JSON object"},
		"cut":                 {`{"username":"al`, "", "not valid JSON"},
		"two objects":         {`{"username":"a"} {"username":"b"}`, "", "more than one JSON object"},
		"a property twice":    {`{"username":"a","username":"b"}`, "", `"username" is there twice`},
		"invalid UTF-8":       {"{\"username\":\"\xff\"}", "", "not valid UTF-8"},
		"deep JSON":           {`{"address":` + strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100) + "}", "", "nested too deeply"},
		"over-long":           {`{"username":"` + strings.Repeat("a", 1<<20) + `"}`, "", "more than 1048576 bytes"},
		"an unknown property": {`{"user_name":"a"}`, "/user_name", "is not a property"},
		"another spelling":    {`{"Username":"a"}`, "/Username", "is not a property"},
		"a pointer":           {`{"a/b~c":1}`, "/a~1b~0c", "is not a property"},
		"a clear password":    {`{"username":"a","password":"hunter2"}`, "/password", "give the hash as password_hash"},
		"a wrong type":        {`{"username":7}`, "/username", "must be a text"},
		"a wrong flag":        {`{"disabled":"yes"}`, "/disabled", "must be true or false"},
		"a wrong list":        {`{"roles":"admin"}`, "/roles", "must be a list of texts"},
		"a wrong time":        {`{"created_at":1700000000}`, "/created_at", "must be a time"},
		"a wrong id":          {`{"id":"7"}`, "/id", "must be a UUID"},
		"a wrong address":     {`{"address":{"street":"x"}}`, "/address", "must be an object with formatted"},
		"a member twice":      {`{"address":{"locality":"x","locality":"y"}}`, "", `"locality" is there twice`},
		"half a character":    {`{"username":"a\ud800"}`, "", "half of a surrogate pair"},
		"another case":        {`{"address":{"locality":"x","Locality":"y"}}`, "/address", "must be an object with formatted"},
		"two subjects":        {`{"sub":"a","subject":"b"}`, "/subject", "says something else than sub"},
		"two numbers":         {`{"phone":"+442071838750","phone_number":"+442071838751"}`, "/phone", "says something else than phone_number"},
		"verified and not":    {`{"phone_verified":true,"phone_number_verified":false}`, "/phone_verified", "says something else than phone_number_verified"},
		"a wrong kind":        {`{"_kind":7}`, "", "must be the name of a kind"},
	} {
		items := users(t, test.line+"\n"+`{"username":"next"}`)
		require.Len(t, items, 2, name)
		if assert.NotNil(t, items[0].Fault, name) {
			assert.Equal(t, test.field, items[0].Fault.Field, name)
			assert.Contains(t, items[0].Fault.Reason, test.reason, name)
			assert.NotContains(t, items[0].Fault.Reason, "hunter2", name)
		}
		assert.Equal(t, 1, items[0].Line, name)
		assert.Equal(t, 2, items[1].Line, name)
		assert.Nil(t, items[1].Fault, name)
	}
}

// Two names of one property may say the same, or nothing.
func TestLinesWithTwoNamesOfAProperty(t *testing.T) {
	t.Parallel()
	items := users(t, `{"username":"a","sub":"s","subject":"s","phone":null,"phone_number":"+442071838750"}`)
	require.Nil(t, items[0].Fault)
	assert.Equal(t, &account.User{Username: "a", Subject: "s", Phone: "+442071838750"}, items[0].Value)
	for line, field := range map[string]string{
		`{"client_id":"a","application_type":"web","client_type":"web"}`:                           "",
		`{"client_id":"a","application_type":"web","client_type":"native"}`:                        "/application_type",
		`{"client_id":"a","confidential":true,"token_endpoint_auth_method":"none"}`:                "/confidential",
		`{"client_id":"a","scope":"b","scopes":["c"]}`:                                             "/scope",
		`{"client_id":"a","created_at":"2023-11-14T22:13:20.5Z","client_id_issued_at":1700000000}`: "",
		`{"client_id":"a","created_at":"2023-11-14T22:13:20Z","client_id_issued_at":1600000000}`:   "/client_id_issued_at",
	} {
		items := all(t, imports.NewLines(strings.NewReader(line), imports.KindClient, imports.ParseClient))
		if field == "" {
			assert.Nil(t, items[0].Fault, line)
		} else if assert.NotNil(t, items[0].Fault, line) {
			assert.Equal(t, field, items[0].Fault.Field, line)
		}
	}
}

func TestClientLine(t *testing.T) {
	t.Parallel()
	items := all(t, imports.NewLines(strings.NewReader(
		`{"client_id":"web","client_name":"Web","client_secret":"s","application_type":"web","redirect_uris":["https://a.example.com/cb"],"response_types":["code"],"grant_types":["authorization_code"],"scope":"openid a","jwks":{"keys":[]},"client_id_issued_at":1700000000,"client_secret_expires_at":0,"registration_access_token":"x"}
{"client_id":"spa","token_endpoint_auth_method":"none","redirect_uris":["https://b.example.com/cb"]}
{"client_id":"old","response_types":["token"]}
{"client_id":"odd","colour":"red","client_name":7}
{"client_id":"who","_kind":"user"}
`), imports.KindClient, imports.ParseClient))
	require.Len(t, items, 5)
	web := items[0].Value.(*client.Imported)
	assert.Equal(t, "s", web.Secret)
	assert.Equal(t, []string{"openid", "a"}, web.Scopes)
	assert.JSONEq(t, `{"keys":[]}`, web.JWKS)
	assert.Equal(t, int64(1700000000), web.CreatedAt.Unix())
	spa := items[1].Value.(*client.Imported)
	assert.Equal(t, []client.GrantType{client.AuthorizationCode}, spa.GrantTypes, "implied, as at a creation by hand")
	assert.Contains(t, spa.Scopes, "openid")
	assert.Equal(t, "/response_types", items[2].Fault.Field)
	assert.Equal(t, &imports.Fault{Field: "/client_name", Reason: "must be a text; /colour: is not a property of a client"}, items[3].Fault)
	assert.Equal(t, imports.KindUser, items[4].Kind)
}

// What is refused is written in the form in which it can be mended and read again.
func TestRefusedLinesCanBeReadAgain(t *testing.T) {
	t.Parallel()
	items := users(t, `{"username":"ada","email":"nonsense","roles":["a"]}`)
	var file bytes.Buffer
	require.NoError(t, imports.WriteRefused(&file, items[0], imports.Fault{Field: "/email", Reason: "no address"}))
	assert.JSONEq(t, `{"username":"ada","email":"nonsense","roles":["a"],"_kind":"user","_refused":{"line":1,"field":"/email","reason":"no address"}}`, file.String())
	assert.Equal(t, 1, strings.Count(file.String(), "\n"))
	again := users(t, strings.Replace(file.String(), "nonsense", "ada@example.com", 1))
	require.Nil(t, again[0].Fault)
	assert.Equal(t, "ada@example.com", again[0].Value.(*account.User).Email)
	// A second time there is still one reason.
	file.Reset()
	require.NoError(t, imports.WriteRefused(&file, again[0], imports.Fault{Reason: "taken"}))
	assert.Contains(t, file.String(), `"reason":"taken"`)
	assert.Equal(t, 1, strings.Count(file.String(), "_refused"))
	file.Reset()
	require.NoError(t, imports.WriteRefused(&file, users(t, "no JSON")[0], imports.Fault{Reason: "no JSON"}))
	assert.True(t, json.Valid(file.Bytes()))
}

// What could not be read is in the file of refused lines as it was, and is read again from there.
func TestUnreadableLinesAreKept(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no JSON":          `alice <a@example.com> "quoted" \ & more`,
		"cut":              `{"username":"al`,
		"a property twice": `{"username":"a","username":"b"}`,
		"two objects":      `{"username":"a"} {"username":"b"}`,
		"invalid UTF-8":    "{\"username\":\"\xff\"}",
		"deep":             strings.Repeat("[", 100),
		"a wrong kind":     `{"_kind":7,"username":"x"}`,
		"over-long":        `{"username":"` + strings.Repeat(`\"`, 1<<20) + `"}`,
		"of its own form":  `{"_line":"{\"username\":"}`,
	} {
		item := users(t, text)[0]
		require.NotNil(t, item.Fault, name)
		var file bytes.Buffer
		require.NoError(t, imports.WriteRefused(&file, item, *item.Fault), name)
		again := users(t, file.String())
		require.Len(t, again, 1, name)
		require.NotNil(t, again[0].Fault, name)
		assert.Equal(t, item.Fault, again[0].Fault, name)
		assert.Equal(t, string(item.Raw), string(again[0].Raw), name)
		if name != "of its own form" {
			assert.Equal(t, text, string(again[0].Raw), name)
		}
	}
	var file bytes.Buffer
	item := users(t, `{"username":"ada"`)[0]
	require.NoError(t, imports.WriteRefused(&file, item, *item.Fault))
	mended := users(t, strings.Replace(file.String(), `\"ada\"`, `\"ada\"}`, 1))
	require.Nil(t, mended[0].Fault, "in place")
	assert.Equal(t, "ada", mended[0].Name)
	mended = users(t, strings.Replace(file.String(), `{`, `{"username":"grace",`, 1))
	require.Nil(t, mended[0].Fault, "beside it")
	assert.Equal(t, "grace", mended[0].Name)
	assert.Equal(t, imports.KindClient, users(t, strings.Replace(file.String(), `"_kind":"user"`, `"_kind":"client"`, 1))[0].Kind)

	lost := users(t, `{"username":"`+strings.Repeat("a", 17<<20)+`"}`)[0]
	assert.Contains(t, lost.Fault.Reason, "and is not in the file of refused lines")
}

func FuzzLines(f *testing.F) {
	f.Add([]byte(`{"username":"ada","address":{"country":"GB"}}`))
	f.Add([]byte("{\"_kind\":\"client\"}\n\n[]\n{\"a\":1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, item := range all(t, imports.NewLines(bytes.NewReader(text), imports.KindUser, imports.ParseUser)) {
			if item.Fault == nil && item.Kind == imports.KindUser && item.Value == nil {
				t.Fatalf("line %d has neither a value nor a fault", item.Line)
			}
		}
		all(t, imports.NewLines(bytes.NewReader(text), imports.KindClient, imports.ParseClient))
	})
}
