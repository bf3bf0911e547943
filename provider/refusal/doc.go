// Package refusal owns the one error model: what Gatehouse answers when it refuses,
// and what an operator can learn about that refusal afterwards.
//
// A Refusal has two faces. Code, Status and Description go to the client; Cause and
// the comparison behind the check do not. A Record is the sealed form of both: it
// travels with the answer as the error id (the last part of error_uri), so nothing is
// stored, and it is opened again by `gatehouse explain` or an administrator.
//
//	check fails -> Refusal -> renderer -> {"error", "error_description", "error_uri"}
//	                              |                                        |
//	                              +-- one log line, one count     /errors/{error_id}: Explanation
//	                                                              explain:  Record + Fix
//
// The package does not write HTTP and does not log.
package refusal
