// Package failpoint names the places at which the tests of durability end or stop a process. Only a binary that is
// built with the tag failpoints has them; in any other [Reach] is an empty function that the compiler leaves out.
package failpoint
