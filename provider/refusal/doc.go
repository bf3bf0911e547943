// Package refusal owns the one error model: the error that a refused request gets, and what an
// operator can learn about the refusal afterwards.
//
// Of a Refusal the client gets Code, Status and Description, but neither Cause nor the values that
// were compared. A Record is the sealed form of all of it: it is sent with the response as the error
// id (the last part of error_uri), so nothing is stored, and `gatehouse explain` or an administrator
// opens it again. The Catalogue says what each check means, to the client and to the operator.
//
//	check fails -> Refusal -> renderer -> {"error", "error_description", "error_uri"}
//	                              |                                        |
//	                              +-- one log line, one count     /errors/{error_id}: Explanation
//	                                                              explain:  Record + Fix
//
// The package does not write HTTP and does not log.
package refusal
