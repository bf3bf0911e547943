package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// result is what came of a plan.
type result struct {
	Plan     string    `json:"plan"`
	Suite    string    `json:"suite_plan"`
	Version  string    `json:"suite_version"`
	Page     string    `json:"page"` // of the suite
	Modules  int       `json:"modules"`
	Outcomes []outcome `json:"outcomes"`

	plan  plan
	whole bool // all of its modules were to be run
}

// outcome is what came of a module.
type outcome struct {
	Module   string   `json:"module"`
	Variant  string   `json:"variant,omitempty"`
	ID       string   `json:"id"`
	Result   string   `json:"result"`
	Expected string   `json:"expected"`
	Why      string   `json:"why,omitempty"` // the expected result is not PASSED
	Seconds  float64  `json:"seconds"`
	Findings []string `json:"findings,omitempty"` // conditions that failed, warned or were skipped
	Notes    []string `json:"notes,omitempty"`    // what the runner did for it
}

// Results beside those of the suite.
const (
	stuck       = "STUCK"       // it did not end in time
	interrupted = "INTERRUPTED" // the suite gave it up
)

func (o outcome) asExpected() bool { return o.Result == o.Expected }

func (o outcome) name() string {
	if o.Variant == "" {
		return o.Module
	}
	return o.Module + " (" + o.Variant + ")"
}

// variantText tells the modules of a plan apart that have the same name.
func (m module) variantText() string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(m.Variant)) {
		if key == "response_type" || key == "client_auth_type" {
			parts = append(parts, m.Variant[key])
		}
	}
	return strings.Join(parts, ", ")
}

// resultOf is the result of a test that ended, or did not.
func resultOf(t test) string {
	switch {
	case !t.ended():
		return stuck
	case t.Status == "INTERRUPTED" && t.Result != failed:
		return interrupted
	default:
		return cmp.Or(t.Result, "UNKNOWN")
	}
}

// findings are what a log has that is not a success.
func findings(log []entry) []string {
	var all []string
	for _, e := range log {
		if slices.Contains([]string{"FAILURE", "WARNING", "INTERRUPTED", "SKIPPED"}, e.Result) {
			all = append(all, fmt.Sprintf("%s %s: %s", e.Result, e.Source, e.Message))
		}
	}
	return all
}

// differences are what is not as expected, for the better as well as for the worse.
func differences(results []result) error {
	var faults []error
	for _, r := range results {
		if r.whole && r.Modules != r.plan.modules {
			faults = append(faults, fmt.Errorf("plan %s has %d modules, and %d are expected: another version of the suite has other plans", r.Plan, r.Modules, r.plan.modules))
		}
		for _, o := range r.Outcomes {
			if !o.asExpected() {
				faults = append(faults, fmt.Errorf("plan %s: %s is %s, and %s is expected", r.Plan, o.name(), o.Result, o.Expected))
			}
		}
	}
	return errors.Join(faults...)
}

// sums counts the outcomes by result.
func (r result) sums() map[string]int {
	counts := map[string]int{}
	for _, o := range r.Outcomes {
		counts[o.Result]++
	}
	return counts
}

func (r result) took() time.Duration {
	var seconds float64
	for _, o := range r.Outcomes {
		seconds += o.Seconds
	}
	return time.Duration(seconds * float64(time.Second))
}
