package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sampleResults() []result {
	return []result{{
		Plan: "basic", Suite: "oidcc-basic-certification-test-plan", Version: "5.2.4", Modules: 4, plan: plan{modules: 4}, whole: true,
		Outcomes: []outcome{
			{Module: "oidcc-server", Variant: "code", Result: passed, Expected: passed, Seconds: 1.5},
			{Module: "oidcc-prompt-login", Result: review, Expected: review, Seconds: 2},
			{Module: "oidcc-scope-email", Result: warning, Expected: passed, Findings: []string{"WARNING Ensure: email in the ID token"}, Notes: []string{"a note"}},
			{Module: "oidcc-refresh-token", Result: stuck, Expected: passed},
		},
	}}
}

// A difference for the better fails as well: the table would be out of date.
func TestDifferences(t *testing.T) {
	t.Parallel()
	results := sampleResults()
	err := differences(results)
	require.Error(t, err)
	assert.Equal(t, []string{
		"plan basic: oidcc-scope-email is WARNING, and PASSED is expected",
		"plan basic: oidcc-refresh-token is STUCK, and PASSED is expected",
	}, strings.Split(err.Error(), "\n"))

	results[0].Outcomes = results[0].Outcomes[:2]
	require.NoError(t, differences(results))
	results[0].Outcomes[1].Result = passed
	require.ErrorContains(t, differences(results), "oidcc-prompt-login is PASSED, and REVIEW is expected")
	results[0].Outcomes[1].Result = review
	results[0].Modules = 5
	require.ErrorContains(t, differences(results), "has 5 modules, and 4 are expected")
	results[0].whole = false
	require.NoError(t, differences(results))
}

func TestTable(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, printTable(&out, sampleResults()))
	assert.Equal(t, `plan   modules  PASSED  REVIEW  SKIPPED  WARNING  FAILED  other  time
basic  4        1       1       -        1        -       1      4s

basic: oidcc-scope-email is WARNING, expected PASSED
    WARNING Ensure: email in the ID token
    a note

basic: oidcc-refresh-token is STUCK, expected PASSED
`, out.String())
}

func TestJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, printJSON(&out, sampleResults()))
	var read []map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &read))
	require.Len(t, read, 1)
	assert.Equal(t, "5.2.4", read[0]["suite_version"])
	assert.Len(t, read[0]["outcomes"], 4)
}

func TestListOfPlans(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, printExpected(&out))
	for _, p := range plans() {
		assert.Contains(t, out.String(), p.name+": ")
	}
}

func TestResultOfATest(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		test test
		want string
	}{
		{test{"FINISHED", "PASSED"}, passed},
		{test{"FINISHED", "WARNING"}, warning},
		{test{"WAITING", ""}, stuck},
		{test{"RUNNING", "FAILED"}, stuck},
		{test{"INTERRUPTED", ""}, interrupted},
		{test{"INTERRUPTED", "FAILED"}, failed},
		{test{"FINISHED", ""}, "UNKNOWN"},
	} {
		assert.Equal(t, one.want, resultOf(one.test), one.test)
	}
}

func TestFindingsOfALog(t *testing.T) {
	t.Parallel()
	var log []entry
	require.NoError(t, json.Unmarshal([]byte(`[
		{"src":"A","result":"SUCCESS","msg":"fine"},
		{"src":"B","result":"WARNING","msg":"not so fine","requirements":["OIDCC-5.4"]},
		{"src":"C","msg":"just told"},
		{"src":"D","result":"FAILURE","msg":"wrong"}]`), &log))
	assert.Equal(t, []string{"WARNING B: not so fine", "FAILURE D: wrong"}, findings(log))
}

func TestPictureOfWords(t *testing.T) {
	t.Parallel()
	picture, err := words("No page was kept here.", "oidcc-server")
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(picture, "data:image/png;base64,"))
	other, err := words("No page was kept here.", "oidcc-other")
	require.NoError(t, err)
	assert.NotEqual(t, other, picture)
}
