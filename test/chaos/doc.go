// Package chaos owns the reliability experiments: real servers on real databases under
// concurrent requests, restarts, crashes and restores. Each experiment records what the servers
// acknowledged and compares it with what is valid afterwards. Two numbers matter: acknowledged
// but missing, and valid but never acknowledged.
//
// Every experiment has a short form, which make test runs, and a long form:
//
//	make chaos            all of them in their long form, with one line per result
//	make chaos ARGS="-run E4"
package chaos
