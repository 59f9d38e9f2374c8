// Package controlplane is the embedded control plane: the platform's own tables,
// and the operations of the contract over them.
//
// [Prepare] makes the tables on an empty database, and looks whether everything is
// there on a database that a platform uses already, which it never alters.
package controlplane
