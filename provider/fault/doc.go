// Package fault has what can be wrong with the values that people give: a code, with values, and its English text. The
// API, the command line and the logs show that text; pages translate the code. It does not own the rules, which are where
// the values are.
package fault
