// Package lookalike owns the question whether two names look the same: "bob" with a Cyrillic о, "b0b"
// and "bob" do. It does not decide which names there may be (package account).
//
//	Skeleton   what all names that look the same have in common
//	Mixed      whether a name has letters of scripts that no language writes together
//
// # Decisions
//
// The table is that of Unicode 17.0.0 (UTS #39, confusables.txt). It is generated and not a library's,
// because skeletons are stored: an update of a dependency would change them in silence. Another version
// of the table needs a migration that sets users.skeleton_of to NULL, and then the server computes all
// skeletons again.
//
// Names are stored and shown in lower case. Two capital letters that look the same count as well, since
// people also write names in capitals. In ASCII that makes the same of
//
//	0 and o     B0B, BOB
//	1 and l     a1ice, alice
//	m and rn    in most fonts of mails and web pages
//
// and it does not make the same of i and l, as which a name with a capital I could be read: the name is
// never shown so, and Ian and Lan, Ila and Lia are different people. Neither does it of w and vv or d and
// cl, which the standard's table has not, nor of a letter and the same letter with an accent.
//
// UNICODE-LICENSE.txt is the license of the table and of the file that it is made from.
package lookalike
