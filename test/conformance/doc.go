// Command conformance tests the server of this checkout with the OpenID Foundation's conformance suite,
// which runs elsewhere:
//
//	make conformance                              # every plan that applies
//	make conformance ARGS="--plans config,basic"  # some of them
//	go run ./test/conformance --list              # the plans, and what is expected of them
//
// It builds the server, starts it by "serve --conformance" with a certificate made for the run, creates
// the plans in the suite by its REST API, starts one module after the other, and compares each result
// with the expected one (plans.go). Any difference fails the run, for the better as well: then the table is
// out of date. README.md says what it needs, and what the results are.
//
//	suite (CONFORMANCE_SERVER)  <-- REST --  this program  -- starts -->  gatehouse serve --conformance
//	      |                                       |
//	      +---- its own browser (browser.go) -----+---- pages that no script of the browser is for
//
// It does not judge the pages that the suite has a person look at (REVIEW): it has them kept in the suite's log.
package main
