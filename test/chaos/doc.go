// Package chaos owns the reliability experiments: real servers on real databases, raced,
// restarted, killed and moved, with a ledger of what they acknowledged that is compared with
// what is there afterwards. Two numbers matter: acknowledged but missing, and good but never
// acknowledged.
//
// Every experiment has a short form, which make test runs, and a long one:
//
//	make chaos            all of them in their long form, with a line for each result
//	make chaos ARGS="-run E4"
package chaos
